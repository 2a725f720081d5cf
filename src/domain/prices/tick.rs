//! Single quotes and trades.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// One change of a quote, one trade, or both.
///
/// # Units
/// Prices in the currency of the instrument; NaN where the tick has none. `volume` in shares,
/// contracts or lots; 0 for a quote.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// When it happened.
    pub time: Timestamp,
    /// The best bid.
    pub bid: f64,
    /// The best ask.
    pub ask: f64,
    /// The price of the trade.
    pub last: f64,
    /// The size of the trade.
    pub volume: f64,
    /// What the vendor says of it; the bits are [`TickFlags`].
    pub flags: TickFlags,
}

/// What is special about a tick, as bits that can be joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TickFlags(pub u8);

impl TickFlags {
    /// The bid changed.
    pub const BID: Self = Self(1);
    /// The ask changed.
    pub const ASK: Self = Self(2);
    /// There was a trade.
    pub const TRADE: Self = Self(4);
    /// The vendor doubts it.
    pub const SUSPICIOUS: Self = Self(8);
    /// The trade's size counts, its price does not: an average of others, derived from another
    /// instrument, agreed upon earlier, or for a special settlement.
    pub const OFF_MARKET: Self = Self(16);

    /// All bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}
