//! An account as it would stand in another position.

use crate::gym::{
    ActionTable, Holdings, Position, PositionState, SlotAction, SlotBook, SlotChange, Standing,
};
use crate::signals::DecisionPoint;

/// An account of the same worth, history and highest equity in another position.
#[derive(Debug, Clone)]
pub(super) struct WhatIf {
    holdings: Holdings,
    slots: Option<SlotBook>,
}

impl WhatIf {
    /// Everything in cash.
    pub(super) fn flat(standing: &Standing<'_>) -> Self {
        let mut holdings = standing.holdings.clone();
        holdings.cash = holdings.equity(standing.prices);
        holdings.positions.fill(Position::default());
        Self { holdings, slots: standing.slots.map(|slots| SlotBook::new(*slots.rules())) }
    }

    /// Every position on the other side, since the same time and price.
    ///
    /// The unit of a slot moves to the slot of its number on the other side; without one it is
    /// left out.
    pub(super) fn hedge(standing: &Standing<'_>) -> Self {
        let mut holdings = standing.holdings.clone();
        let equity = holdings.equity(standing.prices);
        let slots = standing.slots.map(mirrored);
        for position in &mut holdings.positions {
            position.quantity = -position.quantity;
        }
        if let Some(slots) = &slots {
            holdings.positions[0].quantity = slots.slots().iter().map(|slot| slot.quantity).sum();
        }
        holdings.cash = 0.0;
        holdings.cash = equity - holdings.equity(standing.prices);
        Self { holdings, slots }
    }

    /// What the policy would see.
    pub(super) fn position(&self, prices: &[f64]) -> PositionState {
        self.holdings.position_state(self.slots.as_ref(), prices)
    }

    /// One flag per action of a table: could it be taken?
    pub(super) fn legal_actions(
        &self,
        point: &DecisionPoint<'_>,
        actions: &ActionTable,
    ) -> Vec<bool> {
        let standing =
            Standing { holdings: &self.holdings, slots: self.slots.as_ref(), ..*point.standing };
        standing.legal_actions(point.trading, actions)
    }
}

fn mirrored(slots: &SlotBook) -> SlotBook {
    let counts = slots.rules().counts;
    let mut book = SlotBook::new(*slots.rules());
    let mut ages = vec![Position::default(); counts.num_slots()];
    for (slot, unit) in slots.slots().iter().enumerate() {
        let (own, other, start) = if slot < counts.max_long {
            (slot, counts.max_short, counts.max_long)
        } else {
            (slot - counts.max_long, counts.max_long, 0)
        };
        if unit.quantity == 0.0 || own >= other {
            continue;
        }
        let slot = start + own;
        book.fill(SlotChange { slot, action: SlotAction::Open }, -unit.quantity, unit.entry_price);
        if unit.bars_held > 1 {
            ages[slot] = Position { bars_held: unit.bars_held - 1, quantity: 1.0, ..*unit };
        }
    }
    book.close_bar(&ages);
    book
}
