//! What trading costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What trading costs; all paid from the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Costs {
    /// Commission on notional, basis points. Default 1.
    pub commission_bps: f64,
    /// Commission per share, currency units. Default 0.
    pub per_share: f64,
    /// Least commission of an order, currency units. Default 0.
    pub minimum: f64,
    /// Half of the quoted spread, basis points. Default 1.
    pub half_spread_bps: f64,
    /// Slippage beyond the half-spread. Default constant_bps: 2.
    pub slippage: SlippageCost,
    /// Yearly rate paid on short positions' value. Default 0.
    pub borrow_rate_annual: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            commission_bps: 1.0,
            per_share: 0.0,
            minimum: 0.0,
            half_spread_bps: 1.0,
            slippage: SlippageCost::ConstantBps(2.0),
            borrow_rate_annual: 0.0,
        }
    }
}

/// Slippage beyond the half-spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlippageCost {
    /// The same for every trade, basis points.
    ConstantBps(f64),
    /// Square-root impact: basis points at full participation in the bar's volume.
    SquareRootBps(f64),
}
