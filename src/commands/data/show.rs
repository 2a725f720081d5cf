//! `releat data show`: one series of the lake.

use std::fmt::Write as _;

use serde::Serialize;

use super::select::SeriesFilter;
use crate::base::{DateRange, Timestamp};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::{Lake, SYMBOLS_FILE, SeriesKey, StoredSeries, SymbolMap, SymbolMapError};
use crate::domain::{
    Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Symbol, Timeframe,
};

/// Rows shown at each end.
const ENDS: usize = 5;
/// Corporate actions shown as text; the document has all.
const ACTIONS_SHOWN: usize = 12;

/// Options of `data show`.
#[derive(Debug, Clone)]
pub struct DataShowOptions {
    /// Which series.
    pub series: SeriesFilter,
    /// Only these days.
    pub range: Option<DateRange>,
}

#[derive(Serialize)]
struct ShowDocument {
    schema_version: u32,
    source: String,
    symbol: Symbol,
    timeframe: Timeframe,
    calendar: CalendarName,
    folder: std::path::PathBuf,
    rows: usize,
    range: Option<DateRange>,
    covered: Vec<DateRange>,
    gaps: usize,
    suspects: usize,
    quarantined: usize,
    changed: usize,
    /// The names of the instrument in the range, by the symbol map.
    names: Vec<NameLine>,
    actions: Vec<CorporateAction>,
    first: Vec<Bar>,
    last: Vec<Bar>,
}

#[derive(Serialize)]
struct NameLine {
    range: DateRange,
    called: Symbol,
}

/// Shows a summary, the corporate actions, and the first and last bars of a series.
///
/// # Errors
/// [`FailureKind::Usage`] if several series fit, [`FailureKind::Data`] if none does or one is
/// damaged.
pub fn data_show(options: &SessionOptions, command: &DataShowOptions) -> Result<(), Failure> {
    let lake = Lake::new(options.place()?.store.lake_dir);
    let key = command.series.one(&lake)?;
    let series = lake.series(&key)?;
    let names = symbol_map(&lake)?;
    let document = document(&lake, &key, series, command.range, &names);
    let zone = Calendar::new(document.calendar);
    options.console.document(&document, || text(&document, &zone))
}

/// The symbol map of a lake.
pub(super) fn symbol_map(lake: &Lake) -> Result<SymbolMap, Failure> {
    SymbolMap::read(&lake.root().join(SYMBOLS_FILE)).map_err(|error| {
        let kind = match error {
            SymbolMapError::File(_) | SymbolMapError::Malformed { .. } => FailureKind::Data,
        };
        Failure::new(kind, error)
    })
}

fn document(
    lake: &Lake,
    key: &SeriesKey,
    series: StoredSeries,
    wanted: Option<DateRange>,
    names: &SymbolMap,
) -> ShowDocument {
    let StoredSeries { mut bars, mut actions, manifest } = series;
    let calendar = Calendar::new(manifest.calendar);
    if let Some(wanted) = wanted {
        bars.retain(|bar| wanted.contains(bar.open_time.date_in(calendar.zone())));
        actions.retain(|action| wanted.contains(action.ex_date));
    }
    let date = |bar: &Bar| bar.open_time.date_in(calendar.zone());
    let ends = bars.first().map(date).zip(bars.last().map(date));
    let range = ends.and_then(|(first, last)| DateRange::try_new(first, last).ok());
    let parts = range.map(|range| names.names_in(&key.symbol, range)).unwrap_or_default();
    let last_from = bars.len().saturating_sub(ENDS).max(ENDS.min(bars.len()));
    ShowDocument {
        schema_version: 1,
        source: key.source.clone(),
        symbol: key.symbol.clone(),
        timeframe: key.timeframe,
        calendar: manifest.calendar,
        folder: lake.folder(key),
        rows: bars.len(),
        range,
        covered: manifest.covered,
        gaps: manifest.gaps.len(),
        suspects: manifest.suspects.len(),
        quarantined: manifest.quarantined.len(),
        changed: manifest.changed.len(),
        names: parts.into_iter().map(|(range, called)| NameLine { range, called }).collect(),
        actions,
        first: bars[..ENDS.min(bars.len())].to_vec(),
        last: bars[last_from..].to_vec(),
    }
}

fn text(document: &ShowDocument, calendar: &Calendar) -> String {
    let ShowDocument { source, symbol, timeframe, rows, .. } = document;
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    let range = |range: Option<DateRange>| range.map_or("none".to_owned(), |r| r.to_string());
    row("series", format!("{source}/{symbol}/{timeframe}"));
    row("folder", document.folder.display().to_string());
    row("calendar", document.calendar.to_string());
    row("rows", format!("{rows}, {}", range(document.range)));
    let covered: Vec<String> = document.covered.iter().map(ToString::to_string).collect();
    row("fetched", if covered.is_empty() { "nothing".to_owned() } else { covered.join(", ") });
    let counts = [
        ("gaps", document.gaps),
        ("suspects", document.suspects),
        ("quarantined", document.quarantined),
        ("changed", document.changed),
    ];
    let counts: Vec<String> =
        counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    row("on record", counts.join(", "));
    for NameLine { range, called } in document.names.iter().filter(|name| name.called != *symbol) {
        row("called", format!("{called} in {range}"));
    }
    row("actions", document.actions.len().to_string());
    let skipped = document.actions.len().saturating_sub(ACTIONS_SHOWN);
    if skipped > 0 {
        row("", format!("… {skipped} before, all with --output-format json"));
    }
    for action in &document.actions[skipped..] {
        row("", format!("{}  {}", action.ex_date, action_line(action)));
    }
    text += &bars_text(document, calendar);
    text
}

fn action_line(action: &CorporateAction) -> String {
    match action.kind {
        CorporateActionKind::Split { ratio } => format!("split {ratio}"),
        CorporateActionKind::Dividend { amount } => format!("dividend {amount}"),
        CorporateActionKind::SpinOff { value } => format!("spin-off worth {value}"),
    }
}

fn bars_text(document: &ShowDocument, calendar: &Calendar) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_header(["time", "open", "high", "low", "close", "volume"]);
    let cells = |bar: &Bar| {
        let numbers = [bar.open, bar.high, bar.low, bar.close, bar.volume];
        let time = shown_time(bar.open_time, document.timeframe, calendar);
        [time].into_iter().chain(numbers.map(|number| number.to_string())).collect::<Vec<_>>()
    };
    for bar in &document.first {
        table.add_row(cells(bar));
    }
    if document.rows > document.first.len() + document.last.len() {
        table.add_row(["…"]);
    }
    for bar in &document.last {
        table.add_row(cells(bar));
    }
    format!("\n{}\n", table.trim_fmt())
}

/// The session for daily bars and longer ones, the opening in UTC for shorter ones.
pub(super) fn shown_time(time: Timestamp, timeframe: Timeframe, calendar: &Calendar) -> String {
    match timeframe {
        Timeframe::Seconds(_) => time.to_string(),
        _ => time.date_in(calendar.zone()).to_string(),
    }
}
