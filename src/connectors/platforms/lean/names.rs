//! Which ticker an instrument had on which day: LEAN's map files.
//!
//! `map_files/qqq.csv`, a row for the last day of each name, the first row being the first day:
//!
//! ```text
//! 19990310,qqq,Q
//! 20041130,qqq,Q
//! 20110322,qqqq,Q
//! 20501231,qqq,Q
//! ```

use std::path::Path;

use jiff::ToSpan;

use crate::base::{Date, DateRange};
use crate::connectors::local::read_all;
use crate::connectors::platforms::lines::{Lines, compact_date};
use crate::domain::Symbol;
use crate::ports::SourceError;

/// A name and the days on which it was the instrument's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) ticker: String,
    pub(super) days: DateRange,
}

/// The names of an instrument in the days of a range, in order; its own name if there is no map file.
pub(super) fn names(
    market: &Path,
    symbol: &Symbol,
    range: DateRange,
) -> Result<Vec<Name>, SourceError> {
    let own = symbol.as_str().to_lowercase();
    let path = market.join("map_files").join(format!("{own}.csv"));
    if !path.is_file() {
        return Ok(vec![Name { ticker: own, days: range }]);
    }
    let text = read_all(&path)?;
    let mut names: Vec<Name> = Vec::new();
    let mut start: Option<Date> = None;
    for line in Lines::new(&path, &text, b',') {
        let last =
            compact_date(line.cell(0)).ok_or_else(|| line.malformed(0, "last day", "YYYYMMDD"))?;
        let ticker = String::from_utf8_lossy(line.cell(1)).to_lowercase();
        if ticker.is_empty() {
            return Err(line.malformed(1, "ticker", "a name"));
        }
        // The first row is the first day of the instrument; no name was its own before.
        let first = start.unwrap_or(last).max(range.start());
        if let Ok(days) = DateRange::try_new(first, last.min(range.end())) {
            match names.last_mut() {
                Some(known) if known.ticker == ticker => {
                    known.days = DateRange::try_new(known.days.start(), days.end()).unwrap_or(days);
                }
                _ => names.push(Name { ticker, days }),
            }
        }
        start = Some(last.saturating_add(1.day()));
    }
    Ok(names)
}
