//! From the configured source to the connector that serves it.

use super::local::{CsvFiles, ParquetFiles};
use super::platforms::{HistdataFiles, LeanFiles, Mt5Files};
use super::synthetic::SyntheticMarket;
use super::vendors::{AlpacaBars, IbkrHistory, Mt5Bridge, PolygonBars, YahooBars};
use crate::base::Interrupt;
use crate::config::{Connectors, Source, Universe};
use crate::domain::Calendar;
use crate::ports::{BarSource, SourceError};

/// Opens a source for a universe; relative paths count from the working folder.
///
/// A vendor that is waited for is given up when `interrupt` asks to stop.
///
/// # Errors
/// [`SourceError::Unsupported`] if the source cannot serve this universe,
/// [`crate::ports::RemoteError::NoKey`] if a vendor's key is not set.
pub fn open_source(
    source: &Source,
    universe: &Universe,
    connectors: &Connectors,
    interrupt: &Interrupt,
) -> Result<Box<dyn BarSource>, SourceError> {
    let calendar = Calendar::new(universe.calendar);
    let symbols = &universe.symbols;
    let stop = || interrupt.clone();
    let opened: Box<dyn BarSource> = match source {
        Source::Csv(files) => Box::new(CsvFiles::try_new(files, symbols, calendar)?),
        Source::Parquet(files) => Box::new(ParquetFiles::try_new(files, symbols, calendar)?),
        Source::Synthetic(market) => Box::new(SyntheticMarket::new(market, symbols, calendar)),
        Source::Lean(files) => Box::new(LeanFiles::try_new(files, symbols, calendar)?),
        Source::Histdata(files) => Box::new(HistdataFiles::try_new(files, symbols, calendar)?),
        Source::Mt5(own) if own.path.is_some() => {
            Box::new(Mt5Files::try_new(own, symbols, calendar)?)
        }
        Source::Mt5(own) => {
            Box::new(Mt5Bridge::try_new(own, &connectors.mt5, calendar)?.stopped_by(stop()))
        }
        Source::Yahoo(own) => {
            Box::new(YahooBars::try_new(own, &connectors.yahoo, calendar)?.stopped_by(stop()))
        }
        Source::Polygon(own) => {
            Box::new(PolygonBars::try_new(own, &connectors.polygon, calendar)?.stopped_by(stop()))
        }
        Source::Alpaca(own) => {
            Box::new(AlpacaBars::try_new(own, &connectors.alpaca, calendar)?.stopped_by(stop()))
        }
        Source::Ibkr(own) => {
            Box::new(IbkrHistory::try_new(own, &connectors.ibkr, calendar)?.stopped_by(stop()))
        }
    };
    Ok(opened)
}
