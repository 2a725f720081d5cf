//! How the venue treats orders, beyond the environment of training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Env;
use crate::domain::{CalendarName, Symbol};

/// How the simulated venue treats orders. The defaults are those of the environment: at once, whole, never refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VenueRules {
    /// From our side to the venue, milliseconds, for orders and cancels. Default 0.
    pub latency_ms: u32,
    /// Largest share of a bar's volume that one order gets, above 0 to 1; bars without a volume set no limit.
    /// Default: no limit.
    pub participation_frac: Option<f64>,
    /// Probability that a fill comes in two parts, 0..=1. Default 0.
    pub partial_prob: f64,
    /// Probability that an order is refused, 0..=1. Default 0.
    pub reject_prob: f64,
    /// What a bar must do to a resting limit order to fill it. Default touch.
    pub limit_fill: LimitFill,
    /// Seed of the chances above. Default 0.
    pub seed: u64,
}

/// What a bar must do to a resting limit order to fill it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitFill {
    /// Reach its price, as the take-profit of the environment does.
    #[default]
    Touch,
    /// Trade beyond its price, as if we were last in the queue.
    Through,
}

/// Everything that a venue is made of; the first line of its journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct VenueSettings {
    pub(super) env: Env,
    pub(super) bars_per_year: f64,
    pub(super) symbols: Vec<Symbol>,
    pub(super) calendar: CalendarName,
    pub(super) rules: VenueRules,
}
