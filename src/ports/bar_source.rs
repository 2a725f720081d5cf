//! Where bars come from.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::base::{DateRange, FileError};
use crate::dataset::{Incoming, TableError};
use crate::domain::{CalendarError, Symbol, Timeframe};

/// A vendor, a folder of files or a made-up market.
pub trait BarSource {
    /// Where the bars come from, for the user: a path or the name of a service.
    fn origin(&self) -> String;

    /// Raw bars and dated actions of one symbol; nothing outside the range.
    ///
    /// # Errors
    /// [`SourceError`]; [`SourceError::NoRows`] if the source has the symbol but not the days.
    fn fetch(&self, request: &FetchRequest) -> Result<Incoming, SourceError>;
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
        let Self::File(FileError::Read { source, .. }) = self else { return false };
        matches!(source.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted)
    }

    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unsupported { .. } => 2,
            _ => 3,
        }
    }
}
