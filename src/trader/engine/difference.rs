//! Positions that are not the venue's: told, left alone, and taken over once a human has confirmed them.

use super::{Alert, Command, Effect, Engine};
use crate::domain::Symbol;

/// Differences of venue and ledger beyond this fraction are no rounding.
const TOLERANCE: f64 = 1e-9;

/// A position that is not the venue's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Difference {
    ours: f64,
    theirs: f64,
    /// Whether a human was told in this process.
    is_told: bool,
    /// Whether a human was told in an earlier one.
    was_told: bool,
}

impl Engine {
    /// A process begins: what differs is told again.
    pub(super) fn differences_of_before(&mut self) {
        for difference in self.differing.values_mut() {
            difference.was_told |= difference.is_told;
            difference.is_told = false;
        }
    }

    /// A human resumes: what he was told of is confirmed, and nothing else.
    pub(super) fn confirm(&mut self, by: &str) {
        let is_known = |difference: &Difference| match by {
            Command::BEFORE_START => difference.was_told,
            _ => difference.is_told,
        };
        let known = self.differing.iter().filter(|(_, difference)| is_known(difference));
        self.confirmed = known.map(|(&index, difference)| (index, difference.theirs)).collect();
    }

    /// Positions one by one; those that differ are told once and not traded.
    pub(super) fn compare_positions(&mut self, theirs: &[f64], effects: &mut Vec<Effect>) {
        let confirmed = std::mem::take(&mut self.confirmed);
        for (index, &theirs) in theirs.iter().enumerate() {
            let ours = self.portfolio.holdings().positions[index].quantity;
            let known = self.differing.remove(&index);
            if is_equal(ours, theirs) {
                continue;
            }
            let is_confirmed = confirmed.get(&index).is_some_and(|&told| is_equal(told, theirs));
            if is_confirmed && self.adopt_position(index, theirs, effects) {
                continue;
            }
            let known = known.filter(|known| known.ours == ours && known.theirs == theirs);
            let new = Difference { ours, theirs, is_told: false, was_told: false };
            let difference = known.unwrap_or(new);
            if !difference.is_told {
                let what = self.symbols[index].to_string();
                effects.push(Effect::Alert(Alert::Mismatch { what, ours, theirs }));
            }
            self.differing.insert(index, Difference { is_told: true, ..difference });
        }
    }

    /// A fill may have been what was missing.
    pub(super) fn settle_difference(&mut self, index: usize) {
        let ours = self.portfolio.holdings().positions[index].quantity;
        if self.differing.get(&index).is_some_and(|known| is_equal(ours, known.theirs)) {
            self.differing.remove(&index);
            self.gate.agreed(&self.symbols[index]);
        }
    }

    /// The symbols whose position differs.
    pub(super) fn differing_symbols(&self) -> Vec<Symbol> {
        self.differing.keys().map(|&index| self.symbols[index].clone()).collect()
    }

    /// Whether a position differs of which nobody has said yet that a human must look at it.
    pub(super) fn has_open_question(&self) -> bool {
        self.differing.keys().any(|&index| !self.gate.is_halted(&self.symbols[index]))
    }

    /// Takes the venue's position over at the last price. Plans and protections were made for another one.
    fn adopt_position(&mut self, index: usize, theirs: f64, effects: &mut Vec<Effect>) -> bool {
        let Some(price) = self.prices.known_close(index) else { return false };
        let symbol = self.symbols[index].clone();
        let ours = self.portfolio.holdings().positions[index].quantity;
        self.cancel_symbol(&symbol, effects);
        self.portfolio.adopt_position(index, theirs, price);
        effects.push(Effect::Alert(Alert::Adopted { symbol, ours, theirs }));
        true
    }
}

pub(super) fn is_equal(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= TOLERANCE * ours.abs().max(theirs.abs()).max(1.0)
}
