//! `releat fetch`: bars into the lake.

use comfy_table::{Table, presets};
use serde::Serialize;

use super::session::{Session, fetch_failure, source_failure};
use super::{Failure, FailureKind, SessionOptions, Talk};
use crate::base::DateRange;
use crate::connectors::{self, FetchJob, FetchMode, FetchOutcome, SymbolFetch, open_source};
use crate::dataset::{Pins, SeriesKey, source_folder};
use crate::domain::{Calendar, Symbol};

/// Options of `fetch`.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Days to fetch; from data.train to data.test if absent.
    pub range: Option<DateRange>,
    /// Only list what would be fetched.
    pub plan: bool,
}

#[derive(Serialize)]
struct FetchDocument {
    schema_version: u32,
    source: String,
    symbols: Vec<SymbolLine>,
    complete: bool,
}

#[derive(Serialize)]
struct SymbolLine {
    symbol: Symbol,
    rows_added: usize,
    rows_total: usize,
    quarantined: usize,
    changed: usize,
    gaps: usize,
    suspects: usize,
    actions_added: usize,
    range: Option<DateRange>,
    uncovered: Vec<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Brings bars and corporate actions into the lake; only what is missing.
///
/// # Errors
/// With the exit code of the first symbol that failed, or [`FailureKind::Partial`] if others did not.
pub fn fetch(options: &SessionOptions, command: &FetchOptions) -> Result<(), Failure> {
    let session = options.load()?;
    let agent = session.agent();
    let data = &agent.data;
    let default = DateRange::try_new(data.train.start(), data.test.end())
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    let calendar = Calendar::new(agent.universe.calendar);
    let job = FetchJob {
        lake: &session.lake,
        source: source_folder(&data.source, &agent.universe.symbols),
        symbols: &agent.universe.symbols,
        timeframe: agent.universe.timeframe,
        range: command.range.unwrap_or(default),
        calendar: &calendar,
        mode: FetchMode::Missing,
    };
    if command.plan {
        return show_plan(options, &job);
    }
    if options.offline && !data.source.is_local() {
        let text = format!("source {} is remote and --offline was given", data.source.name());
        return Err(Failure::new(FailureKind::Remote, text));
    }
    let source = open_source(&data.source, &agent.universe).map_err(source_failure)?;
    let progress = options.progress();
    let outcome = connectors::fetch(&job, source.as_ref(), &progress, &options.interrupt()?)?;
    progress.finish();
    write_pins(options, &session, &job, &outcome)?;
    show(options, &job, &outcome)?;
    finish(outcome)
}

fn show_plan(options: &SessionOptions, job: &FetchJob<'_>) -> Result<(), Failure> {
    let plans = connectors::plan(job)?;
    let symbols: Vec<_> = plans
        .iter()
        .map(|plan| serde_json::json!({ "symbol": plan.symbol, "missing": plan.missing }))
        .collect();
    let document =
        serde_json::json!({ "schema_version": 1, "source": job.source, "symbols": symbols });
    options.console.document(&document, || {
        let line = |plan: &connectors::SymbolPlan| {
            let missing: Vec<String> = plan.missing.iter().map(ToString::to_string).collect();
            let missing =
                if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") };
            format!("{}: {missing}\n", plan.symbol)
        };
        plans.iter().map(line).collect()
    })
}

fn show(
    options: &SessionOptions,
    job: &FetchJob<'_>,
    outcome: &FetchOutcome,
) -> Result<(), Failure> {
    let lines: Vec<SymbolLine> =
        outcome.symbols.iter().map(|(s, result)| line(s, result)).collect();
    for (symbol, result) in &outcome.symbols {
        tell(options, symbol, result.as_ref().ok());
    }
    let lines_are_whole = lines.iter().all(|line| line.rows_total > 0 && line.uncovered.is_empty());
    let is_news = lines.iter().any(|line| line.rows_added + line.actions_added > 0);
    let is_text = options.console.format == super::OutputFormat::Text;
    if is_text && options.console.talk == Talk::Quiet && !is_news {
        return Ok(());
    }
    let document = FetchDocument {
        schema_version: 1,
        source: job.source.clone(),
        symbols: lines,
        complete: outcome.is_complete() && lines_are_whole,
    };
    options.console.document(&document, || table(&document))
}

fn line(symbol: &Symbol, result: &Result<SymbolFetch, connectors::FetchError>) -> SymbolLine {
    let nothing = SymbolFetch::default();
    let fetched = result.as_ref().unwrap_or(&nothing);
    let report = &fetched.report;
    SymbolLine {
        symbol: symbol.clone(),
        rows_added: report.rows_added,
        rows_total: report.rows_total,
        quarantined: report.quarantined.len(),
        changed: report.changed.len(),
        gaps: report.gaps.len(),
        suspects: report.suspects.len(),
        actions_added: report.actions_added,
        range: fetched.range,
        uncovered: fetched.uncovered.clone(),
        error: result.as_ref().err().map(ToString::to_string),
    }
}

/// What a person should look at; never more than a few lines a symbol.
fn tell(options: &SessionOptions, symbol: &Symbol, fetched: Option<&SymbolFetch>) {
    const LINES_MAX: usize = 5;
    let Some(fetched) = fetched else { return };
    let report = &fetched.report;
    let uncovered =
        fetched.uncovered.iter().map(|days| format!("the source has no bars for {days}"));
    let notes = fetched.notes.iter().map(ToString::to_string).chain(uncovered);
    let quarantined = report.quarantined.iter().map(|row| {
        let reasons: Vec<String> = row.reasons.iter().map(ToString::to_string).collect();
        format!("left out {} ({}): {}", row.time, row.row, reasons.join(", "))
    });
    let changed = report.changed.iter().map(|row| {
        let (time, stored, found) = (row.time, &row.stored, &row.found);
        format!("the source has changed {time} from {stored} to {found}; the lake keeps the first")
    });
    let all: Vec<String> = notes.chain(quarantined).chain(changed).collect();
    for text in all.iter().take(LINES_MAX) {
        options.console.say(&format!("{symbol}: {text}"));
    }
    if all.len() > LINES_MAX {
        options.console.say(&format!("{symbol}: {} more in the manifest", all.len() - LINES_MAX));
    }
}

fn table(document: &FetchDocument) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "symbol",
        "added",
        "total",
        "days",
        "quarantined",
        "gaps",
        "actions added",
    ]);
    for line in &document.symbols {
        let range = line.range.map_or_else(|| "none".to_owned(), |range| range.to_string());
        table.add_row([
            line.symbol.to_string(),
            line.rows_added.to_string(),
            line.rows_total.to_string(),
            range,
            line.quarantined.to_string(),
            line.gaps.to_string(),
            line.actions_added.to_string(),
        ]);
    }
    table.trim_fmt()
}

/// Writes `releat.lock` beside the agent file.
fn write_pins(
    options: &SessionOptions,
    session: &Session,
    job: &FetchJob<'_>,
    outcome: &FetchOutcome,
) -> Result<(), Failure> {
    let fetched = outcome.symbols.iter().filter(|(_, result)| result.is_ok());
    let keys: Vec<SeriesKey> = fetched
        .map(|(symbol, _)| SeriesKey {
            source: job.source.clone(),
            symbol: symbol.clone(),
            timeframe: job.timeframe,
        })
        .filter(|key| matches!(session.lake.manifest(key), Ok(Some(_))))
        .collect();
    let path = options.pins_path();
    let failed = |error| Failure::new(FailureKind::Data, error);
    let pins = Pins::read(&path).map_err(failed)?.unwrap_or_default();
    let mut newer = Pins::of(&session.lake, &keys)?;
    if !keys.is_empty() {
        newer.sources.insert(job.source.clone(), session.agent().data.source.clone());
    }
    pins.updated_by(&newer).write(&path).map_err(failed)
}

fn finish(outcome: FetchOutcome) -> Result<(), Failure> {
    if let Some(signal) = outcome.stopped {
        let text = "stopped by a signal; what was fetched is kept";
        return Err(
            Failure::new(FailureKind::Stopped(signal), text).hint("run the same command again")
        );
    }
    let tried = outcome.symbols.len();
    let mut failures: Vec<(Symbol, Failure)> = Vec::new();
    for (symbol, result) in outcome.symbols {
        match result {
            Err(error) => failures.push((symbol, fetch_failure(error))),
            Ok(fetched) if fetched.report.rows_total == 0 => {
                let text = format!("no usable bar of `{symbol}`: every row was left out");
                failures.push((symbol, Failure::new(FailureKind::Data, text)));
            }
            Ok(_) => {}
        }
    }
    let failed = failures.len();
    let Some((symbol, first)) = failures.into_iter().next() else { return Ok(()) };
    if failed == tried {
        return Err(first);
    }
    let text = format!("{failed} of {tried} symbols failed, the first was {symbol}\n{first}");
    Err(Failure::new(FailureKind::Partial, text))
}
