//! The sections as a whole: baselines, gate and intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Purged, Stress, WalkForward};

/// How a frozen agent is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Eval {
    /// What the agent is compared with, in the same engine at the same costs.
    pub baselines: Vec<Baseline>,
    /// What a pass takes. Default: no condition.
    pub gate: Gate,
    /// How intervals are drawn.
    pub bootstrap: Bootstrap,
    /// Folds of `eval --walk-forward`.
    pub walk_forward: WalkForward,
    /// Folds of `eval --purged`.
    pub purged: Purged,
    /// Hardships of `eval --sweep`.
    pub stress: Stress,
}

impl Default for Eval {
    fn default() -> Self {
        Self {
            baselines: vec![
                Baseline::Cash,
                Baseline::BuyAndHold,
                Baseline::EqualWeight,
                Baseline::SmaCross,
                Baseline::Momentum,
                Baseline::MinVariance,
                Baseline::Random,
            ],
            gate: Gate::default(),
            bootstrap: Bootstrap::default(),
            walk_forward: WalkForward::default(),
            purged: Purged::default(),
            stress: Stress::default(),
        }
    }
}

/// A strategy without learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Nothing.
    Cash,
    /// Each symbol alone, bought once.
    BuyAndHold,
    /// All symbols alike, brought back every 21 bars.
    EqualWeight,
    /// 60 % in the first symbol, 40 % in the last, brought back every 21 bars.
    SixtyForty,
    /// Each symbol while its 20-bar average is above its 50-bar average.
    SmaCross,
    /// The symbol with the best return of the last 126 bars, chosen every 21 bars.
    Momentum,
    /// The long-only portfolio of least variance over 63 bars, chosen every 21 bars.
    MinVariance,
    /// A random row of the action table with probability 0.05 a bar.
    Random,
    /// The best policy of a planted synthetic market. Left out where nothing is planted.
    Oracle,
}

/// What a pass takes; absent means no condition.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// Least annual Sharpe ratio.
    pub sharpe_min: Option<f64>,
    /// Least Sharpe ratio minus that of buying and holding the first symbol.
    pub sharpe_margin_to_first_symbol_min: Option<f64>,
    /// Largest drawdown, a fraction.
    pub max_drawdown_max: Option<f64>,
    /// Largest mean turnover a bar, a fraction of equity.
    pub turnover_daily_max: Option<f64>,
    /// Worst rank by Sharpe ratio among agent and baselines; 1 is best.
    pub rank_max: Option<usize>,
    /// Least share of the planted market's known best value.
    pub oracle_share_min: Option<f64>,
    /// Largest probability of backtest overfitting among the agent's trials, 0..=1; 0.5 is what worthless trials
    /// show, below 0.1 they come once in 60 studies.
    pub pbo_max: Option<f64>,
    /// Least probability that the agent is better than the luckiest of its trials would be without skill, 0..=1.
    /// Usual: 0.95.
    pub deflated_sharpe_min: Option<f64>,
}

/// Stationary block bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bootstrap {
    /// Resamples, 100..=100000. Default 1000.
    pub samples: usize,
    /// Mean block length, bars, at least 1. Default 10.
    pub block_bars: usize,
    /// Confidence of the interval in percent, 50..=99. Default 95.
    pub confidence_percent: u8,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { samples: 1000, block_bars: 10, confidence_percent: 95 }
    }
}
