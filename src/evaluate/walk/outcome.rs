//! All folds together: one stitched curve, many paths, and how far test falls behind validation.

use serde::{Deserialize, Serialize};

use super::{Distribution, FoldResult, RangeResult};
use crate::base::Timestamp;
use crate::evaluate::Figures;
use crate::metrics::{BarClock, equity_curve};

/// Test bars of several policies, one after another in time. Each policy begins in cash, so a change
/// of policy pays the cost of its first trades again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stitched {
    /// The figures of the whole.
    pub figures: Figures,
    /// Those of the benchmark over the same bars.
    pub benchmark: Figures,
    /// When each decision was made.
    pub times: Vec<Timestamp>,
    /// What each decision's bar returned, net of costs.
    pub returns: Vec<f64>,
    /// What the benchmark returned.
    pub benchmark_returns: Vec<f64>,
    /// Growth of 1, after each bar.
    pub equity: Vec<f64>,
}

impl Stitched {
    /// Puts parts together: of each part the decisions before the next one begins.
    #[must_use]
    pub fn of(parts: &[&RangeResult], clock: BarClock, risk_free: f64) -> Self {
        let (mut times, mut returns, mut benchmark_returns) = (Vec::new(), Vec::new(), Vec::new());
        for (index, part) in parts.iter().enumerate() {
            let next = parts.get(index + 1).and_then(|next| next.times.first());
            let own = part.times.iter().take_while(|time| next.is_none_or(|next| *time < next));
            let count = own.count();
            times.extend_from_slice(&part.times[..count]);
            returns.extend_from_slice(&part.returns[..count]);
            benchmark_returns.extend_from_slice(&part.benchmark_returns[..count]);
        }
        Self {
            figures: Figures::of_returns(&returns, clock, risk_free),
            benchmark: Figures::of_returns(&benchmark_returns, clock, risk_free),
            equity: equity_curve(&returns, 1.0),
            times,
            returns,
            benchmark_returns,
        }
    }
}

/// What walking forward came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WalkForwardOutcome {
    /// Every fold, in order of time.
    pub folds: Vec<FoldResult>,
    /// The test bars of all folds, each bar judged by the policy that was trained last before it.
    pub stitched: Stitched,
    /// Test Sharpe ratios of the folds.
    pub test_sharpe: Distribution,
    /// Validation Sharpe ratios of the folds.
    pub validation_sharpe: Distribution,
    /// Validation Sharpe less test Sharpe of each fold.
    pub degradation: Distribution,
}

impl WalkForwardOutcome {
    /// Puts folds in order of time together.
    #[must_use]
    pub fn of(folds: Vec<FoldResult>, clock: BarClock, risk_free: f64) -> Self {
        let tests: Vec<&RangeResult> = folds.iter().flat_map(|fold| &fold.tests).collect();
        let stitched = Stitched::of(&tests, clock, risk_free);
        let sharpes: Vec<Option<f64>> = tests.iter().map(|test| test.figures.sharpe).collect();
        Self {
            stitched,
            test_sharpe: Distribution::of(&sharpes),
            validation_sharpe: validation_sharpe(&folds),
            degradation: degradation(&folds),
            folds,
        }
    }
}

/// One way through all groups, each tested by a policy that has not seen it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// The split that tested each group.
    pub splits: Vec<usize>,
    /// Its bars.
    pub stitched: Stitched,
}

/// What combinatorial purged cross-validation came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PurgedOutcome {
    /// Every split, in order.
    pub splits: Vec<FoldResult>,
    /// Every path; φ = C(N, k) · k / N of them.
    pub paths: Vec<Path>,
    /// Sharpe ratios of the paths.
    pub path_sharpe: Distribution,
    /// Total returns of the paths.
    pub path_total_return: Distribution,
    /// Deepest drawdowns of the paths.
    pub path_max_drawdown: Distribution,
    /// Validation Sharpe ratios of the splits.
    pub validation_sharpe: Distribution,
    /// Validation Sharpe less mean test Sharpe of each split.
    pub degradation: Distribution,
}

impl PurgedOutcome {
    /// Puts splits, sorted by number, together along `paths`: for each path the split that tests
    /// each group.
    #[must_use]
    pub fn of(
        splits: Vec<FoldResult>,
        paths: Vec<Vec<usize>>,
        clock: BarClock,
        risk_free: f64,
    ) -> Self {
        let paths: Vec<Path> = paths
            .into_iter()
            .map(|chosen| {
                let tests: Vec<&RangeResult> = chosen
                    .iter()
                    .enumerate()
                    .filter_map(|(group, &split)| {
                        splits[split].tests.iter().find(|test| test.group == Some(group))
                    })
                    .collect();
                Path { stitched: Stitched::of(&tests, clock, risk_free), splits: chosen }
            })
            .collect();
        let over_paths = |value: fn(&Figures) -> Option<f64>| {
            let values: Vec<_> = paths.iter().map(|path| value(&path.stitched.figures)).collect();
            Distribution::of(&values)
        };
        Self {
            path_sharpe: over_paths(|figures| figures.sharpe),
            path_total_return: over_paths(|figures| figures.total_return),
            path_max_drawdown: over_paths(|figures| figures.max_drawdown),
            validation_sharpe: validation_sharpe(&splits),
            degradation: degradation(&splits),
            splits,
            paths,
        }
    }
}

fn validation_sharpe(folds: &[FoldResult]) -> Distribution {
    let values: Vec<_> = folds.iter().map(|fold| fold.validation.figures.sharpe).collect();
    Distribution::of(&values)
}

fn degradation(folds: &[FoldResult]) -> Distribution {
    let values: Vec<_> = folds.iter().map(FoldResult::degradation).collect();
    Distribution::of(&values)
}
