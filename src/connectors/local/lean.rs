//! LEAN's daily layout: no header, `YYYYMMDD 00:00,open,high,low,close,volume`, prices in 1/10000.
//!
//! Prices are raw. Splits and dividends come from the factor file of the symbol, in the folder
//! `factor_files` beside the bars or one level above.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::bar_times::{WrittenTime, bar_times};
use super::files::{find_file, with_text};
use super::source::{Gathered, require_daily};
use super::text::{TextRow, TextTable};
use crate::base::Date;
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CorporateAction, CorporateActionKind};
use crate::ports::{FetchRequest, SourceError};

const COLUMNS: [&str; 6] = ["time", "open", "high", "low", "close", "volume"];
const FACTOR_COLUMNS: [&str; 4] = ["date", "price factor", "split factor", "reference close"];
const PRICE_UNIT: f64 = 10_000.0;

/// Factors have seven digits; a ratio this close (as a fraction) to a simple one is that one.
const FACTOR_NOISE: f64 = 2e-5;
/// The largest numerator and denominator of a simple ratio.
const SIMPLE: u32 = 50;
/// Full factor files end with a row far in the future, which is no event.
const NO_EVENT_YEAR: i16 = 2050;

/// Reads the rows of the range.
pub(super) fn read(
    input: &mut dyn Read,
    path: &Path,
    request: &FetchRequest,
    calendar: &Calendar,
) -> Result<Gathered, SourceError> {
    require_daily("csv (layout lean)", request)?;
    let mut table = TextTable::without_header(input, path, &COLUMNS);
    let mut gathered = Gathered::default();
    while let Some(row) = table.next_row()? {
        let date = compact_date(row.text(0)).ok_or_else(|| row.malformed(0, "YYYYMMDD HH:MM"))?;
        let mut numbers = [0.0; 5];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = row.number(index + 1)?;
        }
        if gathered.sees(date, request) {
            let times = bar_times(WrittenTime::Date(date), request.timeframe, calendar)?;
            gathered.incoming.bars.push(Bar {
                open_time: times.open_time,
                available_at: times.available_at,
                open: numbers[0] / PRICE_UNIT,
                high: numbers[1] / PRICE_UNIT,
                low: numbers[2] / PRICE_UNIT,
                close: numbers[3] / PRICE_UNIT,
                volume: numbers[4],
            });
        }
    }
    Ok(gathered)
}

/// The daily bars of the range.
pub(in crate::connectors) fn daily_bars(
    path: &Path,
    request: &FetchRequest,
    calendar: &Calendar,
) -> Result<Vec<Bar>, SourceError> {
    with_text(path, |input| Ok(read(input, path, request, calendar)?.incoming.bars))
}

/// A row of a factor file: the factors hold for the bars up to and including `date`.
struct FactorRow {
    date: Date,
    price_factor: f64,
    split_factor: f64,
    reference_close: f64,
}

/// Adds the actions of the range from the factor file that belongs to `bars`, if there is one.
pub(super) fn read_factors(
    bars: &Path,
    request: &FetchRequest,
    calendar: &Calendar,
    incoming: &mut Incoming,
) -> Result<(), SourceError> {
    if let Some(path) = factor_file(bars, request)? {
        return read_factor_file(&path, request, calendar, incoming);
    }
    incoming.notes.push(format!(
        "no factor file for {} beside {}: no splits, no dividends",
        request.symbol,
        bars.display()
    ));
    Ok(())
}

/// Adds the actions of the range from a factor file.
pub(in crate::connectors) fn read_factor_file(
    path: &Path,
    request: &FetchRequest,
    calendar: &Calendar,
    incoming: &mut Incoming,
) -> Result<(), SourceError> {
    let rows = with_text(path, |input| read_factor_rows(input, path))?;
    for pair in rows.windows(2) {
        let ex_date = calendar.next_session(pair[0].date)?.date;
        if request.range.contains(ex_date) {
            let kinds = events(&pair[0], &pair[1]);
            incoming.actions.extend(kinds.map(|kind| CorporateAction { ex_date, kind }));
        }
    }
    let open_end = rows.last().filter(|row| row.date.year() < NO_EVENT_YEAR);
    if let Some(row) = open_end.filter(|row| request.range.contains(row.date)) {
        incoming.notes.push(format!(
            "{} ends on {}: the event of its last row is not known",
            path.display(),
            row.date
        ));
    }
    Ok(())
}

fn factor_file(bars: &Path, request: &FetchRequest) -> Result<Option<PathBuf>, SourceError> {
    let beside = bars.parent().unwrap_or(Path::new("."));
    for folder in [beside.join("factor_files"), beside.join("../factor_files")] {
        if folder.is_dir() {
            return match find_file(&folder, &request.symbol, &["csv"]) {
                Err(SourceError::UnknownSymbol { .. }) => Ok(None),
                other => other.map(Some),
            };
        }
    }
    Ok(None)
}

fn read_factor_rows(input: &mut dyn Read, path: &Path) -> Result<Vec<FactorRow>, SourceError> {
    let mut table = TextTable::without_header(input, path, &FACTOR_COLUMNS);
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        rows.push(FactorRow {
            date: compact_date(row.text(0)).ok_or_else(|| row.malformed(0, "YYYYMMDD"))?,
            price_factor: factor(&row, 1)?,
            split_factor: factor(&row, 2)?,
            reference_close: row.number(3)?,
        });
    }
    rows.sort_by_key(|row| row.date);
    Ok(rows)
}

fn factor(row: &TextRow<'_>, column: usize) -> Result<f64, SourceError> {
    let value = row.number(column)?;
    let is_factor = value.is_finite() && value > 0.0;
    if is_factor { Ok(value) } else { Err(row.malformed(column, "a number above 0")) }
}

/// What happened after the session of `row`, told by the factors of the row that follows.
fn events(row: &FactorRow, next: &FactorRow) -> impl Iterator<Item = CorporateActionKind> {
    let amount = row.reference_close * (1.0 - row.price_factor / next.price_factor);
    let ratio = simple_ratio(next.split_factor / row.split_factor);
    let dividend =
        (row.price_factor != next.price_factor).then_some(CorporateActionKind::Dividend { amount });
    let split =
        (row.split_factor != next.split_factor).then_some(CorporateActionKind::Split { ratio });
    dividend.into_iter().chain(split)
}

/// The ratio of small integers that `ratio` is, up to the rounding of the factors.
fn simple_ratio(ratio: f64) -> f64 {
    for denominator in 1..=SIMPLE {
        let numerator = (ratio * f64::from(denominator)).round();
        let simple = numerator / f64::from(denominator);
        let is_small = (1.0..=f64::from(SIMPLE)).contains(&numerator);
        if is_small && (simple / ratio - 1.0).abs() < FACTOR_NOISE {
            return simple;
        }
    }
    ratio
}

/// The day of `YYYYMMDD` or `YYYYMMDD HH:MM`.
fn compact_date(text: &str) -> Option<Date> {
    let digits = text.split(' ').next()?;
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&digits[..4], &digits[4..6], &digits[6..]);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
