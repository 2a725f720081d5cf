//! Where bars come from.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::RemoteError;
use crate::base::{DateRange, FileError};
use crate::dataset::{Incoming, TableError};
use crate::domain::{CalendarError, Symbol, Timeframe};

/// A vendor, a folder of files or a made-up market.
pub trait BarSource: Send + Sync {
    /// Where the bars come from, for the user: a path or the name of a service.
    fn origin(&self) -> String;

    /// One page of raw bars and dated actions of one symbol; nothing outside the range.
    ///
    /// `cursor` is `None` for the first page of a request, then what the page before gave as
    /// [`Page::next`]. A cursor may outlive the process. Within one request no cursor comes twice.
    ///
    /// # Errors
    /// [`SourceError`]; [`SourceError::NoRows`] if the source has the symbol but not the days;
    /// [`SourceError::Cursor`] if the source no longer knows the cursor.
    fn fetch_page(&self, request: &FetchRequest, cursor: Option<&str>)
    -> Result<Page, SourceError>;

    /// The most days that one request may ask for; `None` for any number.
    fn days_max(&self, _timeframe: Timeframe) -> Option<u32> {
        None
    }

    /// How many symbols may be asked for at the same time.
    fn parallel(&self) -> usize {
        1
    }

    /// All pages of a request.
    ///
    /// # Errors
    /// As [`BarSource::fetch_page`].
    fn fetch(&self, request: &FetchRequest) -> Result<Incoming, SourceError> {
        let Page { incoming: mut all, mut next } = self.fetch_page(request, None)?;
        while let Some(cursor) = next {
            let mut page = self.fetch_page(request, Some(&cursor))?;
            next = page.next;
            all.bars.append(&mut page.incoming.bars);
            all.actions.append(&mut page.incoming.actions);
            all.notes.append(&mut page.incoming.notes);
        }
        Ok(all)
    }
}

/// A part of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// What came.
    pub incoming: Incoming,
    /// How to ask for the next page; `None` after the last one.
    pub next: Option<String>,
}

impl Page {
    /// An answer that has no further page.
    #[must_use]
    pub const fn last(incoming: Incoming) -> Self {
        Self { incoming, next: None }
    }
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    /// The instrument.
    pub symbol: Symbol,
    /// The length of the bars.
    pub timeframe: Timeframe,
    /// The days, in the zone of the exchange.
    pub range: DateRange,
}

impl FetchRequest {
    /// The error of a source that has the symbol but not the days; `has` tells what it has.
    #[must_use]
    pub fn no_rows(&self, place: String, has: &str) -> SourceError {
        let (symbol, range) = (self.symbol.clone(), self.range);
        SourceError::NoRows { symbol, range, place, has: has.to_owned() }
    }
}

/// A source could not deliver.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The source does not know the symbol.
    #[error("no data for `{symbol}`: expected {expected} in {place}")]
    UnknownSymbol {
        /// What was asked for.
        symbol: Symbol,
        /// The names that would do.
        expected: String,
        /// Where they were looked for.
        place: String,
    },
    /// The source has no bar in the range.
    #[error("no bars for `{symbol}` in {range}: {place} has {has}")]
    NoRows {
        /// What was asked for.
        symbol: Symbol,
        /// The days asked for.
        range: DateRange,
        /// Where they were looked for.
        place: String,
        /// The days that are there, or `no bars`.
        has: String,
    },
    /// More than one file fits.
    #[error("one file must hold `{symbol}`, found {} and {}", first.display(), second.display())]
    Ambiguous {
        /// What was asked for.
        symbol: Symbol,
        /// One file.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
    /// A file begins with the wrong columns.
    #[error("{} must have the columns {expected}, found {found}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The columns that are needed.
        expected: String,
        /// The columns that are there.
        found: String,
    },
    /// A cell or a row cannot be read.
    #[error("{what} must be {expected}, was {found} ({}:{line})", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1; in a Parquet file the row.
        line: u64,
        /// The column or the row.
        what: String,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A zip file cannot be used.
    #[error("{} must be a zip file with one csv file in it: {reason}", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The source cannot do that.
    #[error("source {source_name} supports {supported}, not {wanted}")]
    Unsupported {
        /// The source.
        source_name: &'static str,
        /// What it can do.
        supported: &'static str,
        /// What was asked for.
        wanted: String,
    },
    /// The source no longer knows a cursor; the request begins anew.
    #[error("{place} no longer knows the page `{cursor}`")]
    Cursor {
        /// Who was asked.
        place: String,
        /// The page that was asked for.
        cursor: String,
    },
    /// The pages of an answer lead in a circle.
    #[error("{place} must lead to a new page each time, gave `{cursor}` a second time")]
    Circle {
        /// Who was asked.
        place: String,
        /// The page that came up again.
        cursor: String,
    },
    /// Somebody far away did not deliver.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A Parquet file has not the columns of bars.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A day lies outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl SourceError {
    /// Whether trying again later may help, as with a folder on another machine.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Remote(error) => error.is_transient(),
            Self::File(FileError::Read { source, .. }) => {
                matches!(source.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted)
            }
            _ => false,
        }
    }

    /// Whether whatever else is asked next would fail likewise: no line, no key.
    #[must_use]
    pub fn concerns_everything(&self) -> bool {
        let is_key = |error: &RemoteError| {
            matches!(error, RemoteError::NoKey { .. } | RemoteError::KeyRefused { .. })
        };
        self.is_transient() || matches!(self, Self::Remote(error) if is_key(error))
    }

    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unsupported { .. } => 2,
            Self::Remote(error) => error.exit_code(),
            _ => 3,
        }
    }
}
