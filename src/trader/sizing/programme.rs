//! The rules that are quadratic programmes, solved by the interior-point method of Clarabel.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT,
    ZeroConeT,
};

use super::estimate::Estimate;

/// Accuracy that is asked of the solver, of programmes whose numbers are around 1.
const TOLERANCE: f64 = 1e-12;

/// Shares below this are the solver's rest and no wish.
const DUST: f64 = 1e-9;

/// The least `x'Px/2 + q'x` under rows of equations, then rows of inequalities.
struct Programme {
    quadratic: Vec<Vec<f64>>,
    linear: Vec<f64>,
    equations: Vec<(Vec<f64>, f64)>,
    /// `row · x ≤ bound`.
    inequalities: Vec<(Vec<f64>, f64)>,
}

/// Shares of a long portfolio, summing to 1, with the least variance.
pub(super) fn min_variance(estimate: &Estimate) -> Option<Vec<f64>> {
    let size = estimate.means.len();
    let programme = Programme {
        quadratic: in_units(&estimate.covariance, unit(estimate)),
        linear: vec![0.0; size],
        equations: vec![(vec![1.0; size], 1.0)],
        inequalities: not_below_zero(size),
    };
    shares(&programme.solve()?)
}

/// Shares of a long portfolio, summing to 1, with the highest ratio of mean to deviation; those of the least variance
/// where no symbol has a mean above 0.
///
/// The ratio does not change with the length of `x`, so the least variance under `mean = 1` has it too.
pub(super) fn max_sharpe(estimate: &Estimate) -> Option<Vec<f64>> {
    let size = estimate.means.len();
    let best = estimate.means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if best <= 0.0 {
        return min_variance(estimate);
    }
    let programme = Programme {
        quadratic: in_units(&estimate.covariance, unit(estimate)),
        linear: vec![0.0; size],
        equations: vec![(estimate.means.iter().map(|mean| mean / best).collect(), 1.0)],
        inequalities: not_below_zero(size),
    };
    shares(&programme.solve()?)
}

/// Weights with the highest `μ'w − w'Σw/(2 · fraction)`, each in 0..=`weight_max`, together at most `share`.
pub(super) fn growth(
    estimate: &Estimate,
    fraction: f64,
    weight_max: f64,
    share: f64,
) -> Option<Vec<f64>> {
    let size = estimate.means.len();
    // Both terms in units of the variance: the caps keep their scale of 1.
    let unit = unit(estimate) / fraction;
    let mut inequalities = not_below_zero(size);
    for index in 0..size {
        let row = (0..size).map(|i| if i == index { 1.0 } else { 0.0 }).collect();
        inequalities.push((row, weight_max));
    }
    inequalities.push((vec![1.0; size], share));
    let programme = Programme {
        quadratic: in_units(&estimate.covariance, unit * fraction),
        linear: estimate.means.iter().map(|mean| -mean / unit).collect(),
        equations: Vec::new(),
        inequalities,
    };
    let weights = programme.solve()?;
    let total: f64 = weights.iter().map(|weight| weight.max(0.0)).sum();
    let fit = if total > share { share / total } else { 1.0 };
    Some(weights.iter().map(|&weight| clean(weight, 1.0).min(weight_max) * fit).collect())
}

impl Programme {
    /// Absent if the solver found no point.
    fn solve(&self) -> Option<Vec<f64>> {
        let quadratic = CscMatrix::from(&self.quadratic).to_triu();
        let rows = || self.equations.iter().chain(&self.inequalities);
        let coefficients: Vec<Vec<f64>> = rows().map(|(row, _)| row.clone()).collect();
        let bounds: Vec<f64> = rows().map(|&(_, bound)| bound).collect();
        let cones: [SupportedConeT<f64>; 2] =
            [ZeroConeT(self.equations.len()), NonnegativeConeT(self.inequalities.len())];
        let settings = DefaultSettings {
            verbose: false,
            max_threads: 1,
            tol_gap_abs: TOLERANCE,
            tol_gap_rel: TOLERANCE,
            tol_feas: TOLERANCE,
            ..DefaultSettings::default()
        };
        let matrix = CscMatrix::from(&coefficients);
        let solver =
            DefaultSolver::new(&quadratic, &self.linear, &matrix, &bounds, &cones, settings);
        let mut solver = solver.ok()?;
        solver.solve();
        let has_solved =
            matches!(solver.solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved);
        let x = &solver.solution.x;
        (has_solved && x.iter().all(|x| x.is_finite())).then(|| x.clone())
    }
}

/// The mean variance: what the programmes are counted in.
fn unit(estimate: &Estimate) -> f64 {
    let size = estimate.means.len();
    (0..size).map(|i| estimate.covariance[i][i]).sum::<f64>() / size as f64
}

fn in_units(matrix: &[Vec<f64>], unit: f64) -> Vec<Vec<f64>> {
    matrix.iter().map(|row| row.iter().map(|value| value / unit).collect()).collect()
}

fn not_below_zero(size: usize) -> Vec<(Vec<f64>, f64)> {
    let row = |index| (0..size).map(|i| if i == index { -1.0 } else { 0.0 }).collect();
    (0..size).map(|index| (row(index), 0.0)).collect()
}

/// A point as shares that sum to 1.
fn shares(point: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = point.iter().map(|x| x.max(0.0)).sum();
    let clean: Vec<f64> = point.iter().map(|&x| clean(x, total)).collect();
    let sum: f64 = clean.iter().sum();
    (sum > 0.0 && sum.is_finite()).then(|| clean.iter().map(|x| x / sum).collect())
}

fn clean(value: f64, scale: f64) -> f64 {
    if value > DUST * scale { value } else { 0.0 }
}
