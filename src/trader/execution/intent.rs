//! What goes into the executor and what comes out.

use crate::base::Timestamp;
use crate::domain::{BookTop, OrderId, OrderKind, Symbol, TimeInForce};

/// A trade that the engine wants: the parent of orders.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    /// The engine's number of it; rises within a session.
    pub number: u64,
    /// What to trade.
    pub symbol: Symbol,
    /// Shares or contracts; a sale is negative.
    pub signed_quantity: f64,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// What the executor may know of the world at one time.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The time of the event that is being processed.
    pub now: Timestamp,
    /// The last that is known of a symbol.
    pub prices: &'a dyn Fn(&Symbol) -> SymbolView,
}

/// The last that is known of a symbol.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct SymbolView {
    /// Best prices of the book.
    pub top: Option<BookTop>,
    /// Last close, currency units.
    pub close: Option<f64>,
    /// Shares or contracts that the market has traded since the session began.
    pub volume: f64,
    /// Shares or contracts held, every fill known so far included; shorts are negative.
    pub held: f64,
}

/// What the executor wants done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// Make this an order and have it cleared; the answer is [`super::Executor::submitted`] or
    /// [`super::Executor::denied`].
    Submit {
        /// The intent that it works for.
        intent: u64,
        /// What to trade.
        symbol: Symbol,
        /// Shares or contracts; a sale is negative.
        signed_quantity: f64,
        /// At which price and when.
        kind: OrderKind,
        /// How long.
        time_in_force: TimeInForce,
        /// The entry that it protects.
        protects: Option<OrderId>,
    },
    /// Cancel this order.
    Cancel(OrderId),
}

impl View<'_> {
    /// The last that is known of a symbol.
    #[must_use]
    pub(crate) fn of(&self, symbol: &Symbol) -> SymbolView {
        (self.prices)(symbol)
    }
}
