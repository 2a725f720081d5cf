//! Orders and fills.

use serde::{Deserialize, Serialize};

use super::Symbol;
use crate::base::Timestamp;

/// The direction of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Adds to the position.
    Buy,
    /// Takes from the position.
    Sell,
}

impl Side {
    /// +1 for a buy, −1 for a sell.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Buy => 1.0,
            Self::Sell => -1.0,
        }
    }
}

/// Our own number of an order; unique within a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(pub u64);

/// A market order that has not been cleared by risk yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRequest {
    /// Our number.
    pub id: OrderId,
    /// What to trade.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares or contracts, above 0; fractions where the venue allows them.
    pub quantity: f64,
    /// The decision that asked for it.
    pub decided_at: Timestamp,
}

/// What the venue did with an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// The order that was filled.
    pub order_id: OrderId,
    /// What was traded.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares or contracts, above 0.
    pub quantity: f64,
    /// Currency units per share.
    pub price: f64,
    /// Commission, spread and slippage, currency units, at least 0.
    pub cost: f64,
    /// When it happened.
    pub time: Timestamp,
}
