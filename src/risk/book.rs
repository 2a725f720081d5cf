//! The account as the gate sees it.

use crate::base::Timestamp;
use crate::domain::{BookTop, OrderRequest, Side, Symbol};

/// One instrument of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct BookLine {
    /// Which instrument.
    pub symbol: Symbol,
    /// Shares or contracts with every open order counted as filled; shorts are negative. Orders that protect another one
    /// are left out: at most one of them trades, and it makes the position smaller.
    pub quantity: f64,
    /// Shares or contracts held now; shorts are negative.
    pub held: f64,
    /// Last known price, currency units; `None` if none is known.
    pub price: Option<f64>,
    /// Best prices; `None` if no quote is known.
    pub top: Option<BookTop>,
    /// When the last bar of this instrument became known.
    pub bar_time: Option<Timestamp>,
}

/// Equity, cash and positions at one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Value of the account, currency units; `None` if it cannot be told.
    pub equity: Option<f64>,
    /// Cash with every open order counted as filled at its worst price, currency units; `None` if it cannot be told.
    pub cash: Option<f64>,
    /// One line per instrument of the universe.
    pub lines: Vec<BookLine>,
}

impl Book {
    /// The line of `symbol`, if the account knows it.
    #[must_use]
    pub fn line(&self, symbol: &Symbol) -> Option<&BookLine> {
        self.lines.iter().find(|line| line.symbol == *symbol)
    }

    /// Counts a cleared order as filled.
    pub(super) fn count_as_filled(&mut self, request: &OrderRequest) {
        if request.protects.is_some() {
            return;
        }
        let Some(line) = self.lines.iter_mut().find(|line| line.symbol == request.symbol) else {
            return;
        };
        line.quantity += request.signed_quantity();
        let worst_price = line.worst_price(request);
        let paid = worst_price.map(|price| request.signed_quantity() * price);
        self.cash = self.cash.zip(paid).map(|(cash, paid)| cash - paid);
    }
}

impl BookLine {
    /// The worst price at which an order may trade at once, as far as can be told, currency units: its limit, else the
    /// other side of the book, else the last price.
    #[must_use]
    pub fn worst_price(&self, request: &OrderRequest) -> Option<f64> {
        let price = self.price?;
        if let Some(limit_price) = request.kind.limit_price() {
            return Some(limit_price);
        }
        let top = self.top.filter(BookTop::is_sound);
        let stop_price = request.kind.stop_price().unwrap_or(price);
        Some(match request.side {
            Side::Buy => top.map_or(price, |top| top.ask.max(price)).max(stop_price),
            Side::Sell => top.map_or(price, |top| top.bid.min(price)).min(stop_price),
        })
    }
}
