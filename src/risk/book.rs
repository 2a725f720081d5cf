//! The account as the gate sees it.

use crate::domain::{OrderRequest, Symbol};

/// One instrument of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct BookLine {
    /// Which instrument.
    pub symbol: Symbol,
    /// Shares or contracts held, cleared orders counted as filled; shorts are negative.
    pub quantity: f64,
    /// Last known price, currency units; `None` if none is known.
    pub price: Option<f64>,
}

/// Equity and positions at one decision, with every order already cleared counted as filled.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Value of the account, currency units; `None` if it cannot be told.
    pub equity: Option<f64>,
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
        for line in self.lines.iter_mut().filter(|line| line.symbol == request.symbol) {
            line.quantity += request.side.sign() * request.quantity;
        }
    }
}
