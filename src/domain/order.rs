//! Orders and fills.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Symbol;
use crate::base::Timestamp;

/// The direction of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// The side of a signed quantity; a sale is negative.
    #[must_use]
    pub fn of(signed: f64) -> Self {
        if signed < 0.0 { Self::Sell } else { Self::Buy }
    }
}

/// Our own number of an order; rises within a session and is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(pub u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// At which price and when an order may trade. Prices are in currency units, above 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// At once at the best price there is.
    #[default]
    Market,
    /// At this price or a better one.
    Limit {
        /// The worst price.
        limit_price: f64,
    },
    /// As a market order once the price has reached the trigger: from below for a buy, from above for a sale.
    Stop {
        /// The trigger.
        stop_price: f64,
    },
    /// As a limit order once the price has reached the trigger.
    StopLimit {
        /// The trigger.
        stop_price: f64,
        /// The worst price.
        limit_price: f64,
    },
    /// In the opening auction of the next session.
    MarketOnOpen,
    /// In the closing auction of the session.
    MarketOnClose,
}

impl OrderKind {
    /// The worst price, if there is one.
    #[must_use]
    pub const fn limit_price(self) -> Option<f64> {
        match self {
            Self::Limit { limit_price } | Self::StopLimit { limit_price, .. } => Some(limit_price),
            Self::Market | Self::Stop { .. } | Self::MarketOnOpen | Self::MarketOnClose => None,
        }
    }

    /// The trigger, if there is one.
    #[must_use]
    pub const fn stop_price(self) -> Option<f64> {
        match self {
            Self::Stop { stop_price } | Self::StopLimit { stop_price, .. } => Some(stop_price),
            Self::Market | Self::Limit { .. } | Self::MarketOnOpen | Self::MarketOnClose => None,
        }
    }
}

/// How long an order is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// Until the next bar has passed, as the environment of training has it.
    #[default]
    Bar,
    /// Until the session ends.
    Day,
    /// Until it is canceled.
    Gtc,
    /// What trades at once trades, the rest is canceled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

/// An order that has not been cleared by risk yet.
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
    /// At which price and when.
    pub kind: OrderKind,
    /// How long.
    pub time_in_force: TimeInForce,
    /// The entry that this order protects: it becomes active when that is filled, and when one of several such orders is
    /// filled the venue cancels the others.
    pub protects: Option<OrderId>,
    /// The decision that asked for it.
    pub decided_at: Timestamp,
}

impl OrderRequest {
    /// A market order that is good for one bar.
    #[must_use]
    pub fn market(id: OrderId, symbol: Symbol, signed: f64, decided_at: Timestamp) -> Self {
        Self {
            id,
            symbol,
            side: Side::of(signed),
            quantity: signed.abs(),
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Bar,
            protects: None,
            decided_at,
        }
    }

    /// The quantity with the sign of the side.
    #[must_use]
    pub fn signed_quantity(&self) -> f64 {
        self.side.sign() * self.quantity
    }
}

/// What the venue did with an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// The venue's name of this execution; each counts once.
    pub execution_id: String,
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
    /// Commission, spread and slippage, currency units, at least 0; what is known of it yet.
    pub cost: f64,
    /// When it happened.
    pub time: Timestamp,
}

impl Fill {
    /// The quantity with the sign of the side.
    #[must_use]
    pub fn signed_quantity(&self) -> f64 {
        self.side.sign() * self.quantity
    }
}
