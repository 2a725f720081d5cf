//! What is wanted of a fetch, and what became of it.

use crate::base::{DateRange, StopSignal};
use crate::dataset::{CommitReport, Lake, LakeError, SeriesKey, missing_ranges};
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::SourceError;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct FetchJob<'a> {
    /// The lake to bring up to date.
    pub lake: &'a Lake,
    /// The folder of the source, by [`crate::dataset::source_folder`].
    pub source: String,
    /// Whose bars.
    pub symbols: &'a [Symbol],
    /// Their length.
    pub timeframe: Timeframe,
    /// The days, in the zone of the exchange.
    pub range: DateRange,
    /// The sessions to expect.
    pub calendar: &'a Calendar,
    /// Which of the days to ask for.
    pub mode: FetchMode,
}

/// Which days to ask the source for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FetchMode {
    /// Those that the lake does not cover.
    #[default]
    Missing,
    /// All of them; shows whether the source has changed its past.
    All,
}

/// What would be asked for one symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymbolPlan {
    /// Whose bars.
    pub symbol: Symbol,
    /// The days; empty if nothing is missing.
    pub missing: Vec<DateRange>,
}

/// What became of the job.
#[derive(Debug)]
pub struct FetchOutcome {
    /// One entry for each symbol that was tried, in the order of the universe.
    pub symbols: Vec<SymbolOutcome>,
    /// The symbols that were not tried, in the order of the universe.
    pub untried: Vec<SymbolPlan>,
    /// What ended the job early.
    pub stopped: Option<FetchStop>,
}

/// What became of one symbol.
#[derive(Debug)]
pub struct SymbolOutcome {
    /// Whose bars.
    pub symbol: Symbol,
    /// What was done, also before a failure.
    pub fetched: SymbolFetch,
    /// Why the rest was not done.
    pub error: Option<FetchError>,
}

/// Why a job ended before all symbols were tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchStop {
    /// A signal came.
    Signal(StopSignal),
    /// The source is down or refuses everything; asking on would not help.
    SourceDown,
}

/// What was done for one symbol.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SymbolFetch {
    /// What the commits did, added up.
    pub report: CommitReport,
    /// Days asked for that are still not covered.
    pub uncovered: Vec<DateRange>,
    /// The days with bars in the lake now.
    pub range: Option<DateRange>,
    /// Pages that the source delivered.
    pub pages: usize,
    /// What the source told about itself.
    pub notes: Vec<String>,
}

/// One symbol failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The source did not deliver.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The lake did not take it.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

impl FetchError {
    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Source(error) => error.exit_code(),
            Self::Lake(error) => error.exit_code(),
        }
    }
}

impl FetchMode {
    /// How an unfinished fetch remembers what it was asked for.
    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::All => "all",
        }
    }
}

impl FetchOutcome {
    /// Whether each symbol was tried and none failed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.symbols.iter().all(|outcome| outcome.error.is_none())
    }
}

impl FetchJob<'_> {
    pub(super) fn key(&self, symbol: &Symbol) -> SeriesKey {
        SeriesKey { source: self.source.clone(), symbol: symbol.clone(), timeframe: self.timeframe }
    }

    /// The days to ask for, given those that the lake covers.
    pub(super) fn missing(&self, covered: &[DateRange]) -> Result<Vec<DateRange>, LakeError> {
        Ok(missing_ranges(covered, self.range, self.calendar)?)
    }

    /// The days that need not be asked for.
    pub(super) fn covered(&self, key: &SeriesKey) -> Result<Vec<DateRange>, LakeError> {
        let manifest = match self.mode {
            FetchMode::Missing => self.lake.manifest(key)?,
            FetchMode::All => None,
        };
        Ok(manifest.map(|manifest| manifest.covered).unwrap_or_default())
    }
}
