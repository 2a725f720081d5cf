//! `releat fetch --ticks`: ticks into the lake, as a source's files hold them.

use serde::Serialize;

use crate::base::DateRange;
use crate::commands::session::{Session, source_failure};
use crate::commands::{Failure, FailureKind, OutputFormat, SessionOptions, Talk};
use crate::connectors::read_ticks;
use crate::dataset::source_folder;
use crate::dataset::ticks::{TickCommit, TickKey, TickLake};
use crate::domain::{Calendar, Symbol};

#[derive(Serialize)]
struct TicksDocument {
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
    late: usize,
    crossed: usize,
    changed_days: usize,
}

/// Brings the ticks of the universe into the lake, file by file; what is there is not added twice.
///
/// # Errors
/// [`FailureKind::Usage`] if the source has no ticks, [`FailureKind::Data`] if there are none.
pub(super) fn fetch_ticks(
    options: &SessionOptions,
    session: &Session,
    range: DateRange,
) -> Result<(), Failure> {
    let agent = session.agent();
    let source = source_folder(&agent.data.source, &agent.universe.symbols);
    let symbols: Vec<SymbolLine> = agent
        .universe
        .symbols
        .iter()
        .map(|symbol| one(options, session, &source, symbol, range))
        .collect::<Result<_, _>>()?;
    let is_news = symbols.iter().any(|line| line.rows_added > 0);
    let document = TicksDocument { schema_version: 1, source, symbols, complete: true };
    let is_text = options.console.format == OutputFormat::Text;
    if is_text && options.console.talk == Talk::Quiet && !is_news {
        return Ok(());
    }
    options.console.document(&document, || document.symbols.iter().map(text).collect())
}

fn one(
    options: &SessionOptions,
    session: &Session,
    source: &str,
    symbol: &Symbol,
    range: DateRange,
) -> Result<SymbolLine, Failure> {
    let agent = session.agent();
    let calendar = Calendar::new(agent.universe.calendar);
    let connectors = &session.place.connectors;
    let parts = read_ticks(&agent.data.source, connectors, calendar, symbol, range)
        .map_err(source_failure)?;
    let lake = TickLake::new(session.lake.root());
    let key = TickKey { source: source.to_owned(), symbol: symbol.clone() };
    let mut all = TickCommit::default();
    for part in parts {
        let done = lake.commit(&key, part.ticks)?;
        if let Some(note) = done.report.note(&part.origin) {
            options.console.say(&format!("{symbol}: {note}"));
        }
        all.rows_added += done.rows_added;
        all.rows_total = done.rows_total;
        all.changed.extend(done.changed);
        all.report.add(&done.report);
    }
    if all.rows_total == 0 {
        let text = format!("no ticks of `{symbol}` in {range}");
        return Err(Failure::new(FailureKind::Data, text));
    }
    Ok(SymbolLine {
        symbol: symbol.clone(),
        rows_added: all.rows_added,
        rows_total: all.rows_total,
        quarantined: all.report.num_rejected(),
        late: all.report.late,
        crossed: all.report.crossed,
        changed_days: all.changed.len(),
    })
}

fn text(line: &SymbolLine) -> String {
    let SymbolLine { symbol, rows_added, rows_total, quarantined, .. } = line;
    format!(
        "{symbol}: {rows_added} ticks added, {rows_total} in the lake, {quarantined} left out\n"
    )
}
