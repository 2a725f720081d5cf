//! The numbers that slots live by.

use super::SlotCounts;
use crate::config::{Env, Market};

/// What the settings say about slots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlotRules {
    /// How many there are.
    pub counts: SlotCounts,
    /// Value of a unit at the close that its opening is decided on, a fraction of initial equity.
    pub unit_frac: f64,
    /// A slot that lost this fraction since its entry must be closed.
    pub stop_loss_frac: Option<f64>,
    /// Chance that a training episode may fill a smaller number of slots only.
    pub size_mask_prob: f64,
    /// Chance that a training episode may open slots of one side only.
    pub direction_mask_prob: f64,
}

impl SlotRules {
    /// Reads the settings, which have been checked; `None` in other markets.
    pub(in crate::gym) fn new(env: &Env) -> Option<Self> {
        let Market::Slots(market) = &env.market else { return None };
        Some(Self {
            counts: SlotCounts { max_long: market.max_long, max_short: market.max_short },
            unit_frac: market.unit_frac,
            stop_loss_frac: env.rules.stop_loss_frac,
            size_mask_prob: market.size_mask_prob,
            direction_mask_prob: market.direction_mask_prob,
        })
    }
}
