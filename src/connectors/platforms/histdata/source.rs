//! HistData's files as a source of bars and ticks.

use super::names::find_files;
use super::rows::{read_bars, read_ticks};
use crate::base::DateRange;
use crate::config::{FileContent, HistdataSource, QuotePrice};
use crate::connectors::local::{check_universe, read_all};
use crate::connectors::platforms::TickPart;
use crate::connectors::platforms::maker::{BarMaker, days_to_read, weekends};
use crate::domain::{Calendar, CalendarName, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

/// A folder of HistData's files, or one of them; fixed UTC-05, prices are bids.
#[derive(Debug, Clone)]
pub struct HistdataFiles {
    settings: HistdataSource,
    calendar: Calendar,
}

impl HistdataFiles {
    /// A source for `universe`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] if one file is to serve several symbols, or for a price that the
    /// files have not.
    pub fn try_new(
        settings: &HistdataSource,
        universe: &[Symbol],
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        check_universe("histdata", &settings.path, universe)?;
        let (content, price) = (settings.content, settings.price);
        let is_there = match content {
            FileContent::Bars => price == QuotePrice::Bid,
            FileContent::Ticks => price != QuotePrice::Last,
        };
        if !is_there {
            return Err(SourceError::Unsupported {
                source_name: "histdata",
                supported: "the price `bid`; `ask` and `mid` with `content: ticks`",
                wanted: format!("`{price:?}` with {content:?}").to_lowercase(),
            });
        }
        Ok(Self { settings: settings.clone(), calendar })
    }

    /// The ticks of the files that may hold days of the range, a part for each file, unchecked.
    ///
    /// # Errors
    /// [`SourceError`] with the file.
    pub fn read_ticks(
        &self,
        symbol: &Symbol,
        range: DateRange,
    ) -> Result<Vec<TickPart>, SourceError> {
        let paths = find_files(&self.settings.path, symbol, FileContent::Ticks, range)?;
        let part = |path: &std::path::PathBuf| {
            let ticks = read_ticks(path, &read_all(path)?)?;
            Ok(TickPart { origin: path.display().to_string(), ticks })
        };
        paths.iter().map(part).collect()
    }
}

impl BarSource for HistdataFiles {
    fn origin(&self) -> String {
        self.settings.path.display().to_string()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let range = days_to_read(request);
        let mut maker = match self.settings.content {
            FileContent::Ticks => {
                let mut maker = BarMaker::of_ticks(request, self.settings.price, &self.calendar);
                for part in self.read_ticks(&request.symbol, range)? {
                    maker.ticks(part.ticks)?;
                }
                maker
            }
            FileContent::Bars => {
                check_minutes(request)?;
                let mut maker = BarMaker::of_bars(request, &self.calendar);
                let paths =
                    find_files(&self.settings.path, &request.symbol, FileContent::Bars, range)?;
                for path in paths {
                    read_bars(&path, &read_all(&path)?, |bar| maker.bar(bar))?;
                }
                maker
            }
        };
        if self.calendar.name() == CalendarName::AlwaysOpen {
            maker.note(weekends());
        }
        maker.finish(&self.origin()).map(Page::last)
    }
}

fn check_minutes(request: &FetchRequest) -> Result<(), SourceError> {
    match request.timeframe {
        Timeframe::Seconds(seconds) if !seconds.is_multiple_of(60) => {
            Err(SourceError::Unsupported {
                source_name: "histdata",
                supported: "bars of whole minutes; shorter ones with `content: ticks`",
                wanted: format!("bars of {}", request.timeframe),
            })
        }
        _ => Ok(()),
    }
}
