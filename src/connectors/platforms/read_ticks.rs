//! The ticks of a source.

use super::{HistdataFiles, LeanFiles, Mt5Files};
use crate::base::DateRange;
use crate::config::{Connectors, Mt5Source, Source};
use crate::connectors::vendors::Mt5Bridge;
use crate::dataset::ticks::TickTable;
use crate::domain::{Calendar, Symbol};
use crate::ports::SourceError;

/// Ticks as they stand in one file or answer, and where that is.
#[derive(Debug, Clone, PartialEq)]
pub struct TickPart {
    /// The file or the answer.
    pub origin: String,
    /// Its ticks, unchecked, in its order.
    pub ticks: TickTable,
}

/// Reads the ticks of some days from LEAN, HistData or MetaTrader 5; unchecked, part by part.
///
/// Files of days are read for the days of their own clock; a file that holds more is read in full.
///
/// # Errors
/// [`SourceError::Unsupported`] for another source.
pub fn read_ticks(
    source: &Source,
    connectors: &Connectors,
    calendar: Calendar,
    symbol: &Symbol,
    range: DateRange,
) -> Result<Vec<TickPart>, SourceError> {
    let universe = std::slice::from_ref(symbol);
    match source {
        Source::Lean(files) => {
            LeanFiles::try_new(files, universe, calendar)?.read_ticks(symbol, range)
        }
        Source::Histdata(files) => {
            HistdataFiles::try_new(files, universe, calendar)?.read_ticks(symbol, range)
        }
        Source::Mt5(files @ Mt5Source { path: Some(_), .. }) => {
            Mt5Files::try_new(files, universe, calendar)?.read_ticks(symbol, range)
        }
        Source::Mt5(bridge) => {
            Mt5Bridge::try_new(bridge, &connectors.mt5, calendar)?.read_ticks(symbol, range)
        }
        other => Err(SourceError::Unsupported {
            source_name: other.name(),
            supported: "bars",
            wanted: "ticks".to_owned(),
        }),
    }
}
