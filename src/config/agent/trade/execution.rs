//! How an order reaches the market.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an order reaches the market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Execution {
    /// One market order at once, good for one bar.
    #[default]
    Market,
    /// In equal parts over a time.
    Twap(TwapExecution),
    /// In parts over a time, each as large as the volume that usually trades in it.
    Vwap(VwapExecution),
    /// A share of what trades.
    Pov(PovExecution),
    /// A limit order at the own side of the book, or at the last close without a book, then a market order for the rest.
    Passive(PassiveExecution),
}

/// Settings of `twap`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TwapExecution {
    /// Seconds from the first part to the last, 1..=86400. Default 600.
    pub duration_s: f64,
    /// Number of parts, 1..=1000. Default 10.
    pub parts: usize,
}

impl Default for TwapExecution {
    fn default() -> Self {
        Self { duration_s: 600.0, parts: 10 }
    }
}

/// Settings of `vwap`.
#[derive(Debug, Clone, PartialEq, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VwapExecution {
    /// Seconds from the first part to the last, 1..=86400. Default 600.
    pub duration_s: f64,
    /// Number of parts, 1..=1000. Default 10.
    pub parts: usize,
    /// Bars of each time of day from which the usual volume is learned, 1..=10000. Until there are bars of two times
    /// of day, the parts are equal. Default 20.
    pub window: usize,
}

impl Default for VwapExecution {
    fn default() -> Self {
        Self { duration_s: 600.0, parts: 10, window: 20 }
    }
}

/// Settings of `pov`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PovExecution {
    /// Share of the traded volume, above 0 to 1. Default 0.1.
    pub participation_frac: f64,
    /// Seconds after which the rest is traded at once, 1..=86400. Default 3600.
    pub duration_s: f64,
}

impl Default for PovExecution {
    fn default() -> Self {
        Self { participation_frac: 0.1, duration_s: 3600.0 }
    }
}

/// Settings of `passive`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PassiveExecution {
    /// Seconds that the limit order waits, above 0 to 86400. Default 30.
    pub wait_s: f64,
    /// Basis points inside the own side of the book, at most to the other side; negative is outside, -1000..=1000.
    /// Default 0.
    pub offset_bps: f64,
}

impl Default for PassiveExecution {
    fn default() -> Self {
        Self { wait_s: 30.0, offset_bps: 0.0 }
    }
}

/// Protective orders of a position, placed at the venue once an entry is over and for all that is held; at least one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bracket {
    /// Stop order this fraction away from the entry on the losing side, above 0 and below 1. Default: none.
    pub stop_loss_frac: Option<f64>,
    /// Limit order this fraction away from the entry on the winning side, above 0 to 100. Default: none.
    pub take_profit_frac: Option<f64>,
}
