//! The best prices of a book.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// The best prices of a book at one time, currency units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BookTop {
    /// When.
    pub time: Timestamp,
    /// What buyers offer.
    pub bid: f64,
    /// What sellers ask.
    pub ask: f64,
    /// Shares or contracts at the bid; 0 where unknown.
    pub bid_quantity: f64,
    /// Shares or contracts at the ask; 0 where unknown.
    pub ask_quantity: f64,
}

impl BookTop {
    /// Halfway between bid and ask.
    #[must_use]
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.bid, self.ask)
    }

    /// Whether both prices are positive, finite and not crossed.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.bid > 0.0 && self.bid <= self.ask && self.ask.is_finite()
    }
}
