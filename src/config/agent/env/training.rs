//! What differs between training episodes. Evaluation and trading know nothing of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is drawn anew for every training episode.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Randomize {
    /// Multiplies commission and half-spread, drawn evenly. Default from 1 to 1.
    pub cost_factor: Span,
    /// Multiplies slippage, drawn evenly. Default from 1 to 1.
    pub slippage_factor: Span,
    /// Deviation of every fill price around its own, basis points, drawn for each bar and symbol.
    /// Default 0.
    pub fill_noise_bps: f64,
    /// Latest start after the first bar, bars, where `episode.random_start` is off. Default 0.
    pub start_offset_bars: usize,
}

/// Two ends, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Span {
    /// The least. Default 1.
    pub from: f64,
    /// The most. Default 1.
    pub to: f64,
}

impl Default for Span {
    fn default() -> Self {
        Self { from: 1.0, to: 1.0 }
    }
}

/// Remembers where episodes went badly and begins others there again.
///
/// An episode is hard if any of the named triggers holds at its end; its start goes to the pool.
/// A start that is taken leaves the pool, and comes back if the episode was hard again and it has
/// not been repeated `max_repeats` times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HardStarts {
    /// Starts remembered, rounded up to a multiple of `num_envs`, at most 1,048,576. Default 10,000.
    pub pool: usize,
    /// Chance that a new episode looks for a start in the pool. Default 0.5.
    pub probability: f64,
    /// Times that one start is repeated, at least 1. Default 2.
    pub max_repeats: usize,
    /// Hard if a smaller share of the bars that booked a profit or loss booked a profit; an episode
    /// without such a bar is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub win_rate_below: Option<f64>,
    /// Hard if the deepest drawdown was above this fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawdown_above: Option<f64>,
    /// Hard if the sum of rewards at the end is below this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward_below: Option<f64>,
    /// Hard if the sum of rewards was below this at any bar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_reward_below: Option<f64>,
}

impl Default for HardStarts {
    fn default() -> Self {
        Self {
            pool: 10_000,
            probability: 0.5,
            max_repeats: 2,
            win_rate_below: None,
            drawdown_above: None,
            reward_below: None,
            least_reward_below: None,
        }
    }
}

/// Begins with the first part of the training range and adds to it as episodes go well.
///
/// Every `episodes` episodes it looks: if a share of at least `pass_share` of them had a sum of rewards
/// of at least `reward_at_least`, the part grows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Curriculum {
    /// Share of all starts to begin with, above 0 and at most 1. Default 0.1.
    pub first_share: f64,
    /// Added to the share when it grows, above 0 and at most 1. Default 0.05.
    pub growth: f64,
    /// Episodes between two looks, 1..=10,000,000. Default 10,000.
    pub episodes: usize,
    /// Sum of rewards at which an episode went well. Default 0.
    pub reward_at_least: f64,
    /// Share of episodes that must go well, 0..=1. Default 0.5.
    pub pass_share: f64,
}

impl Default for Curriculum {
    fn default() -> Self {
        Self {
            first_share: 0.1,
            growth: 0.05,
            episodes: 10_000,
            reward_at_least: 0.0,
            pass_share: 0.5,
        }
    }
}
