//! Several instruments on one clock.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Bar, Symbol, Timeframe};

/// What became known at one decision time: a bar for each symbol, or none where it did not trade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketRow {
    /// The decision time: the latest `available_at` of the bars.
    pub time: Timestamp,
    /// One entry per symbol, in the order of the universe; prices adjusted as of `time`.
    pub bars: Vec<Option<Bar>>,
}

/// The rows of a universe in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The universe, cash not included.
    pub symbols: Vec<Symbol>,
    /// The length of the bars.
    pub timeframe: Timeframe,
    /// Strictly increasing in `time`.
    pub rows: Vec<MarketRow>,
}
