//! What really happened at the venue, whatever the other side was told.

use crate::base::Timestamp;
use crate::domain::{Fill, OrderRequest, Symbol};
use crate::ports::{CashReason, OrderEnd, Protection};

/// The complete record of a venue: the measure for every ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// Currency units at the beginning.
    pub initial_cash: f64,
    /// Currency units now.
    pub cash: f64,
    /// Shares or contracts of every symbol now; shorts are negative.
    pub positions: Vec<(Symbol, f64)>,
    /// Every order that arrived, in the order of its number; foreign ones last.
    pub orders: Vec<TruthOrder>,
    /// Every execution in the order in which it happened.
    pub fills: Vec<TruthFill>,
    /// Every posting of cash.
    pub postings: Vec<Posting>,
}

/// Who sent an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This side.
    Ours,
    /// Somebody else on the same account.
    Foreign,
}

/// An order as the venue knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthOrder {
    /// What was asked for.
    pub request: OrderRequest,
    /// By whom.
    pub owner: Owner,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Shares or contracts that traded.
    pub filled: f64,
    /// How and when it ended; `None` while it is open.
    pub end: Option<(OrderEnd, Timestamp)>,
}

/// An execution and why it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthFill {
    /// The execution.
    pub fill: Fill,
    /// The protective rule of the environment that asked for it; `None` for an order.
    pub cause: Option<Protection>,
}

/// Money that came or went without a trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posting {
    /// Currency units, negative if paid.
    pub amount: f64,
    /// What for.
    pub reason: CashReason,
    /// When.
    pub time: Timestamp,
}

impl Truth {
    /// Cash from the beginning, all executions and all postings, currency units. Equals [`Truth::cash`] up to rounding.
    #[must_use]
    pub fn cash_from_records(&self) -> f64 {
        let paid = |fill: &Fill| fill.signed_quantity() * fill.price + fill.cost;
        let traded: f64 = self.fills.iter().map(|done| paid(&done.fill)).sum();
        let posted: f64 = self.postings.iter().map(|posting| posting.amount).sum();
        self.initial_cash - traded + posted
    }

    /// Shares of `symbol` from all executions. Equals its entry in [`Truth::positions`] up to rounding.
    #[must_use]
    pub fn position_from_records(&self, symbol: &Symbol) -> f64 {
        let fills = self.fills.iter().filter(|done| done.fill.symbol == *symbol);
        fills.map(|done| done.fill.signed_quantity()).sum()
    }
}
