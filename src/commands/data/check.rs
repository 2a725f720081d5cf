//! `releat data check`: whether the lake is sound.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::select::{SeriesFilter, counterpart};
use super::show::{shown_time, symbol_map};
use super::{page, picture};
use crate::base::{DateRange, Timestamp, write_atomic};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::{
    Finding, FindingCode, Lake, SeriesCheck, SeriesKey, SuspectKind, SymbolMap, check_against,
    check_series,
};
use crate::domain::{Calendar, Symbol, Timeframe};

/// Options of `data check`.
#[derive(Debug, Clone)]
pub struct DataCheckOptions {
    /// Which series; all if nothing is given.
    pub series: SeriesFilter,
    /// What else is done with the answer.
    pub outputs: CheckOutputs,
}

/// What is done with the answer of a check besides showing it.
#[derive(Debug, Clone, Default)]
pub struct CheckOutputs {
    /// Another source that each series is compared with.
    pub against: Option<String>,
    /// A page of all findings.
    pub html: Option<PathBuf>,
    /// A picture of what is there, `.svg` or `.png`.
    pub picture: Option<PathBuf>,
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    schema_version: u32,
    lake: PathBuf,
    sound: bool,
    series: Vec<SeriesLine<'a>>,
    findings: Vec<FindingLine<'a>>,
}

#[derive(Serialize)]
struct SeriesLine<'a> {
    source: &'a str,
    symbol: &'a Symbol,
    timeframe: Timeframe,
    rows: usize,
    range: Option<DateRange>,
    findings: usize,
}

#[derive(Serialize)]
struct FindingLine<'a> {
    source: &'a str,
    symbol: &'a Symbol,
    timeframe: Timeframe,
    time: Option<Timestamp>,
    until: Option<Timestamp>,
    code: FindingCode,
    text: &'a str,
}

/// Checks the digests, the calendar and the prices of the chosen series.
///
/// # Errors
/// [`FailureKind::No`] if there is a finding, [`FailureKind::Data`] if nothing fits.
pub fn data_check(options: &SessionOptions, command: &DataCheckOptions) -> Result<(), Failure> {
    let lake = Lake::new(options.place()?.store.lake_dir);
    let mut keys = command.series.all(&lake)?;
    if let (Some(against), None) = (&command.outputs.against, &command.series.source) {
        keys.retain(|key| !super::select::is_source(&key.source, against));
    }
    check_keys(options, &lake, &keys, &command.outputs)
}

/// Checks some series and shows what was found.
///
/// # Errors
/// [`FailureKind::No`] if there is a finding, [`FailureKind::Data`] if a series is not there.
pub fn check_keys(
    options: &SessionOptions,
    lake: &Lake,
    keys: &[SeriesKey],
    outputs: &CheckOutputs,
) -> Result<(), Failure> {
    if let Some(path) = &outputs.picture {
        picture::form(path)?;
    }
    let names = symbol_map(lake)?;
    let mut checks = Vec::new();
    for key in keys {
        let mut check = check_one(lake, key, outputs.against.as_deref())?;
        name_names(&mut check, &names);
        checks.push(check);
    }
    if let Some(path) = &outputs.picture {
        write(path, &picture::bytes(path, &checks)?)?;
    }
    if let Some(path) = &outputs.html {
        write(path, page::render(lake, &checks).as_bytes())?;
    }
    let document = document(lake, &checks);
    options.console.document(&document, || text(&checks))?;
    finish(&checks)
}

fn check_one(lake: &Lake, key: &SeriesKey, against: Option<&str>) -> Result<SeriesCheck, Failure> {
    let mut check = check_series(lake, key)?;
    if let Some(source) = against {
        match counterpart(lake, key, source)? {
            Some(other) => check_against(&mut check, lake, &other)?,
            None => {
                let text =
                    format!("the lake has no `{}` {} from {source}", key.symbol, key.timeframe);
                let code = FindingCode::NotComparable;
                check.findings.push(Finding { time: None, until: None, code, text });
            }
        }
    }
    Ok(check)
}

/// Adds to what may come from a change of name what the symbol map says.
fn name_names(check: &mut SeriesCheck, names: &SymbolMap) {
    let Some(series) = &check.series else { return };
    let symbol = &check.key.symbol;
    let calendar = Calendar::new(series.manifest.calendar);
    for finding in &mut check.findings {
        let is_kind = matches!(
            finding.code,
            FindingCode::Gap | FindingCode::Suspect(SuspectKind::TickerReuse)
        );
        let (Some(time), true) = (finding.time, is_kind) else { continue };
        let date = time.date_in(calendar.zone());
        match names.called_on(symbol, date) {
            Some(called) if called == *symbol => {}
            Some(called) => {
                finding.text += &format!("; the symbol map has it as {called} on {date}");
            }
            None => finding.text += &format!("; the symbol map has no such instrument on {date}"),
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_atomic(path, bytes).map_err(|error| Failure::new(FailureKind::Data, error))
}

fn document<'a>(lake: &Lake, checks: &'a [SeriesCheck]) -> CheckDocument<'a> {
    let line = |check: &'a SeriesCheck| {
        let manifest = check.series.as_ref().map(|series| &series.manifest);
        SeriesLine {
            source: &check.key.source,
            symbol: &check.key.symbol,
            timeframe: check.key.timeframe,
            rows: manifest.map_or(0, |manifest| manifest.rows),
            range: manifest.and_then(|manifest| manifest.range),
            findings: check.findings.len(),
        }
    };
    let findings = |check: &'a SeriesCheck| {
        check.findings.iter().map(|finding| FindingLine {
            source: &check.key.source,
            symbol: &check.key.symbol,
            timeframe: check.key.timeframe,
            time: finding.time,
            until: finding.until,
            code: finding.code,
            text: &finding.text,
        })
    };
    CheckDocument {
        schema_version: 1,
        lake: lake.root().to_owned(),
        sound: checks.iter().all(|check| check.findings.is_empty()),
        series: checks.iter().map(line).collect(),
        findings: checks.iter().flat_map(findings).collect(),
    }
}

fn text(checks: &[SeriesCheck]) -> String {
    let mut lines = Vec::new();
    for check in checks {
        for finding in &check.findings {
            let time = shown_span(check, finding);
            lines.push(format!("{} {time} {}: {}", check.key, finding.code, finding.text));
        }
    }
    lines.push(summary(checks));
    lines.join("\n")
}

/// The day or the instant of a finding.
pub(super) fn shown_span(check: &SeriesCheck, finding: &Finding) -> String {
    let Some(time) = finding.time else { return "whole".to_owned() };
    let Some(series) = &check.series else { return time.to_string() };
    let calendar = Calendar::new(series.manifest.calendar);
    let shown = |time| shown_time(time, check.key.timeframe, &calendar);
    match finding.until {
        Some(until) => format!("{}..{}", shown(time), shown(until)),
        None => shown(time),
    }
}

/// How much was looked at and how much was found.
pub(super) fn summary(checks: &[SeriesCheck]) -> String {
    let rows: usize =
        checks.iter().filter_map(|check| check.series.as_ref()).map(|s| s.bars.len()).sum();
    let findings: usize = checks.iter().map(|check| check.findings.len()).sum();
    let series =
        if checks.len() == 1 { "1 series".to_owned() } else { format!("{} series", checks.len()) };
    format!("{series}, {rows} bars: {}", count(findings))
}

pub(super) fn count(findings: usize) -> String {
    match findings {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        several => format!("{several} findings"),
    }
}

fn finish(checks: &[SeriesCheck]) -> Result<(), Failure> {
    let findings: usize = checks.iter().map(|check| check.findings.len()).sum();
    if findings == 0 {
        return Ok(());
    }
    let odd = checks.iter().filter(|check| !check.findings.is_empty()).count();
    let text = format!("{} in {odd} of {} series", count(findings), checks.len());
    Err(Failure::new(FailureKind::No, text)
        .hint("nothing was changed; docs/DATA.md tells what each code means"))
}
