//! What can be told about an engine from outside.

use super::Engine;
use crate::base::Timestamp;
use crate::domain::Symbol;
use crate::gym::Holdings;
use crate::ports::VenueOrder;
use crate::risk::{Book, BookLine, LimitUse, RiskState, TradingState};
use crate::trader::orders::OrderRecord;

impl Engine {
    /// Value of the account at the last closes, currency units.
    #[must_use]
    pub fn equity(&self) -> f64 {
        let holdings = self.portfolio.holdings();
        // A symbol without a price yet is not held, and its unknown price must not spread.
        let closes = (0..self.symbols.len()).map(|i| self.prices.known_close(i).unwrap_or(0.0));
        holdings.equity(&closes.collect::<Vec<_>>())
    }

    /// Cash and positions by the reports of the venue.
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        self.portfolio.holdings()
    }

    /// The universe.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Whether the first decision has been made.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// The latest time of any event.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether venue and ledger agree as of the last comparison.
    #[must_use]
    pub fn is_reconciled(&self) -> bool {
        self.is_reconciled
    }

    /// Whether the connection to the venue is up.
    #[must_use]
    pub fn is_link_up(&self) -> bool {
        self.is_link_up
    }

    /// Whether a human paused the session.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Whether increases, reductions only, or nothing may trade.
    #[must_use]
    pub fn trading_state(&self) -> TradingState {
        self.gate.trading_state()
    }

    /// Whether a symbol, or everything, is halted.
    #[must_use]
    pub fn is_halted(&self, symbol: &Symbol) -> bool {
        self.gate.is_halted(symbol)
    }

    /// Limits and halts as they stand.
    #[must_use]
    pub fn risk(&self) -> &RiskState {
        self.gate.state()
    }

    /// How much of each limit is used.
    #[must_use]
    pub fn limit_use(&self) -> Vec<LimitUse> {
        self.gate.usage(&self.book(), self.now)
    }

    /// All orders by number, those that ended long ago left out.
    pub fn orders(&self) -> impl Iterator<Item = &OrderRecord> {
        self.desk.orders()
    }

    /// The last price of a symbol, currency units; the middle of the book where there is one.
    #[must_use]
    pub fn price(&self, index: usize) -> Option<f64> {
        self.prices.known_close(index)
    }

    /// The account as the gate sees it: open orders, also those of others, count as filled.
    pub(super) fn book(&self) -> Book {
        let positions = &self.portfolio.holdings().positions;
        let line = |(index, symbol): (usize, &Symbol)| BookLine {
            symbol: symbol.clone(),
            quantity: positions[index].quantity
                + self.open_quantity(symbol)
                + self.foreign_quantity(symbol),
            held: positions[index].quantity,
            price: self.prices.known_close(index),
            top: self.prices.top(index),
            bar_time: self.prices.bar_time(index),
        };
        let lines = self.symbols.iter().enumerate().map(line).collect();
        Book { equity: Some(self.equity()), cash: Some(self.free_cash()), lines }
    }

    /// Signed quantity that open orders may still trade; stops and targets wait for a price and do not count.
    fn open_quantity(&self, symbol: &Symbol) -> f64 {
        let counts = |order: &&OrderRecord| {
            order.request.symbol == *symbol && order.request.protects.is_none()
        };
        self.desk.open().filter(counts).map(OrderRecord::open_quantity).sum()
    }

    /// Cash after every open purchase at its worst price.
    fn free_cash(&self) -> f64 {
        let purchase = |order: &OrderRecord| {
            let close =
                || self.index(&order.request.symbol).and_then(|i| self.prices.known_close(i));
            let price = order.request.kind.limit_price().or_else(close).unwrap_or(0.0);
            order.open_quantity().max(0.0) * price
        };
        let cash = self.portfolio.holdings().cash;
        let cash = self.venue_cash.map_or(cash, |theirs| cash.min(theirs));
        cash - self.desk.open().map(purchase).sum::<f64>()
    }

    fn foreign_quantity(&self, symbol: &Symbol) -> f64 {
        let open = |order: &VenueOrder| order.side.sign() * (order.quantity - order.filled);
        self.foreign.iter().filter(|order| order.symbol == *symbol).map(open).sum()
    }

    pub(super) fn index(&self, symbol: &Symbol) -> Option<usize> {
        self.symbols.iter().position(|s| s == symbol)
    }
}
