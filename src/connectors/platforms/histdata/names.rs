//! Which files of a folder hold what: HistData tells it by their names.
//!
//! `DAT_ASCII_EURUSD_M1_2019.csv`, `DAT_MT_EURUSD_M1_201901.csv`, `DAT_NT_EURUSD_M1_2019.csv`,
//! `DAT_ASCII_EURUSD_T_201901.csv`, the same as zip, and the names of downloads,
//! `HISTDATA_COM_ASCII_EURUSD_M12019.zip`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::{Date, DateRange, FileError};
use crate::config::FileContent;
use crate::domain::Symbol;
use crate::ports::SourceError;

/// The files with bars or ticks of a symbol that may hold days of `range`, in order of time.
///
/// Of two files with the same name the csv file is taken, not the zip file it came in.
pub(super) fn find_files(
    folder: &Path,
    symbol: &Symbol,
    content: FileContent,
    range: DateRange,
) -> Result<Vec<PathBuf>, SourceError> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if let Some(period) = period(&path, symbol, content) {
            found.push((period.map_or(Date::MIN, DateRange::start), path, period));
        }
    }
    if found.is_empty() {
        let kind = if content == FileContent::Ticks { "T" } else { "M1" };
        return Err(SourceError::UnknownSymbol {
            symbol: symbol.clone(),
            expected: format!("DAT_ASCII_{symbol}_{kind}_YYYY[MM].csv or .zip"),
            place: folder.display().to_string(),
        });
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    found.dedup_by(|later, kept| later.1.file_stem() == kept.1.file_stem());
    let overlaps = |period: Option<DateRange>| period.is_none_or(|days| days.overlaps(range));
    let asked = found.into_iter().filter(|(_, _, period)| overlaps(*period));
    Ok(asked.map(|(_, path, _)| path).collect())
}

/// The days that a file is about, if it is a file of the symbol and the content; `Some(None)` if its
/// name does not tell.
fn period(path: &Path, symbol: &Symbol, content: FileContent) -> Option<Option<DateRange>> {
    let extension = path.extension()?.to_ascii_lowercase();
    if !(extension == "csv" || extension == "zip") || !path.is_file() {
        return None;
    }
    let stem = path.file_stem()?.to_string_lossy().to_uppercase();
    let mut parts = stem.split('_').skip_while(|part| *part != symbol.as_str());
    parts.next()?;
    let kind = parts.next()?;
    let digits = match content {
        FileContent::Bars => kind.strip_prefix("M1")?,
        FileContent::Ticks => kind.strip_prefix('T')?,
    };
    let digits = if digits.is_empty() { parts.next().unwrap_or_default() } else { digits };
    Some(days_of(digits))
}

/// The days of `2019` or `201901`, one more at either end for the clock.
fn days_of(digits: &str) -> Option<DateRange> {
    let year: i16 = digits.get(..4)?.parse().ok()?;
    let (first, last) = match digits.get(4..).unwrap_or_default() {
        "" => (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?),
        month => {
            let first = Date::new(year, month.parse().ok()?, 1).ok()?;
            (first, first.last_of_month())
        }
    };
    DateRange::try_new(first.yesterday().ok()?, last.tomorrow().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_symbol_content_and_days() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "DAT_ASCII_EURUSD_M1_2018.zip",
            "DAT_ASCII_EURUSD_M1_2019.zip",
            "DAT_ASCII_EURUSD_M1_2019.csv",
            "HISTDATA_COM_ASCII_EURUSD_M1202001.zip",
            "DAT_ASCII_EURUSD_T_201901.csv",
            "DAT_ASCII_EURUSD_M1_2019.txt",
            "DAT_ASCII_GBPUSD_M1_2019.csv",
        ];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let check = |content, range: &str, expected: &[&str]| {
            let symbol = "EURUSD".parse().unwrap();
            let found =
                find_files(folder.path(), &symbol, content, range.parse().unwrap()).unwrap();
            let names: Vec<_> =
                found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
            assert_eq!(names, expected, "{range}");
        };
        check(FileContent::Bars, "2018-06-01..2020-06-01", &[names[0], names[2], names[3]]);
        check(FileContent::Bars, "2019-06-01..2019-06-02", &[names[2]]);
        check(FileContent::Ticks, "2019-01-01..2019-06-02", &[names[4]]);
        check(FileContent::Ticks, "2019-06-01..2019-06-02", &[]);
        let symbol = "USDJPY".parse().unwrap();
        let range = "2019-01-01..2019-12-31".parse().unwrap();
        let error = find_files(folder.path(), &symbol, FileContent::Bars, range).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("expected DAT_ASCII_USDJPY_M1_YYYY[MM].csv or .zip in "), "{text}");
    }
}
