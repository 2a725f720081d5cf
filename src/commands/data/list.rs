//! `releat data list`: what the lake holds.

use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::base::DateRange;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::ticks::{TickKey, TickLake};
use crate::dataset::{Lake, Manifest, SeriesKey};
use crate::domain::{Symbol, Timeframe};

#[derive(Serialize)]
struct ListDocument {
    schema_version: u32,
    lake: std::path::PathBuf,
    series: Vec<SeriesLine>,
    ticks: Vec<TickLine>,
}

#[derive(Serialize)]
struct TickLine {
    source: String,
    symbol: Symbol,
    rows: usize,
    days: usize,
    range: Option<DateRange>,
    size_bytes: u64,
}

#[derive(Serialize)]
struct SeriesLine {
    source: String,
    symbol: Symbol,
    timeframe: Timeframe,
    rows: usize,
    range: Option<DateRange>,
    actions: usize,
    gaps: usize,
    missing_sessions: usize,
    suspects: usize,
    quarantined: usize,
    changed: usize,
    size_bytes: u64,
}

/// Lists the series of the lake.
///
/// # Errors
/// [`FailureKind::Data`] if a manifest cannot be read.
pub fn data_list(options: &SessionOptions) -> Result<(), Failure> {
    let lake = Lake::new(options.place()?.store.lake_dir);
    let mut series = Vec::new();
    for key in lake.list() {
        // A series may vanish between the two reads.
        let Some(manifest) = lake.manifest(&key)? else { continue };
        series.push(line(&lake, &key, &manifest)?);
    }
    let ticks = ticks(&lake)?;
    let document = ListDocument { schema_version: 1, lake: lake.root().to_owned(), series, ticks };
    options.console.document(&document, || table(&document))
}

fn line(lake: &Lake, key: &SeriesKey, manifest: &Manifest) -> Result<SeriesLine, Failure> {
    Ok(SeriesLine {
        source: key.source.clone(),
        symbol: key.symbol.clone(),
        timeframe: key.timeframe,
        rows: manifest.rows,
        range: manifest.range,
        actions: manifest.actions,
        gaps: manifest.gaps.len(),
        missing_sessions: manifest.gaps.iter().map(|gap| gap.sessions).sum(),
        suspects: manifest.suspects.len(),
        quarantined: manifest.quarantined.len(),
        changed: manifest.changed.len(),
        size_bytes: size(&lake.folder(key))?,
    })
}

/// The ticks of all instruments, in order.
fn ticks(lake: &Lake) -> Result<Vec<TickLine>, Failure> {
    let ticks = TickLake::new(lake.root());
    let mut lines = Vec::new();
    for source in names(lake.root()) {
        for symbol in names(&lake.root().join(&source)) {
            let Ok(symbol) = symbol.parse() else { continue };
            let key = TickKey { source: source.clone(), symbol };
            let Some(manifest) = ticks.manifest(&key)? else { continue };
            let ends = manifest.days.keys().next().zip(manifest.days.keys().last());
            lines.push(TickLine {
                rows: manifest.rows,
                days: manifest.days.len(),
                range: ends.and_then(|(first, last)| DateRange::try_new(*first, *last).ok()),
                size_bytes: size(&ticks.folder(&key))?,
                source: key.source,
                symbol: key.symbol,
            });
        }
    }
    Ok(lines)
}

/// What is in a folder, in order; nothing if it is none.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The bytes of all files of a series.
fn size(folder: &Path) -> Result<u64, Failure> {
    let failed = |error| {
        let text = format!("cannot read {}: {error}", folder.display());
        Failure::new(FailureKind::Data, text)
    };
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).map_err(failed)?.flatten() {
        // A file may be renamed by a writer meanwhile.
        bytes += entry.metadata().map_or(0, |found| found.len());
    }
    Ok(bytes)
}

fn table(document: &ListDocument) -> String {
    if document.series.is_empty() && document.ticks.is_empty() {
        return format!("no series in {}", document.lake.display());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "source",
        "symbol",
        "bars",
        "rows",
        "days",
        "actions",
        "gaps",
        "suspects",
        "quarantined",
        "changed",
        "size",
    ]);
    for line in &document.series {
        table.add_row([
            line.source.clone(),
            line.symbol.to_string(),
            line.timeframe.to_string(),
            line.rows.to_string(),
            line.range.map_or_else(|| "none".to_owned(), |range| range.to_string()),
            line.actions.to_string(),
            line.gaps.to_string(),
            line.suspects.to_string(),
            line.quarantined.to_string(),
            line.changed.to_string(),
            shown_size(line.size_bytes),
        ]);
    }
    for line in &document.ticks {
        table.add_row([
            line.source.clone(),
            line.symbol.to_string(),
            "ticks".to_owned(),
            line.rows.to_string(),
            line.range.map_or_else(|| "none".to_owned(), |range| range.to_string()),
        ]);
    }
    for index in [3, 5, 6, 7, 8, 9, 10] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn shown_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        let sizes = [0, 999, 52_345, 1_234_567, 9_876_543_210].map(shown_size);
        assert_eq!(sizes, ["0 B", "999 B", "52 kB", "1.2 MB", "9.9 GB"]);
    }
}
