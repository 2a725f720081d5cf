//! Which slot actions an account may take.

use super::{SlotAction, SlotBook, SlotStanding};

impl SlotBook {
    /// One flag per action: may it be taken now, at `price`? At least one always may.
    ///
    /// While the instrument does not trade, only HOLD. While a slot is open for the longest hold or has
    /// lost too much, only the closing of such slots. Otherwise HOLD, the opening of empty slots while
    /// trades are left, and the closing of slots that are open for the shortest hold.
    #[must_use]
    pub(in crate::gym) fn legal_actions(&self, price: f64, standing: &SlotStanding) -> Vec<bool> {
        let counts = self.rules().counts;
        let actions = 0..counts.num_actions();
        if !standing.can_trade {
            return actions.map(|action| action == 0).collect();
        }
        let is_due = |slot: usize| self.must_close(slot, price, standing);
        let is_any_due = (0..counts.num_slots()).any(is_due);
        let legal = |action: usize| match counts.change(action) {
            None => !is_any_due,
            Some(change) if is_any_due => change.action == SlotAction::Close && is_due(change.slot),
            Some(change) => {
                let slot = &self.slots()[change.slot];
                let is_open = slot.quantity != 0.0;
                let is_old = standing.min_hold_bars.is_none_or(|least| slot.bars_held >= least);
                match change.action {
                    SlotAction::Open => !is_open && !standing.is_spent,
                    SlotAction::Close => is_open && is_old,
                }
            }
        };
        actions.map(legal).collect()
    }

    fn must_close(&self, slot: usize, price: f64, standing: &SlotStanding) -> bool {
        let slot = &self.slots()[slot];
        let is_old = standing.max_hold_bars.is_some_and(|most| slot.bars_held >= most);
        let lost = -slot.unrealized_return(price);
        let has_lost = self.rules().stop_loss_frac.is_some_and(|most| lost >= most);
        slot.quantity != 0.0 && (is_old || has_lost)
    }
}
