//! What a venue that takes orders can do.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest, Symbol};
use crate::risk::Approved;

/// A venue that takes orders, real or simulated. Its owner cannot tell which.
///
/// Synchronous: what happens at the venue is fetched with [`Broker::poll`], in the order in which it
/// happened, each event once.
pub trait Broker {
    /// Sends a cleared order.
    ///
    /// # Errors
    /// [`BrokerError`]; the order is not at the venue.
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError>;

    /// What happened since the last call, oldest first.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError>;

    /// The account as the venue keeps it.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn account(&self) -> Result<BrokerAccount, BrokerError>;
}

/// Something that happened at the venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokerEvent {
    /// An order was filled.
    Filled(Fill),
    /// A protective order closed a position. The fill carries the number of the protected order.
    Protected {
        /// The closing trade.
        fill: Fill,
        /// Which kind of order it was.
        cause: Protection,
    },
    /// The venue did not execute an order and never will.
    Rejected {
        /// Which order.
        order_id: OrderId,
        /// The venue's reason.
        reason: RejectReason,
        /// When it said so.
        time: Timestamp,
    },
    /// Money came or went without a trade.
    CashPosted {
        /// Currency units, negative if paid.
        amount: f64,
        /// What for.
        reason: CashReason,
        /// When.
        time: Timestamp,
    },
}

/// The kinds of protective orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// The position had lost too much.
    StopLoss,
    /// The position had fallen too far from its best price.
    TrailingStop,
    /// The position had gained enough.
    TakeProfit,
}

/// Why a venue did not execute an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The instrument had no bar in the interval in which the order was good.
    NotTrading,
    /// A protective order closed the position first.
    PositionClosed,
}

/// Why money came or went without a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashReason {
    /// Interest on cash.
    Interest,
    /// The fee on borrowed shares.
    Borrow,
}

/// Cash and positions as the venue keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrokerAccount {
    /// Currency units.
    pub cash: f64,
    /// Shares or contracts of each instrument that the account may trade; shorts are negative.
    pub positions: Vec<(Symbol, f64)>,
}

/// A venue did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// The venue does not know the instrument.
    #[error("the venue trades no `{symbol}`")]
    UnknownSymbol {
        /// What was asked for.
        symbol: Symbol,
    },
    /// The number was used before.
    #[error("order numbers must rise, was {} after {}", found.0, last.0)]
    OrderNumber {
        /// The number of this order.
        found: OrderId,
        /// The highest number so far.
        last: OrderId,
    },
    /// The market has not begun.
    #[error("the venue has seen no bar of `{symbol}` yet")]
    NoMarket {
        /// What was asked for.
        symbol: Symbol,
    },
}
