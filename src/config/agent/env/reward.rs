//! What is learned for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is learned for: the sum of the parts that are named. Default `log_return`.
///
/// Every part is computed from the account and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// Return beyond a benchmark, scaled and clipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<AlphaReward>,
    /// Logarithmic return of equity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_return: Option<LogReturnReward>,
    /// Change of equity as a fraction of initial equity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pnl: Option<PnlReward>,
    /// Rolling Sharpe ratio and return, less drawdown beyond a threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharpe_blend: Option<SharpeBlendReward>,
    /// The derivative of an exponentially weighted Sharpe ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differential_sharpe: Option<DifferentialSharpeReward>,
    /// What was earned, paid out when a position is made smaller or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_only: Option<CloseOnlyReward>,
    /// Sharpe ratio of the episode so far, less its drawdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_adjusted: Option<RiskAdjustedReward>,
    /// Drawdown beyond a threshold, or its growth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawdown_penalty: Option<DrawdownPenalty>,
}

impl Default for Reward {
    fn default() -> Self {
        Self {
            alpha: None,
            log_return: Some(LogReturnReward::default()),
            pnl: None,
            sharpe_blend: None,
            differential_sharpe: None,
            close_only: None,
            risk_adjusted: None,
            drawdown_penalty: None,
        }
    }
}

/// `weight · clip(scale · (portfolio − benchmark), ±clip)`, returns net of costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlphaReward {
    /// What to beat. Default equal_weight.
    pub benchmark: Benchmark,
    /// Multiplies the difference of returns. Default 10.
    pub scale: f64,
    /// Largest absolute reward before the weight. Default 0.5.
    pub clip: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for AlphaReward {
    fn default() -> Self {
        Self { benchmark: Benchmark::EqualWeight, scale: 10.0, clip: 0.5, weight: 1.0 }
    }
}

/// What a return is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Benchmark {
    /// Mean close-to-close return of all assets but cash.
    EqualWeight,
    /// Return of cash.
    Cash,
    /// Close-to-close return of the first symbol.
    FirstSymbol,
}

/// `weight · scale · ln(equity after / equity before)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogReturnReward {
    /// Multiplies the return. Default 100.
    pub scale: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for LogReturnReward {
    fn default() -> Self {
        Self { scale: 100.0, weight: 1.0 }
    }
}

/// `weight · scale · (equity after − equity before) / initial equity`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PnlReward {
    /// Multiplies the change. Default 100.
    pub scale: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for PnlReward {
    fn default() -> Self {
        Self { scale: 100.0, weight: 1.0 }
    }
}

/// `sharpe_weight · scale · mean/std of the last window returns + return_weight · return − drawdown_weight · max(0, drawdown − threshold)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SharpeBlendReward {
    /// Returns in the rolling ratio, 2..=1000. Default 60.
    pub window_bars: usize,
    /// Multiplies the ratio. Default 0.01.
    pub scale: f64,
    /// Default 0.7.
    pub sharpe_weight: f64,
    /// Default 0.3.
    pub return_weight: f64,
    /// Default 0.002.
    pub drawdown_weight: f64,
    /// Drawdown that costs nothing, a fraction. Default 0.05.
    pub drawdown_threshold: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for SharpeBlendReward {
    fn default() -> Self {
        Self {
            window_bars: 60,
            scale: 0.01,
            sharpe_weight: 0.7,
            return_weight: 0.3,
            drawdown_weight: 0.002,
            drawdown_threshold: 0.05,
            weight: 1.0,
        }
    }
}

/// `weight · (B·ΔA − ½·A·ΔB) / (B − A²)^(3/2)` with decay `eta` (Moody and Saffell 2001), the
/// denominator with the moments after the bar and a deviation of at least 1e-5, so that a bar after a
/// quiet spell does not explode.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DifferentialSharpeReward {
    /// Decay of the moments per bar, above 0 and below 1. Default 0.02.
    pub eta: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for DifferentialSharpeReward {
    fn default() -> Self {
        Self { eta: 0.02, weight: 1.0 }
    }
}

/// `weight · clip(scale · booked / initial equity, ±clip)` on a bar on which a trade takes a hundredth
/// or more off a position, closes or turns it, or closes a slot; else 0.
///
/// Booked is what equity changed by since the last such bar, less the change of unrealized gains:
/// profit taken, after every cost and all interest since then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloseOnlyReward {
    /// Multiplies the booked fraction. Default 100.
    pub scale: f64,
    /// Largest absolute reward before the weight. Default 10.
    pub clip: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for CloseOnlyReward {
    fn default() -> Self {
        Self { scale: 100.0, clip: 10.0, weight: 1.0 }
    }
}

/// `weight · (clip(mean/std of the episode's returns so far, ±clip) − drawdown_weight · scale · drawdown)`.
///
/// The deviation is the population's, at least 1e-5; the ratio counts as 0 on an episode's first bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RiskAdjustedReward {
    /// Default 0.5.
    pub drawdown_weight: f64,
    /// Multiplies the drawdown. Default 1.
    pub scale: f64,
    /// Largest absolute ratio: two equal returns are no perfect record. Default 2.
    pub clip: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for RiskAdjustedReward {
    fn default() -> Self {
        Self { drawdown_weight: 0.5, scale: 1.0, clip: 2.0, weight: 1.0 }
    }
}

/// `−weight · scale · excess`, where the excess is `max(0, drawdown − threshold)` or what it grew by
/// over the bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DrawdownPenalty {
    /// What is punished. Default increase.
    pub measure: DrawdownMeasure,
    /// Drawdown that costs nothing, a fraction. Default 0.05.
    pub threshold: f64,
    /// Multiplies the excess. Default 100.
    pub scale: f64,
    /// Default 1.
    pub weight: f64,
}

impl Default for DrawdownPenalty {
    fn default() -> Self {
        Self { measure: DrawdownMeasure::Increase, threshold: 0.05, scale: 100.0, weight: 1.0 }
    }
}

/// What a drawdown is punished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawdownMeasure {
    /// Being there: every bar beyond the threshold.
    Level,
    /// Getting deeper: only the growth beyond the threshold, so that a drawdown is paid for once.
    Increase,
}
