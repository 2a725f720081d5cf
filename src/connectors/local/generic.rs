//! Text with a header and columns named in the configuration.

use std::io::Read;
use std::path::Path;

use super::bar_times::{BarTimes, TIME_FORMATS, bar_date, bar_times, parse_time};
use super::source::Gathered;
use super::text::{TextRow, TextTable};
use crate::base::Date;
use crate::config::ColumnMap;
use crate::domain::{Bar, Calendar, CorporateAction, CorporateActionKind};
use crate::ports::{FetchRequest, SourceError};

const TIME: usize = 0;
const OPEN: usize = 1;
const HIGH: usize = 2;
const LOW: usize = 3;
const CLOSE: usize = 4;
const VOLUME: usize = 5;
const DIVIDEND: usize = 6;
const SPLIT: usize = 7;

/// Reads the rows of the range.
pub(super) fn read(
    input: &mut dyn Read,
    path: &Path,
    names: &ColumnMap,
    request: &FetchRequest,
    calendar: &Calendar,
) -> Result<Gathered, SourceError> {
    let required = [&names.time, &names.open, &names.high, &names.low, &names.close];
    let optional = [&names.volume, &names.dividend, &names.split];
    let mut table = TextTable::with_header(
        input,
        path,
        &required.map(String::as_str),
        &optional.map(String::as_str),
    )?;
    let has_volume = table.has(VOLUME);
    let mut gathered = Gathered::default();
    if !has_volume {
        gathered.incoming.notes.push(no_volume(path, &names.volume));
    }
    while let Some(row) = table.next_row()? {
        let time = parse_time(row.text(TIME)).ok_or_else(|| row.malformed(TIME, TIME_FORMATS))?;
        let date = bar_date(time, request.timeframe, calendar);
        let prices = [row.number(OPEN)?, row.number(HIGH)?, row.number(LOW)?, row.number(CLOSE)?];
        let volume = if has_volume { row.number(VOLUME)? } else { 0.0 };
        let actions = read_actions(&row, date)?;
        if gathered.sees(date, request) {
            let times = bar_times(time, request.timeframe, calendar)?;
            gathered.incoming.bars.push(bar(times, prices, volume));
            gathered.incoming.actions.extend(actions);
        }
    }
    Ok(gathered)
}

fn bar(times: BarTimes, [open, high, low, close]: [f64; 4], volume: f64) -> Bar {
    let BarTimes { open_time, available_at } = times;
    Bar { open_time, available_at, open, high, low, close, volume }
}

/// The note for a file without volumes.
pub(super) fn no_volume(path: &Path, column: &str) -> String {
    format!("{} has no column `{column}`: the volume counts as 0", path.display())
}

fn read_actions(
    row: &TextRow<'_>,
    ex_date: Date,
) -> Result<impl Iterator<Item = CorporateAction>, SourceError> {
    Ok(actions(ex_date, row.optional_number(DIVIDEND)?, row.optional_number(SPLIT)?))
}

/// The actions of a row; a dividend of 0 and a ratio of 0 or 1 mean that nothing happened.
pub(super) fn actions(
    ex_date: Date,
    dividend: Option<f64>,
    split: Option<f64>,
) -> impl Iterator<Item = CorporateAction> {
    let dividend = dividend
        .filter(|amount| *amount != 0.0 && !amount.is_nan())
        .map(|amount| CorporateActionKind::Dividend { amount });
    let split = split
        .filter(|ratio| *ratio != 0.0 && *ratio != 1.0 && !ratio.is_nan())
        .map(|ratio| CorporateActionKind::Split { ratio });
    dividend.into_iter().chain(split).map(move |kind| CorporateAction { ex_date, kind })
}
