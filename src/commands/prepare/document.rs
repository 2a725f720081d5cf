//! What a fetch tells: one document or a table, and a few lines a person should look at.

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::base::DateRange;
use crate::commands::{Failure, OutputFormat, SessionOptions, Talk};
use crate::connectors::{self, FetchJob, FetchOutcome, SymbolFetch, SymbolOutcome, SymbolPlan};
use crate::domain::Symbol;

/// At most so many lines are said of one symbol.
const LINES_MAX: usize = 5;

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
    pages: usize,
    range: Option<DateRange>,
    uncovered: Vec<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl SymbolLine {
    fn tried(outcome: &SymbolOutcome) -> Self {
        let SymbolFetch { report, uncovered, range, pages, .. } = &outcome.fetched;
        Self {
            symbol: outcome.symbol.clone(),
            rows_added: report.rows_added,
            rows_total: report.rows_total,
            quarantined: report.quarantined.len(),
            changed: report.changed.len(),
            gaps: report.gaps.len(),
            suspects: report.suspects.len(),
            actions_added: report.actions_added,
            pages: *pages,
            range: *range,
            uncovered: uncovered.clone(),
            error: outcome.error.as_ref().map(ToString::to_string),
        }
    }

    fn untried(plan: &SymbolPlan) -> Self {
        let nothing = SymbolFetch { uncovered: plan.missing.clone(), ..SymbolFetch::default() };
        let symbol = plan.symbol.clone();
        let line = Self::tried(&SymbolOutcome { symbol, fetched: nothing, error: None });
        Self { error: Some("not tried".to_owned()), ..line }
    }

    fn is_whole(&self) -> bool {
        self.rows_total > 0 && self.uncovered.is_empty()
    }

    fn is_news(&self) -> bool {
        self.rows_added + self.actions_added + self.changed > 0
    }
}

/// Lists what would be asked for.
pub(super) fn show_plan(options: &SessionOptions, job: &FetchJob<'_>) -> Result<(), Failure> {
    let plans = connectors::plan(job)?;
    let symbols: Vec<_> = plans
        .iter()
        .map(|plan| serde_json::json!({ "symbol": plan.symbol, "missing": plan.missing }))
        .collect();
    let document =
        serde_json::json!({ "schema_version": 1, "source": job.source, "symbols": symbols });
    options.console.document(&document, || {
        let line = |plan: &SymbolPlan| {
            let missing = days(&plan.missing);
            let missing = if missing.is_empty() { "nothing" } else { &missing };
            format!("{}: {missing}\n", plan.symbol)
        };
        plans.iter().map(line).collect()
    })
}

/// Tells what was done; in text form nothing at all if the user wants quiet and nothing is new.
pub(super) fn show(
    options: &SessionOptions,
    job: &FetchJob<'_>,
    outcome: &FetchOutcome,
) -> Result<(), Failure> {
    for one in &outcome.symbols {
        tell(options, one);
    }
    let tried = outcome.symbols.iter().map(SymbolLine::tried);
    let lines: Vec<SymbolLine> =
        tried.chain(outcome.untried.iter().map(SymbolLine::untried)).collect();
    let is_text = options.console.format == OutputFormat::Text;
    let is_quiet = options.console.talk == Talk::Quiet;
    if is_text && is_quiet && !lines.iter().any(SymbolLine::is_news) {
        return Ok(());
    }
    let document = FetchDocument {
        schema_version: 1,
        source: job.source.clone(),
        complete: outcome.is_complete() && lines.iter().all(SymbolLine::is_whole),
        symbols: lines,
    };
    options.console.document(&document, || table(&document))
}

/// What a person should look at; never more than a few lines a symbol.
fn tell(options: &SessionOptions, outcome: &SymbolOutcome) {
    let SymbolFetch { report, uncovered, notes, .. } = &outcome.fetched;
    let is_answered = outcome.error.is_none();
    let nothing = uncovered.iter().filter(|_| is_answered);
    let nothing = nothing.map(|days| format!("the source has no bars for {days}"));
    let quarantined = report.quarantined.iter().map(|row| {
        let reasons: Vec<String> = row.reasons.iter().map(ToString::to_string).collect();
        format!("left out {} ({}): {}", row.time, row.row, reasons.join(", "))
    });
    let changed = report.changed.iter().map(|row| {
        let (time, stored, found) = (row.time, &row.stored, &row.found);
        format!("the source has changed {time} from {stored} to {found}; the lake keeps the first")
    });
    let all: Vec<String> =
        notes.iter().cloned().chain(nothing).chain(quarantined).chain(changed).collect();
    let symbol = &outcome.symbol;
    for text in all.iter().take(LINES_MAX) {
        options.console.say(&format!("{symbol}: {text}"));
    }
    if all.len() > LINES_MAX {
        options.console.say(&format!("{symbol}: {} more in the manifest", all.len() - LINES_MAX));
    }
}

/// Ranges in a line.
pub(super) fn days(ranges: &[DateRange]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
