//! What a venue that takes orders can do.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest, Side, Symbol};
use crate::risk::Approved;

/// A venue that takes orders, real or simulated. Its owner cannot tell which.
///
/// Synchronous: what happens at the venue is fetched with [`Broker::poll`], in the order in which it became known here.
/// An event may come late, twice or never; [`Broker::snapshot`] is the truth.
pub trait Broker: Send {
    /// Sends a cleared order under its own number.
    ///
    /// # Errors
    /// [`BrokerError`]; [`BrokerError::is_unknown`] tells whether the order may be at the venue all the same.
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError>;

    /// Asks the venue to cancel an order; the answer is an event.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue could not be asked.
    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError>;

    /// What became known since the last call, oldest first.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError>;

    /// Everything that the venue has on this account now, and what it did since `since`.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError>;

    /// A handle that cancels all orders from another thread, while this one may hang.
    fn emergency(&self) -> Box<dyn CancelAll>;
}

/// Cancels everything without asking the engine.
pub trait CancelAll: Send + Sync {
    /// Cancels every open order of the account that this process sent; returns how many.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn cancel_all(&self) -> Result<usize, BrokerError>;
}

/// Something that happened at the venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokerEvent {
    /// The venue has the order and works on it.
    Accepted {
        /// Which order.
        order_id: OrderId,
        /// When.
        time: Timestamp,
    },
    /// An order was filled, all or part of it.
    Filled(Fill),
    /// A protective rule of the environment closed a position. The fill carries the number of the order that entered it.
    Protected {
        /// The closing trade.
        fill: Fill,
        /// Which kind of rule it was.
        cause: Protection,
    },
    /// The costs of a fill are known now.
    CostKnown {
        /// Which fill.
        execution_id: String,
        /// All of its costs, currency units; replaces what the fill said.
        cost: f64,
        /// When.
        time: Timestamp,
    },
    /// A fill was wrong; this one takes its place. A quantity of 0 takes it back.
    Corrected {
        /// The wrong fill.
        execution_id: String,
        /// The right one.
        fill: Fill,
    },
    /// An order was canceled; nothing of the rest will trade.
    Canceled {
        /// Which order.
        order_id: OrderId,
        /// When.
        time: Timestamp,
    },
    /// The venue did not cancel: it does not know the order, or the order is over already.
    CancelRefused {
        /// Which order.
        order_id: OrderId,
        /// When.
        time: Timestamp,
    },
    /// The time of an order is over; nothing of the rest will trade.
    Expired {
        /// Which order.
        order_id: OrderId,
        /// When.
        time: Timestamp,
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
    /// The connection is gone: events may be lost from here on.
    LinkLost {
        /// When it was noticed.
        time: Timestamp,
    },
    /// The connection is back.
    LinkRestored {
        /// When.
        time: Timestamp,
    },
}

/// The kinds of protective rules.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The instrument had no bar in the interval in which the order was good.
    NotTrading,
    /// A protective order closed the position first.
    PositionClosed,
    /// The venue's own words.
    Venue(String),
}

/// Why money came or went without a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// The venue's truth at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrokerSnapshot {
    /// When, by the venue's clock.
    pub time: Timestamp,
    /// Cash and positions.
    pub account: BrokerAccount,
    /// Every order that is open, by whomever it was sent.
    pub open_orders: Vec<VenueOrder>,
    /// Every execution of this account since the time that was asked for.
    pub executions: Vec<Fill>,
    /// Every order of ours that ended since then, and how.
    pub ended_orders: Vec<(OrderId, OrderEnd)>,
}

/// An open order as the venue has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VenueOrder {
    /// Our number; absent for an order that somebody else sent.
    pub order_id: Option<OrderId>,
    /// What is traded.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares or contracts in all.
    pub quantity: f64,
    /// Shares or contracts that have traded.
    pub filled: f64,
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderEnd {
    /// All of it traded.
    Filled,
    /// The rest was canceled.
    Canceled,
    /// Its time was over.
    Expired,
    /// The venue refused it.
    Rejected(RejectReason),
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
    #[error("order numbers must rise, was {found} after {last}")]
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
    /// The request did not leave, for sure.
    #[error("the venue cannot be reached: {detail}")]
    NotSent {
        /// What happened.
        detail: String,
    },
    /// The request may have reached the venue.
    #[error("the venue did not answer, the request may have arrived: {detail}")]
    Unknown {
        /// What happened.
        detail: String,
    },
}

impl BrokerError {
    /// Whether the request may have been carried out all the same.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

impl BrokerEvent {
    /// When it happened.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        match self {
            Self::Filled(fill) | Self::Protected { fill, .. } | Self::Corrected { fill, .. } => {
                fill.time
            }
            Self::Accepted { time, .. }
            | Self::CostKnown { time, .. }
            | Self::Canceled { time, .. }
            | Self::CancelRefused { time, .. }
            | Self::Expired { time, .. }
            | Self::Rejected { time, .. }
            | Self::CashPosted { time, .. }
            | Self::LinkLost { time }
            | Self::LinkRestored { time } => *time,
        }
    }
}
