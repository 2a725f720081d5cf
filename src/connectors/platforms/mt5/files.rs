//! Which files of a folder hold a symbol, and how long their bars are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::FileError;
use crate::config::FileContent;
use crate::domain::{CalendarName, Symbol, Timeframe};
use crate::ports::SourceError;

/// The terminal's timeframes, the longest first.
const CODES: [(&str, Timeframe); 24] = [
    ("MN1", Timeframe::Month),
    ("MONTHLY", Timeframe::Month),
    ("W1", Timeframe::Week),
    ("WEEKLY", Timeframe::Week),
    ("D1", Timeframe::Day),
    ("DAILY", Timeframe::Day),
    ("H12", Timeframe::Seconds(43_200)),
    ("H8", Timeframe::Seconds(28_800)),
    ("H6", Timeframe::Seconds(21_600)),
    ("H4", Timeframe::Seconds(14_400)),
    ("H3", Timeframe::Seconds(10_800)),
    ("H2", Timeframe::Seconds(7_200)),
    ("H1", Timeframe::Seconds(3600)),
    ("M30", Timeframe::Seconds(1800)),
    ("M20", Timeframe::Seconds(1200)),
    ("M15", Timeframe::Seconds(900)),
    ("M12", Timeframe::Seconds(720)),
    ("M10", Timeframe::Seconds(600)),
    ("M6", Timeframe::Seconds(360)),
    ("M5", Timeframe::Seconds(300)),
    ("M4", Timeframe::Seconds(240)),
    ("M3", Timeframe::Seconds(180)),
    ("M2", Timeframe::Seconds(120)),
    ("M1", Timeframe::Seconds(60)),
];

/// One file, and how long its bars are if its name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Export {
    pub(super) path: PathBuf,
    pub(super) length: Option<Timeframe>,
}

/// The files with bars or ticks of a symbol, in order of their names.
///
/// The terminal names them `EURUSD_M1_201901020000_201912312359.csv`, and without the timeframe for
/// ticks. Of bars of several lengths those are taken that make up the asked ones, the longest first.
pub(super) fn find_files(
    path: &Path,
    name: &str,
    content: FileContent,
    asked: (&Symbol, Timeframe, CalendarName),
) -> Result<Vec<Export>, SourceError> {
    if path.is_file() {
        return Ok(vec![Export { path: path.to_owned(), length: length_in(path, name) }]);
    }
    let mut exports = exports_of(path, name)?;
    let named = |export: &Export| export.length.is_some();
    match content {
        FileContent::Ticks => exports.retain(|export| !named(export)),
        FileContent::Bars => {
            let fits = |length: Timeframe| divides(length, asked.1, asked.2);
            let chosen = CODES.iter().map(|(_, length)| *length).find(|&length| {
                fits(length) && exports.iter().any(|export| export.length == Some(length))
            });
            exports.retain(|export| export.length == chosen);
        }
    }
    if exports.is_empty() {
        let kind = if content == FileContent::Ticks { "ticks" } else { "bars" };
        return Err(SourceError::UnknownSymbol {
            symbol: asked.0.clone(),
            expected: format!("{kind} in {name}.csv, {name}_M1_….csv or {name}_….csv"),
            place: path.display().to_string(),
        });
    }
    Ok(exports)
}

/// Whether bars of one length make up those of another on a calendar.
///
/// The server counts its hours from its own midnight, the calendar from the open of a session: only
/// bars that fit between both can be joined.
pub(in crate::connectors) fn divides(
    length: Timeframe,
    asked: Timeframe,
    calendar: CalendarName,
) -> bool {
    let longest = match calendar {
        CalendarName::Xnys => 1800,
        CalendarName::AlwaysOpen => 3600,
    };
    match (length, asked) {
        (Timeframe::Seconds(own), Timeframe::Seconds(asked)) => {
            own == asked || own <= longest && asked.is_multiple_of(own)
        }
        (Timeframe::Seconds(own), _) => own <= longest,
        (Timeframe::Day, Timeframe::Week | Timeframe::Month) => true,
        (own, asked) => own == asked,
    }
}

fn exports_of(folder: &Path, name: &str) -> Result<Vec<Export>, SourceError> {
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let extension = path.extension().map(|text| text.to_string_lossy().to_lowercase());
        let is_text = matches!(extension.as_deref(), Some("csv" | "txt" | "tsv" | "zip"));
        if is_text && rest_of(&path, name).is_some() && path.is_file() {
            let length = length_in(&path, name);
            found.push(Export { path, length });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What a file's name has after the symbol.
fn rest_of(path: &Path, name: &str) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().to_uppercase();
    let rest = stem.strip_prefix(&name.to_uppercase())?.to_owned();
    let is_symbol = rest.is_empty() || rest.starts_with('_') || code(&rest).is_some();
    is_symbol.then_some(rest)
}

fn length_in(path: &Path, name: &str) -> Option<Timeframe> {
    let rest = rest_of(path, name)?;
    code(rest.trim_start_matches('_').split('_').next().unwrap_or_default())
}

fn code(text: &str) -> Option<Timeframe> {
    CODES.iter().find(|(code, _)| *code == text).map(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bars_that_fit_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "EURUSD_Daily_200001030000_201912310000.csv",
            "EURUSD_H1_201901020000_201912312300.csv",
            "EURUSD_M1_201901020000_201906302359.csv",
            "EURUSD_M1_201907010000_201912312359.csv",
            "EURUSD_201901020000_201901022359.csv",
            "EURUSD.R_M1_201901020000_201906302359.csv",
            "GBPUSDM15.csv",
        ];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let check = |name: &str, content, asked: &str, expected: &[&str]| {
            let symbol = "EURUSD".parse().unwrap();
            let asked = (&symbol, asked.parse().unwrap(), CalendarName::AlwaysOpen);
            let found = find_files(folder.path(), name, content, asked).unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|export| export.path.file_name().unwrap().to_str().unwrap())
                .collect();
            assert_eq!(found, expected, "{name} {asked:?}");
        };
        check("EURUSD", FileContent::Bars, "1d", &names[..1]);
        check("EURUSD", FileContent::Bars, "1w", &names[..1]);
        check("EURUSD", FileContent::Bars, "4h", &names[1..2]);
        let symbol = "EURUSD".parse().unwrap();
        let asked = (&symbol, "4h".parse().unwrap(), CalendarName::Xnys);
        let found = find_files(folder.path(), "EURUSD", FileContent::Bars, asked).unwrap();
        assert_eq!(found.len(), 2, "hours do not fit into sessions");
        check("EURUSD", FileContent::Bars, "5min", &names[2..4]);
        check("EURUSD", FileContent::Ticks, "1s", &names[4..5]);
        check("EURUSD.r", FileContent::Bars, "1min", &names[5..6]);
        check("GBPUSD", FileContent::Bars, "30min", &names[6..]);
        let symbol = "EURUSD".parse().unwrap();
        let asked = (&symbol, "7s".parse().unwrap(), CalendarName::AlwaysOpen);
        assert!(find_files(folder.path(), "EURUSD", FileContent::Ticks, asked).is_ok());
        let error = find_files(folder.path(), "USDJPY", FileContent::Bars, asked).unwrap_err();
        assert!(error.to_string().contains("expected bars in USDJPY.csv"), "{error}");
    }
}
