//! Shares of which each carries the same part of the variance.

use super::estimate::dot;
use super::linear::solve;

/// Newton steps after which there is no answer; fewer than 20 are the rule.
const STEPS_MAX: usize = 200;

/// What a step must gain for another one.
const DECREMENT_MIN: f64 = 1e-13;

/// Added to the variances, a fraction of their mean: two positions that cancel out have no answer without.
const RIDGE: f64 = 1e-10;

/// Shares of a long portfolio, summing to 1, with `x_i (Σx)_i` equal for all `i`; absent if there are none.
///
/// They are the minimum of `x'Σx/2 − Σ ln x_i`, scaled to a sum of 1. The function is self-concordant, so Newton's
/// method with steps of `1/(1 + λ)`, where `λ` is the decrement, reaches it from everywhere.
///
/// # Source
/// Maillard, Roncalli, Teiletche, "The properties of equally weighted risk contribution portfolios" (2010), eq. 7;
/// Spinu, "An algorithm for computing risk parity weights" (2013).
pub(super) fn shares(covariance: &[Vec<f64>]) -> Option<Vec<f64>> {
    let matrix = scaled(covariance)?;
    let mut x: Vec<f64> = (0..matrix.len()).map(|i| matrix[i][i].sqrt().recip()).collect();
    for _ in 0..STEPS_MAX {
        let gradient: Vec<f64> = (0..x.len()).map(|i| dot(&matrix[i], &x) - x[i].recip()).collect();
        let mut hessian = matrix.clone();
        for (i, row) in hessian.iter_mut().enumerate() {
            row[i] += x[i].powi(-2);
        }
        let step = solve(&hessian, &gradient)?;
        let decrement = dot(&step, &gradient).max(0.0).sqrt();
        // Close to the minimum whole steps double the right digits.
        let length = if decrement < 0.25 { 1.0 } else { (1.0 + decrement).recip() };
        x.iter_mut().zip(&step).for_each(|(x, step)| *x -= length * step);
        if decrement < DECREMENT_MIN {
            break;
        }
    }
    let sum: f64 = x.iter().sum();
    let is_sound = sum.is_finite() && x.iter().all(|&x| x > 0.0);
    is_sound.then(|| x.iter().map(|x| x / sum).collect())
}

/// The matrix with a mean variance of 1 and a ridge.
fn scaled(covariance: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = covariance.len();
    let mean = (0..size).map(|i| covariance[i][i]).sum::<f64>() / size as f64;
    if !(mean > 0.0 && mean.is_finite()) {
        return None;
    }
    let mut matrix: Vec<Vec<f64>> =
        covariance.iter().map(|row| row.iter().map(|value| value / mean).collect()).collect();
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] += RIDGE;
    }
    Some(matrix)
}
