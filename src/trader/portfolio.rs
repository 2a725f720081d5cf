//! The account as the venue's reports make it.

use crate::domain::Fill;
use crate::gym::{EnvParams, Holdings, Position, Standing};

/// Cash and positions under the rules of the environment, moved by reports of the venue only.
#[derive(Debug, Clone)]
pub(super) struct Portfolio {
    params: EnvParams,
    holdings: Holdings,
    at_last_close: Vec<Position>,
    num_trades: usize,
    has_traded: bool,
    is_ruined: bool,
}

impl Portfolio {
    /// All cash.
    pub(super) fn new(params: EnvParams, num_symbols: usize) -> Self {
        let holdings = Holdings::new(params.initial_equity, num_symbols);
        let at_last_close = holdings.positions.clone();
        Self { params, holdings, at_last_close, num_trades: 0, has_traded: false, is_ruined: false }
    }

    /// An order of ours was filled.
    pub(super) fn fill(&mut self, index: usize, fill: &Fill) {
        self.has_traded = true;
        self.exit(index, fill);
    }

    /// A protective order closed a position; it counts as no decision of ours.
    pub(super) fn exit(&mut self, index: usize, fill: &Fill) {
        let quantity = fill.side.sign() * fill.quantity;
        self.holdings.fill(index, quantity, fill.price, fill.cost);
    }

    pub(super) fn post_cash(&mut self, amount: f64) {
        self.holdings.cash += amount;
    }

    /// Ends the bar that began at the last decision.
    pub(super) fn close_bar(&mut self, closes: &[f64]) {
        self.num_trades += usize::from(std::mem::take(&mut self.has_traded));
        self.holdings.close_bar(&self.at_last_close, closes);
        self.at_last_close.clone_from(&self.holdings.positions);
        let ruin = self.params.ruin_frac * self.params.initial_equity;
        self.is_ruined |= self.holdings.equity(closes) < ruin;
    }

    pub(super) fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// What decides which actions are legal.
    pub(super) fn standing(&self) -> Standing<'_> {
        Standing {
            holdings: &self.holdings,
            rules: &self.params.rules,
            num_trades: self.num_trades,
            is_ruined: self.is_ruined,
        }
    }

    pub(super) fn is_ruined(&self) -> bool {
        self.is_ruined
    }
}
