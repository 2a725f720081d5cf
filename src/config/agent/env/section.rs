//! The section as a whole: fills, episodes and rules around market, costs and reward.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Costs, Curriculum, HardStarts, Market, Randomize, Reward};

/// The trading environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Env {
    /// What an action means.
    pub market: Market,
    /// Where an order decided at the close of a bar is filled. Default next_open.
    pub fill: FillRule,
    /// What trading costs.
    pub costs: Costs,
    /// What is learned for.
    pub reward: Reward,
    /// How episodes begin and end.
    pub episode: Episode,
    /// Exits and limits that hold whatever the policy says.
    pub rules: PositionRules,
    /// Environments that step together, 1..=65536. Default 2048.
    pub num_envs: usize,
    /// Equity at the start of an episode, currency units. Default 100,000.
    pub initial_equity: f64,
    /// Yearly interest on cash. Default 0.
    pub cash_rate_annual: f64,
    /// What differs from one training episode to the next. Nothing if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub randomize: Option<Randomize>,
    /// Repeats training episodes that went badly. None are if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_starts: Option<HardStarts>,
    /// Begins with a part of the training range and adds to it. The whole range if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curriculum: Option<Curriculum>,
}

impl Default for Env {
    fn default() -> Self {
        Self {
            market: Market::default(),
            fill: FillRule::NextOpen,
            costs: Costs::default(),
            reward: Reward::default(),
            episode: Episode::default(),
            rules: PositionRules::default(),
            num_envs: 2048,
            initial_equity: 100_000.0,
            cash_rate_annual: 0.0,
            randomize: None,
            hard_starts: None,
            curriculum: None,
        }
    }
}

/// Where an order decided at the close of a bar is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FillRule {
    /// The open of the next bar.
    NextOpen,
    /// The close of the next bar.
    NextClose,
    /// The close that the decision is made on. Optimistic: reports say so.
    SameClose,
    /// The quote that stands a latency after the decision.
    Quotes(QuoteFill),
}

/// A fill at the quote a latency after the decision, between the prices of the next bar.
///
/// An order waits for the bar to open; then the middle of the quote runs in a straight line from
/// its open to its close, and the half-spread is paid as a cost. An approximation: bars do not
/// tell where the price was in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuoteFill {
    /// From the decision to the fill, milliseconds, at most the length of a bar. Default 250.
    pub latency_ms: u32,
}

impl Default for QuoteFill {
    fn default() -> Self {
        Self { latency_ms: 250 }
    }
}

/// How episodes begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Episode {
    /// Bars until truncation, at least 1. Default 256.
    pub length_bars: usize,
    /// Begin anywhere in the range; otherwise at its first bar. Default true.
    pub random_start: bool,
}

impl Default for Episode {
    fn default() -> Self {
        Self { length_bars: 256, random_start: true }
    }
}

/// Exits and limits that hold whatever the policy says. Absent means no such rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PositionRules {
    /// Close a position that lost this fraction since its average entry, checked inside the bar.
    pub stop_loss_frac: Option<f64>,
    /// Close a position that gained this fraction since its average entry, checked inside the bar.
    pub take_profit_frac: Option<f64>,
    /// Close a position that fell this fraction from its best price since it was opened, checked inside
    /// the bar against the best price before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailing_stop_frac: Option<f64>,
    /// Bars that a position must be held before it may be changed. `single` and `slots` only.
    pub min_hold_bars: Option<usize>,
    /// Bars after which a position must be closed. `single` and `slots` only.
    pub max_hold_bars: Option<usize>,
    /// Position changes allowed in an episode.
    pub max_trades: Option<usize>,
    /// Equity below this fraction of initial equity ends the episode as ruin. Default 0.1 if absent.
    pub ruin_frac: Option<f64>,
}
