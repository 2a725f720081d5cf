//! Text files as a source of bars.

use std::io::Read;
use std::path::Path;

use super::files::{check_universe, find_file, with_text};
use super::{generic, lean, yahoo};
use crate::base::{Date, DateRange};
use crate::config::{CsvSource, FileLayout};
use crate::dataset::Incoming;
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

/// A folder of text files, or one.
#[derive(Debug, Clone)]
pub struct CsvFiles {
    settings: CsvSource,
    calendar: Calendar,
}

impl CsvFiles {
    /// A source for `universe`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] if one file is to serve several symbols.
    pub fn try_new(
        settings: &CsvSource,
        universe: &[Symbol],
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        check_universe("csv", &settings.path, universe)?;
        Ok(Self { settings: settings.clone(), calendar })
    }

    fn read(
        &self,
        input: &mut dyn Read,
        path: &Path,
        request: &FetchRequest,
    ) -> Result<Gathered, SourceError> {
        match self.settings.layout {
            FileLayout::Generic => {
                generic::read(input, path, &self.settings.columns, request, &self.calendar)
            }
            FileLayout::Yahoo => yahoo::read(input, path, request, &self.calendar),
            FileLayout::Lean => lean::read(input, path, request, &self.calendar),
        }
    }
}

impl BarSource for CsvFiles {
    fn origin(&self) -> String {
        self.settings.path.display().to_string()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let extensions: &[&str] = match self.settings.layout {
            FileLayout::Lean => &["csv", "zip"],
            FileLayout::Generic | FileLayout::Yahoo => &["csv"],
        };
        let path = find_file(&self.settings.path, &request.symbol, extensions)?;
        let mut gathered = with_text(&path, |input| self.read(input, &path, request))?;
        if self.settings.layout == FileLayout::Lean {
            lean::read_factors(&path, request, &self.calendar, &mut gathered.incoming)?;
        }
        gathered.finish(&path, request).map(Page::last)
    }
}

/// What was read of a file: the rows in the range, and which days there were in all.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) incoming: Incoming,
    days: Option<(Date, Date)>,
}

impl Gathered {
    /// Notes a day of the file; whether the request asks for it.
    pub(super) fn sees(&mut self, date: Date, request: &FetchRequest) -> bool {
        let (first, last) = self.days.unwrap_or((date, date));
        self.days = Some((first.min(date), last.max(date)));
        request.range.contains(date)
    }

    /// The rows, or the error that tells which days there are.
    pub(super) fn finish(
        self,
        path: &Path,
        request: &FetchRequest,
    ) -> Result<Incoming, SourceError> {
        if !self.incoming.bars.is_empty() {
            return Ok(self.incoming);
        }
        let days = self.days.and_then(|(first, last)| DateRange::try_new(first, last).ok());
        Err(SourceError::NoRows {
            symbol: request.symbol.clone(),
            range: request.range,
            place: path.display().to_string(),
            has: days.map_or_else(|| "no bars".to_owned(), |days| days.to_string()),
        })
    }
}

/// Refuses bars that are not daily.
pub(super) fn require_daily(
    source_name: &'static str,
    request: &FetchRequest,
) -> Result<(), SourceError> {
    if request.timeframe == Timeframe::Day {
        return Ok(());
    }
    Err(SourceError::Unsupported {
        source_name,
        supported: "bars of 1d",
        wanted: format!("bars of {}", request.timeframe),
    })
}
