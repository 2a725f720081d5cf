//! Bringing a lake up to date from a source.

use crate::base::{DateRange, Interrupt, Progress, ProgressUpdate, StopSignal};
use crate::dataset::{
    CommitReport, Incoming, Lake, LakeError, LakeWriter, SeriesKey, missing_ranges,
};
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, SourceError};

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
    /// One entry for each symbol that was tried, in order.
    pub symbols: Vec<(Symbol, Result<SymbolFetch, FetchError>)>,
    /// The signal that ended the job early.
    pub stopped: Option<StopSignal>,
}

/// What was done for one symbol.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SymbolFetch {
    /// What the commits did, added up.
    pub report: CommitReport,
    /// Days asked for that are still not covered: the source ends before them.
    pub uncovered: Vec<DateRange>,
    /// The days with bars in the lake now.
    pub range: Option<DateRange>,
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

impl FetchOutcome {
    /// Whether each symbol was tried and none failed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.symbols.iter().all(|(_, result)| result.is_ok())
    }
}

impl FetchJob<'_> {
    fn key(&self, symbol: &Symbol) -> SeriesKey {
        SeriesKey { source: self.source.clone(), symbol: symbol.clone(), timeframe: self.timeframe }
    }

    fn missing(&self, key: &SeriesKey) -> Result<Vec<DateRange>, LakeError> {
        let covered = match self.mode {
            FetchMode::Missing => self.lake.manifest(key)?.map(|manifest| manifest.covered),
            FetchMode::All => None,
        };
        Ok(missing_ranges(&covered.unwrap_or_default(), self.range, self.calendar)?)
    }
}

/// What [`fetch`] would ask for; nothing is written.
///
/// # Errors
/// [`LakeError`] if a manifest cannot be read or the range leaves the calendar.
pub fn plan(job: &FetchJob<'_>) -> Result<Vec<SymbolPlan>, LakeError> {
    let plan = |symbol: &Symbol| {
        let missing = job.missing(&job.key(symbol))?;
        Ok(SymbolPlan { symbol: symbol.clone(), missing })
    };
    job.symbols.iter().map(plan).collect()
}

/// Asks the source for what is missing, symbol by symbol, and commits each answer when it comes.
///
/// A symbol that fails does not keep the others from being fetched.
///
/// # Errors
/// [`LakeError::Locked`] if another process writes to this source.
pub fn fetch(
    job: &FetchJob<'_>,
    source: &dyn BarSource,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<FetchOutcome, LakeError> {
    let writer = job.lake.writer(&job.source)?;
    let mut outcome = FetchOutcome { symbols: Vec::new(), stopped: None };
    for (index, symbol) in job.symbols.iter().enumerate() {
        outcome.stopped = interrupt.stop_requested();
        if outcome.stopped.is_some() {
            break;
        }
        progress.report(&ProgressUpdate {
            stage: "fetch",
            done: index as u64,
            total: Some(job.symbols.len() as u64),
            unit: "symbols",
            note: symbol.to_string(),
        });
        let result = fetch_symbol(job, source, &writer, symbol);
        outcome.symbols.push((symbol.clone(), result));
    }
    Ok(outcome)
}

fn fetch_symbol(
    job: &FetchJob<'_>,
    source: &dyn BarSource,
    writer: &LakeWriter,
    symbol: &Symbol,
) -> Result<SymbolFetch, FetchError> {
    let key = job.key(symbol);
    let mut done = SymbolFetch::default();
    for range in job.missing(&key)? {
        let request = FetchRequest { symbol: symbol.clone(), timeframe: job.timeframe, range };
        let mut incoming = match source.fetch(&request) {
            // A source that ends early has nothing for the days after its end.
            Err(SourceError::NoRows { .. }) if has_rows(job.lake, &key)? => Incoming::default(),
            other => other?,
        };
        done.notes.append(&mut incoming.notes);
        let report = writer.commit(&key, &incoming, range, job.calendar)?;
        done.report = add(done.report, report);
    }
    let Some(manifest) = job.lake.manifest(&key)? else { return Ok(done) };
    done.report.rows_total = manifest.rows;
    done.report.gaps = manifest.gaps;
    done.report.suspects = manifest.suspects;
    done.range = manifest.range;
    done.uncovered =
        missing_ranges(&manifest.covered, job.range, job.calendar).map_err(LakeError::from)?;
    Ok(done)
}

fn has_rows(lake: &Lake, key: &SeriesKey) -> Result<bool, LakeError> {
    Ok(lake.manifest(key)?.is_some_and(|manifest| manifest.rows > 0))
}

/// Adds up what concerns deliveries; what describes the whole series is taken from the manifest.
fn add(mut sum: CommitReport, next: CommitReport) -> CommitReport {
    sum.rows_added += next.rows_added;
    sum.actions_added += next.actions_added;
    sum.out_of_order += next.out_of_order;
    sum.quarantined.extend(next.quarantined);
    sum.changed.extend(next.changed);
    sum
}
