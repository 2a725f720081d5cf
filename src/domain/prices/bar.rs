//! Price bars.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Symbol, Timeframe};

/// One bar of one instrument, as the market printed it.
///
/// # Units
/// Prices in the currency of the instrument per share or contract, raw (unadjusted) in the lake;
/// `volume` in shares or contracts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// When the bar began.
    pub open_time: Timestamp,
    /// When it may be known: its close plus the publication delay.
    pub available_at: Timestamp,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Traded quantity; 0 where the source has none.
    pub volume: f64,
}

/// The bars of one instrument in order of time, without duplicates.
#[derive(Debug, Clone, PartialEq)]
pub struct BarSeries {
    /// Whose bars.
    pub symbol: Symbol,
    /// Their length.
    pub timeframe: Timeframe,
    /// Strictly increasing in `open_time`.
    pub bars: Vec<Bar>,
}
