//! What the actions of a market of slots mean.

use serde::{Deserialize, Serialize};

/// How many slots there are. Long slots come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotCounts {
    /// Long slots.
    pub max_long: usize,
    /// Short slots.
    pub max_short: usize,
}

/// What is done to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotAction {
    /// Buy a unit for a long slot, sell one for a short slot.
    Open,
    /// Trade the unit back.
    Close,
}

/// One slot and what is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotChange {
    /// Which slot, long ones first.
    pub slot: usize,
    /// What is done.
    pub action: SlotAction,
}

impl SlotCounts {
    /// Slots of both sides.
    #[must_use]
    pub const fn num_slots(&self) -> usize {
        self.max_long + self.max_short
    }

    /// HOLD, and two actions for each slot.
    #[must_use]
    pub const fn num_actions(&self) -> usize {
        1 + 2 * self.num_slots()
    }

    /// What an action does; `None` is HOLD, which is action 0.
    #[must_use]
    pub const fn change(&self, action: usize) -> Option<SlotChange> {
        let Some(index) = action.checked_sub(1) else { return None };
        let action = if index % 2 == 0 { SlotAction::Open } else { SlotAction::Close };
        Some(SlotChange { slot: index / 2, action })
    }

    /// 1 for a long slot, −1 for a short one.
    #[must_use]
    pub const fn side(&self, slot: usize) -> f64 {
        if slot < self.max_long { 1.0 } else { -1.0 }
    }

    /// Names of the slots, such as `long_1`.
    pub fn slot_names(self) -> impl Iterator<Item = String> {
        let long = (1..=self.max_long).map(|number| format!("long_{number}"));
        long.chain((1..=self.max_short).map(|number| format!("short_{number}")))
    }

    /// Names of the actions.
    #[must_use]
    pub fn action_names(self) -> Vec<String> {
        let both = |slot: String| [format!("open_{slot}"), format!("close_{slot}")];
        std::iter::once("hold".to_owned()).chain(self.slot_names().flat_map(both)).collect()
    }
}
