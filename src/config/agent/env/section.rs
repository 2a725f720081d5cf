//! The section as a whole: fills, episodes and rules around market, costs and reward.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Costs, Market, Reward};

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
    /// Bars that a position must be held before it may be changed. `single` market only.
    pub min_hold_bars: Option<usize>,
    /// Bars after which a position must be closed. `single` market only.
    pub max_hold_bars: Option<usize>,
    /// Position changes allowed in an episode.
    pub max_trades: Option<usize>,
    /// Equity below this fraction of initial equity ends the episode as ruin. Default 0.1 if absent.
    pub ruin_frac: Option<f64>,
}
