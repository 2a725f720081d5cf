//! From the configured source to the connector that serves it.

use super::local::{CsvFiles, ParquetFiles};
use super::synthetic::SyntheticMarket;
use crate::config::{Source, Universe};
use crate::domain::Calendar;
use crate::ports::{BarSource, SourceError};

/// Opens a source for a universe; relative paths count from the working folder.
///
/// # Errors
/// [`SourceError::Unsupported`] if the source is not built in or cannot serve this universe.
pub fn open_source(
    source: &Source,
    universe: &Universe,
) -> Result<Box<dyn BarSource>, SourceError> {
    let calendar = Calendar::new(universe.calendar);
    let symbols = &universe.symbols;
    match source {
        Source::Csv(files) => Ok(Box::new(CsvFiles::try_new(files, symbols, calendar)?)),
        Source::Parquet(files) => Ok(Box::new(ParquetFiles::try_new(files, symbols, calendar)?)),
        Source::Synthetic(market) => Ok(Box::new(SyntheticMarket::new(market, symbols, calendar))),
        Source::Yahoo(_) => Err(SourceError::Unsupported {
            source_name: "yahoo",
            supported: "nothing in this version (use csv files of layout yahoo)",
            wanted: "bars from the chart service".to_owned(),
        }),
    }
}
