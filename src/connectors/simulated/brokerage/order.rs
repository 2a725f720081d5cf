//! Orders, executions and positions as the house keeps them.

use crate::base::Timestamp;
use crate::domain::{OrderKind, Side, Symbol, TimeInForce};

/// What a client wants to trade.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseOrder {
    /// The client's own words.
    pub reference: String,
    /// Who sent it.
    pub client: i64,
    /// What to trade.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares, above 0.
    pub quantity: f64,
    /// At which price and when.
    pub kind: OrderKind,
    /// How long; a bar is a day here.
    pub time_in_force: TimeInForce,
    /// Number of the entry that this order protects: it is active once that is filled, and when one of several such orders
    /// has filled, the others are canceled.
    pub parent: Option<u64>,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HouseStatus {
    /// For its parent.
    Waiting,
    /// For the market to open.
    Held,
    /// It can trade.
    Working,
    /// All of it traded.
    Filled,
    /// The rest was canceled.
    Canceled,
    /// It never worked.
    Rejected,
    /// Its time was over.
    Expired,
}

impl HouseStatus {
    /// Whether the order can still trade.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Held | Self::Working)
    }
}

/// An order and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseRecord {
    /// The house's number, from 1 on, never used twice.
    pub number: u64,
    /// What was wanted, with all changes.
    pub order: HouseOrder,
    /// When it came.
    pub placed_at: Timestamp,
    /// Where it stands.
    pub status: HouseStatus,
    /// Shares that have traded.
    pub filled: f64,
    /// Currency units per share, of what has traded; 0 before.
    pub average: f64,
    /// Currency units per share, of the last trade; 0 before.
    pub last_price: f64,
    /// When it ended, if it did.
    pub ended_at: Option<Timestamp>,
    /// Why it was rejected; empty otherwise.
    pub reason: String,
    /// Whether the trigger was reached.
    pub(super) is_triggered: bool,
    /// When it is looked at next.
    pub(super) due: Timestamp,
    /// When its time is over.
    pub(super) expires_at: Option<Timestamp>,
    /// In how many parts it trades.
    pub(super) parts_left: u32,
    /// Commission so far, currency units.
    pub(super) commission: f64,
}

impl HouseRecord {
    /// Shares that have not traded.
    #[must_use]
    pub fn remaining(&self) -> f64 {
        (self.order.quantity - self.filled).max(0.0)
    }
}

/// One trade of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseExecution {
    /// Its name: a stem, and a revision after the last point.
    pub execution: String,
    /// Number of the order.
    pub number: u64,
    /// What was traded.
    pub symbol: Symbol,
    /// Which way.
    pub side: Side,
    /// Shares, above 0.
    pub quantity: f64,
    /// Currency units per share.
    pub price: f64,
    /// Shares of the order so far.
    pub cumulative: f64,
    /// Currency units per share, of the order so far.
    pub average: f64,
    /// Currency units.
    pub commission: f64,
    /// Currency units, if it closed something.
    pub realized: Option<f64>,
    /// When.
    pub time: Timestamp,
}

/// What the account holds of one symbol.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Position {
    /// Shares; shorts are negative.
    pub quantity: f64,
    /// Currency units per share.
    pub average_cost: f64,
}
