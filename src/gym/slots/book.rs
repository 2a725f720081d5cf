//! Which unit of an account belongs to which slot.

use super::{SlotAction, SlotChange, SlotRules};
use crate::gym::{Position, SlotState};

/// The slots of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotBook {
    rules: SlotRules,
    slots: Vec<Position>,
}

/// What else decides which slot actions are legal.
#[derive(Debug, Clone, Copy)]
pub(in crate::gym) struct SlotStanding {
    pub(in crate::gym) min_hold_bars: Option<usize>,
    pub(in crate::gym) max_hold_bars: Option<usize>,
    /// Whether no trade is left in the episode.
    pub(in crate::gym) is_spent: bool,
    /// Whether the instrument trades now, and the account still may.
    pub(in crate::gym) can_trade: bool,
}

impl SlotBook {
    /// All slots empty.
    #[must_use]
    pub fn new(rules: SlotRules) -> Self {
        Self { rules, slots: vec![Position::default(); rules.counts.num_slots()] }
    }

    /// The slots, long ones first.
    #[must_use]
    pub fn slots(&self) -> &[Position] {
        &self.slots
    }

    /// The numbers that the slots live by.
    #[must_use]
    pub const fn rules(&self) -> &SlotRules {
        &self.rules
    }

    /// Quantity to trade for a change of an account that holds `net`, sized at `price`.
    ///
    /// A unit is worth `unit_frac` of initial equity when it is opened; a close trades it back, and
    /// the last one all that is held. 0 if the slot is not as the change needs it.
    ///
    /// # Units
    /// Shares, sales negative; `price` and `initial_equity` in currency units.
    #[must_use]
    pub fn quantity(&self, change: SlotChange, price: f64, initial_equity: f64, net: f64) -> f64 {
        let held = self.slots[change.slot].quantity;
        match change.action {
            SlotAction::Open if held == 0.0 => {
                self.rules.counts.side(change.slot) * self.rules.unit_frac * initial_equity / price
            }
            SlotAction::Open => 0.0,
            SlotAction::Close if held == 0.0 => 0.0,
            SlotAction::Close if self.num_open() == 1 => -net,
            SlotAction::Close => -held,
        }
    }

    /// The order of a change was filled, in part or whole.
    pub fn fill(&mut self, change: SlotChange, quantity: f64, price: f64) {
        let is_last = self.num_open() == 1;
        let slot = &mut self.slots[change.slot];
        slot.fill(quantity, price);
        // What an account holds and what its last slot holds differ by rounding.
        let is_rounding = slot.quantity.abs() < 1e-9 * quantity.abs();
        if change.action == SlotAction::Close && is_last && is_rounding {
            *slot = Position::default();
        }
    }

    /// Ends a bar: counts how long slots are open, given the slots before it.
    pub fn close_bar(&mut self, before: &[Position]) {
        for (slot, before) in self.slots.iter_mut().zip(before) {
            slot.bars_held = match slot.quantity {
                0.0 => 0,
                _ if before.quantity == 0.0 => 1,
                _ => before.bars_held + 1,
            };
        }
    }

    /// Profit that closing every slot at `price` would bring, currency units.
    #[must_use]
    pub fn unrealized_profit(&self, price: f64) -> f64 {
        self.slots.iter().map(|slot| slot.unrealized_profit(price)).sum()
    }

    /// Gain of all slots as a fraction of their entry values; 0 if all are empty.
    #[must_use]
    pub fn unrealized_return(&self, price: f64) -> f64 {
        let entry: f64 =
            self.slots.iter().map(|slot| (slot.quantity * slot.entry_price).abs()).sum();
        if entry == 0.0 { 0.0 } else { self.unrealized_profit(price) / entry }
    }

    /// Bars that the longest open slot has been open.
    #[must_use]
    pub fn bars_held(&self) -> usize {
        self.slots.iter().map(|slot| slot.bars_held).max().unwrap_or_default()
    }

    /// What a policy may see of each slot.
    #[must_use]
    pub fn states(&self, price: f64, equity: f64) -> Vec<SlotState> {
        let state = |slot: &Position| SlotState {
            weight: slot.quantity * price / equity,
            unrealized_return: slot.unrealized_return(price),
            bars_held: slot.bars_held as f64,
        };
        self.slots.iter().map(state).collect()
    }

    pub(super) fn num_open(&self) -> usize {
        self.slots.iter().filter(|slot| slot.quantity != 0.0).count()
    }
}
