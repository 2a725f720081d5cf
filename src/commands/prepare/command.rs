//! `releat fetch`: what is asked for, and the pins of what came.

use super::document::{show, show_plan};
use super::ending::finish;
use super::ticks::fetch_ticks;
use crate::base::DateRange;
use crate::commands::session::{Session, source_failure};
use crate::commands::{CheckOutputs, Failure, FailureKind, SessionOptions, check_keys};
use crate::config::Agent;
use crate::connectors::{self, FetchJob, FetchMode, FetchOutcome, open_source};
use crate::dataset::{Pins, SeriesKey, source_folder};
use crate::domain::{Calendar, Symbol};

/// Options of `fetch`.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Days to fetch; from data.train to data.test if absent.
    pub range: Option<DateRange>,
    /// Only list what would be fetched.
    pub plan: bool,
    /// Check what the lake holds of the agent's universe, and ask nobody.
    pub check: bool,
    /// Bring ticks in place of bars.
    pub ticks: bool,
    /// Which of the days to ask for.
    pub mode: FetchMode,
}

/// Brings bars and corporate actions into the lake; only what is missing.
///
/// # Errors
/// With the exit code of the first symbol that failed, or [`FailureKind::Partial`] if others did not.
pub fn fetch(options: &SessionOptions, command: &FetchOptions) -> Result<(), Failure> {
    let session = options.load()?;
    let agent = session.agent();
    let source = &agent.data.source;
    let calendar = Calendar::new(agent.universe.calendar);
    let job = FetchJob {
        lake: &session.lake,
        source: source_folder(source, &agent.universe.symbols),
        symbols: &agent.universe.symbols,
        timeframe: agent.universe.timeframe,
        range: range(agent, command)?,
        calendar: &calendar,
        mode: command.mode,
    };
    if command.ticks {
        return fetch_ticks(options, &session, job.range);
    }
    if command.plan {
        return show_plan(options, &job);
    }
    if command.check {
        let key = |symbol: &Symbol| SeriesKey {
            source: job.source.clone(),
            symbol: symbol.clone(),
            timeframe: job.timeframe,
        };
        let keys: Vec<SeriesKey> = job.symbols.iter().map(key).collect();
        return check_keys(options, &session.lake, &keys, &CheckOutputs::default());
    }
    if options.offline && !source.is_local() {
        let text = format!("source {} is remote and --offline was given", source.name());
        return Err(Failure::new(FailureKind::Remote, text));
    }
    let interrupt = options.interrupt()?;
    let connectors = &session.place.connectors;
    let opened =
        open_source(source, &agent.universe, connectors, &interrupt).map_err(source_failure)?;
    let progress = options.progress();
    let outcome = connectors::fetch(&job, opened.as_ref(), &progress, &interrupt);
    progress.finish();
    let outcome = outcome?;
    write_pins(options, &session, &job, &outcome)?;
    show(options, &job, &outcome)?;
    finish(outcome)
}

fn range(agent: &Agent, command: &FetchOptions) -> Result<DateRange, Failure> {
    if let Some(range) = command.range {
        return Ok(range);
    }
    DateRange::try_new(agent.data.train.start(), agent.data.test.end())
        .map_err(|error| Failure::new(FailureKind::Usage, error))
}

/// Writes `releat.lock` beside the agent file.
fn write_pins(
    options: &SessionOptions,
    session: &Session,
    job: &FetchJob<'_>,
    outcome: &FetchOutcome,
) -> Result<(), Failure> {
    let fetched = outcome.symbols.iter().filter(|one| one.fetched.report.rows_total > 0);
    let keys: Vec<SeriesKey> = fetched
        .map(|one| SeriesKey {
            source: job.source.clone(),
            symbol: one.symbol.clone(),
            timeframe: job.timeframe,
        })
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let path = options.pins_path();
    let failed = |error| Failure::new(FailureKind::Data, error);
    let pins = Pins::read(&path).map_err(failed)?.unwrap_or_default();
    let mut newer = Pins::of(&session.lake, &keys)?;
    newer.sources.insert(job.source.clone(), session.agent().data.source.clone());
    pins.updated_by(&newer).write(&path).map_err(failed)
}
