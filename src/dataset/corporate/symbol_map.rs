//! What an instrument was called when: `symbols.json` in the root of the lake.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::{Date, DateRange, FileError, parse_date, read_bytes, write_atomic};
use crate::domain::Symbol;

/// The name of the file in the root of a lake.
pub const SYMBOLS_FILE: &str = "symbols.json";
const SCHEMA_VERSION: u32 = 1;

/// The symbol map could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SymbolMapError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no symbol map.
    #[error("{} must be a symbol map: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The former names of instruments.
///
/// An instrument goes by its newest name; the map lists the ones before, each with the last day it
/// was used. An instrument that is not listed always had its name.
///
/// ```json
/// {
///   "schema_version": 1,
///   "symbols": {
///     "QQQ": {
///       "listed": "1999-03-10",
///       "former": [
///         {"called": "QQQ", "until": "2004-11-30"},
///         {"called": "QQQQ", "until": "2011-03-22"}
///       ]
///     }
///   }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SymbolMap {
    schema_version: u32,
    symbols: BTreeMap<Symbol, Names>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed: Option<Date>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<FormerName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delisted: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerName {
    called: Symbol,
    until: Date,
}

impl Default for SymbolMap {
    fn default() -> Self {
        Self { schema_version: SCHEMA_VERSION, symbols: BTreeMap::new() }
    }
}

impl SymbolMap {
    /// Reads and checks a file; an empty map if there is none.
    ///
    /// # Errors
    /// [`SymbolMapError`] with the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, SymbolMapError> {
        let bytes = match read_bytes(path) {
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            other => other?,
        };
        let malformed = |reason| SymbolMapError::Malformed { path: path.to_owned(), reason };
        let map: Self =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        map.problem().map_or(Ok(map), |reason| Err(malformed(reason)))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`SymbolMapError`] if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), SymbolMapError> {
        let malformed = |reason| SymbolMapError::Malformed { path: path.to_owned(), reason };
        let mut bytes =
            serde_json::to_vec_pretty(self).map_err(|error| malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(write_atomic(path, &bytes)?)
    }

    /// Adds one instrument from a LEAN map file: lines `YYYYMMDD,ticker` with the last day of each
    /// name; the first line is the listing, a last line of 2050-12-31 means that it still trades.
    ///
    /// # Errors
    /// [`SymbolMapError::Malformed`] with the line; the map is then as before.
    pub fn add_lean(&mut self, path: &Path, text: &str) -> Result<(), SymbolMapError> {
        let malformed = |reason| SymbolMapError::Malformed { path: path.to_owned(), reason };
        let mut lines = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = || {
                malformed(format!("line {} must be `YYYYMMDD,ticker`, was `{line}`", number + 1))
            };
            lines.push(lean_line(line).ok_or_else(wrong)?);
        }
        let Some(((last, symbol), before)) = lines.split_last() else {
            return Err(malformed("expected at least one line, found none".to_owned()));
        };
        let listed = before.first().map(|(date, _)| *date);
        let former = before.iter().skip(1);
        let names = Names {
            listed,
            former: former
                .map(|(until, called)| FormerName { called: called.clone(), until: *until })
                .collect(),
            delisted: (last.year() < 2050).then_some(*last),
        };
        let mut map = self.clone();
        map.symbols.insert(symbol.clone(), names);
        if let Some(reason) = map.problem() {
            return Err(malformed(reason));
        }
        *self = map;
        Ok(())
    }

    /// What `symbol` was called on `date`; `None` before its listing and after its end.
    #[must_use]
    pub fn called_on(&self, symbol: &Symbol, date: Date) -> Option<Symbol> {
        let Some(names) = self.symbols.get(symbol) else { return Some(symbol.clone()) };
        let is_early = names.listed.is_some_and(|listed| date < listed);
        let is_late = names.delisted.is_some_and(|delisted| delisted < date);
        if is_early || is_late {
            return None;
        }
        let former = names.former.iter().find(|name| date <= name.until);
        Some(former.map_or(symbol, |name| &name.called).clone())
    }

    /// The parts of `range` with the name of each, for a vendor that files bars under the name of
    /// the day. Days before the listing and after the end are left out.
    #[must_use]
    pub fn names_in(&self, symbol: &Symbol, range: DateRange) -> Vec<(DateRange, Symbol)> {
        let Some(names) = self.symbols.get(symbol) else { return vec![(range, symbol.clone())] };
        let last = names.delisted.map_or(range.end(), |delisted| delisted.min(range.end()));
        let mut start = names.listed.map_or(range.start(), |listed| listed.max(range.start()));
        let mut parts = Vec::new();
        for name in &names.former {
            if let Ok(part) = DateRange::try_new(start, name.until.min(last)) {
                start = part.end().tomorrow().unwrap_or(last);
                parts.push((part, name.called.clone()));
            }
        }
        parts.extend(DateRange::try_new(start, last).map(|part| (part, symbol.clone())));
        parts
    }

    /// Whether the map says anything about `symbol`.
    #[must_use]
    pub fn knows(&self, symbol: &Symbol) -> bool {
        self.symbols.contains_key(symbol)
    }

    /// The first thing that is wrong.
    fn problem(&self) -> Option<String> {
        if self.schema_version != SCHEMA_VERSION {
            let found = self.schema_version;
            return Some(format!("schema_version must be {SCHEMA_VERSION}, was {found}"));
        }
        self.symbols
            .iter()
            .find_map(|(symbol, names)| disorder(symbol, names))
            .or_else(|| self.clash())
    }

    /// Two instruments under one name on one day.
    fn clash(&self) -> Option<String> {
        let mut spans: Vec<(&Symbol, Date, Date, &Symbol)> = Vec::new();
        for (symbol, names) in &self.symbols {
            let mut start = names.listed.unwrap_or(Date::MIN);
            for name in &names.former {
                spans.push((&name.called, start, name.until, symbol));
                start = name.until.tomorrow().unwrap_or(Date::MAX);
            }
            spans.push((symbol, start, names.delisted.unwrap_or(Date::MAX), symbol));
        }
        spans.sort();
        let overlap =
            spans.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[1].1 <= pair[0].2)?;
        let [(name, _, _, first), (_, start, _, second)] = overlap else { return None };
        Some(format!(
            "the name `{name}` must belong to one symbol a day, on {start} to both {first} and {second}"
        ))
    }
}

fn disorder(symbol: &Symbol, names: &Names) -> Option<String> {
    let former = names.former.iter().map(|name| name.until);
    let dates: Vec<Date> = names.listed.into_iter().chain(former).chain(names.delisted).collect();
    let pair = dates.windows(2).find(|pair| pair[1] <= pair[0])?;
    Some(format!("the dates of `{symbol}` must rise, were {} then {}", pair[0], pair[1]))
}

fn lean_line(line: &str) -> Option<(Date, Symbol)> {
    let mut cells = line.split(',');
    let digits = cells.next()?.trim();
    if digits.len() != 8 || !digits.is_ascii() {
        return None;
    }
    let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    let symbol = cells.next()?.trim().to_uppercase().parse().ok()?;
    Some((parse_date(&date).ok()?, symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QQQ: &str = "19990310,qqq\n20041130,qqq\n20110322,qqqq\n20501231,qqq\n";

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn map() -> SymbolMap {
        let mut map = SymbolMap::default();
        map.add_lean(Path::new("qqq.csv"), QQQ).unwrap();
        map
    }

    fn check(date: &str, expected: Option<&str>) {
        let found = map().called_on(&"QQQ".parse().unwrap(), day(date));
        assert_eq!(found.as_ref().map(Symbol::as_str), expected, "{date}");
    }

    #[test]
    fn a_name_depends_on_the_day() {
        check("1999-03-09", None);
        check("1999-03-10", Some("QQQ"));
        check("2004-11-30", Some("QQQ"));
        check("2004-12-01", Some("QQQQ"));
        check("2011-03-22", Some("QQQQ"));
        check("2011-03-23", Some("QQQ"));
        check("2030-01-01", Some("QQQ"));
        let unknown = "SPY".parse().unwrap();
        assert_eq!(map().called_on(&unknown, day("1950-01-01")), Some(unknown));
    }

    #[test]
    fn a_range_falls_into_parts() {
        let parts = |symbol: &str, range: &str| -> Vec<String> {
            let names = map().names_in(&symbol.parse().unwrap(), range.parse().unwrap());
            names.iter().map(|(range, name)| format!("{name} {range}")).collect()
        };
        let expected = ["QQQQ 2010-01-01..2011-03-22", "QQQ 2011-03-23..2019-12-31"];
        assert_eq!(parts("QQQ", "2010-01-01..2019-12-31"), expected);
        assert_eq!(parts("QQQ", "1990-01-01..1999-03-10"), ["QQQ 1999-03-10..1999-03-10"]);
        assert_eq!(parts("QQQ", "1990-01-01..1990-12-31"), [""; 0]);
        assert_eq!(parts("SPY", "2010-01-01..2010-12-31"), ["SPY 2010-01-01..2010-12-31"]);
    }

    #[test]
    fn a_file_reads_back_and_a_wrong_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SYMBOLS_FILE);
        assert_eq!(SymbolMap::read(&path).unwrap(), SymbolMap::default());
        map().write(&path).unwrap();
        assert_eq!(SymbolMap::read(&path).unwrap(), map());
        let refused = |text: &str, part: &str| {
            std::fs::write(&path, text).unwrap();
            let error = SymbolMap::read(&path).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        refused("[]", "must be a symbol map");
        refused(r#"{"schema_version": 2, "symbols": {}}"#, "schema_version must be 1, was 2");
        refused(r#"{"schema_version": 1, "symbols": {"qqq": {}}}"#, "a symbol must be");
        let former = r#"{"schema_version": 1, "symbols": {"QQQ": {"former": [
            {"called": "A", "until": "2011-03-22"}, {"called": "B", "until": "2011-03-22"}]}}}"#;
        refused(former, "the dates of `QQQ` must rise, were 2011-03-22 then 2011-03-22");
        let clash = r#"{"schema_version": 1, "symbols": {
            "META": {"former": [{"called": "FB", "until": "2022-06-08"}]}, "FB": {"listed": "2022-06-08"}}}"#;
        refused(clash, "the name `FB` must belong to one symbol a day, on 2022-06-08");
    }

    #[test]
    fn a_line_that_is_no_name_is_refused() {
        for text in
            ["", "19990310", "1999,qqq", "19990310,qqq\n20041130,", "20200101,a\n20100101,a"]
        {
            assert!(SymbolMap::default().add_lean(Path::new("a.csv"), text).is_err(), "{text}");
        }
    }
}
