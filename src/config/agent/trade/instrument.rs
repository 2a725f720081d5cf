//! What a venue takes as an order of an instrument.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a venue takes as an order of an instrument; 0 means no rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Instrument {
    /// Quantities are multiples of this, rounded towards what is held. Default 0: fractions trade.
    pub lot: f64,
    /// Prices are multiples of this, rounded to the cautious side. Default 0.
    pub tick: f64,
    /// Smaller orders are not sent, currency units. Default 0.
    pub notional_min: f64,
    /// Name of the venue that trades it. Default: the venue of the session.
    pub venue: Option<String>,
}
