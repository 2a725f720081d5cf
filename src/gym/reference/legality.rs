//! Which actions an account may take.

use super::Holdings;
use crate::config::PositionRules;
use crate::gym::slots::SlotStanding;
use crate::gym::{ActionTable, SlotBook};

/// Everything about an account that decides what it may do.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Cash and positions.
    pub holdings: &'a Holdings,
    /// The rules that the account lives under.
    pub rules: &'a PositionRules,
    /// The slots, in a market of slots.
    pub slots: Option<&'a SlotBook>,
    /// Last closes, one per symbol, currency units.
    pub prices: &'a [f64],
    /// Decisions so far that changed a position.
    pub num_trades: usize,
    /// Whether equity has fallen below the ruin level.
    pub is_ruined: bool,
}

impl Standing<'_> {
    /// One flag per action: may it be taken while these symbols trade? At least one always may.
    ///
    /// HOLD is always legal, except that a position at its longest hold must be closed. A row of
    /// weights is illegal while the position is at less than its shortest hold, when the trades of
    /// the episode are used up, after ruin, and when it would touch a symbol that has no bar now.
    /// Slots have rules of their own.
    ///
    /// # Panics
    /// If `is_trading` has not one flag per symbol.
    #[must_use]
    pub fn legal_actions(&self, is_trading: &[bool], table: &ActionTable) -> Vec<bool> {
        let num_symbols = self.holdings.positions.len();
        assert_eq!(is_trading.len(), num_symbols, "invariant: one flag per symbol");
        if let Some(slots) = self.slots {
            let standing = SlotStanding {
                min_hold_bars: self.rules.min_hold_bars,
                max_hold_bars: self.rules.max_hold_bars,
                is_spent: self.rules.max_trades.is_some_and(|most| self.num_trades >= most),
                can_trade: is_trading[0] && !self.is_ruined,
            };
            return slots.legal_actions(self.prices[0], &standing);
        }
        if self.must_close(is_trading) {
            return (0..table.num_actions()).map(|action| table.is_flat(action)).collect();
        }
        let is_locked = self.is_locked();
        let legal = |action: usize| match &table.rows()[action] {
            None => true,
            Some(weights) => !is_locked && !self.touches_halted(is_trading, weights.risky()),
        };
        (0..table.num_actions()).map(legal).collect()
    }

    fn must_close(&self, is_trading: &[bool]) -> bool {
        let held = self.holdings.positions[0].bars_held;
        let is_due = self.rules.max_hold_bars.is_some_and(|limit| held >= limit);
        held > 0 && is_due && is_trading[0] && !self.is_ruined
    }

    fn is_locked(&self) -> bool {
        let held = self.holdings.positions[0].bars_held;
        let is_young = held > 0 && self.rules.min_hold_bars.is_some_and(|least| held < least);
        let is_spent = self.rules.max_trades.is_some_and(|most| self.num_trades >= most);
        is_young || is_spent || self.is_ruined
    }

    fn touches_halted(&self, is_trading: &[bool], risky: &[f64]) -> bool {
        let positions = &self.holdings.positions;
        let touches = |s: usize| risky[s] != 0.0 || positions[s].quantity != 0.0;
        (0..risky.len()).any(|s| !is_trading[s] && touches(s))
    }
}
