//! Yahoo's daily layout: `Date,Open,High,Low,Close,Adj Close,Volume`.
//!
//! Prices are adjusted for splits and count as raw. The dividends are not in the file; each is
//! derived from the step that the ratio of `Adj Close` to `Close` makes on its ex-date.

use std::io::Read;
use std::path::Path;

use super::bar_times::{WrittenTime, bar_times};
use super::source::{Gathered, require_daily};
use super::text::TextTable;
use crate::base::{Date, parse_date};
use crate::domain::{Bar, Calendar, CorporateAction, CorporateActionKind};
use crate::ports::{FetchRequest, SourceError};

const COLUMNS: [&str; 7] = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"];

/// Smaller steps of the ratio are rounding: single precision makes 2e-6, a quarterly bond coupon
/// of a money-market fund 1e-4.
const LEAST_DIVIDEND: f64 = 2e-5;

/// A day's close and its adjusted close.
struct Closes {
    date: Date,
    close: f64,
    adjusted: f64,
}

/// Reads the rows of the range and derives the dividends in it.
pub(super) fn read(
    input: &mut dyn Read,
    path: &Path,
    request: &FetchRequest,
    calendar: &Calendar,
) -> Result<Gathered, SourceError> {
    require_daily("csv (layout yahoo)", request)?;
    let mut table = TextTable::with_header(input, path, &COLUMNS, &[])?;
    let mut gathered = Gathered::default();
    let mut closes = Vec::new();
    while let Some(row) = table.next_row()? {
        let date = parse_date(row.text(0)).map_err(|_| row.malformed(0, "YYYY-MM-DD"))?;
        let mut numbers = [0.0; 6];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = row.number(index + 1)?;
        }
        let [open, high, low, close, adjusted, volume] = numbers;
        closes.push(Closes { date, close, adjusted });
        if gathered.sees(date, request) {
            let times = bar_times(WrittenTime::Date(date), request.timeframe, calendar)?;
            let (open_time, available_at) = (times.open_time, times.available_at);
            let bar = Bar { open_time, available_at, open, high, low, close, volume };
            gathered.incoming.bars.push(bar);
        }
    }
    derive_dividends(&mut closes, request, &mut gathered);
    Ok(gathered)
}

/// `D = close[t−1] · (1 − f[t−1] / f[t])` with `f = adjusted / close`.
fn derive_dividends(closes: &mut Vec<Closes>, request: &FetchRequest, gathered: &mut Gathered) {
    closes.retain(|day| day.close > 0.0 && day.adjusted > 0.0 && day.adjusted.is_finite());
    closes.sort_by_key(|day| day.date);
    for pair in closes.windows(2) {
        let ratio = |day: &Closes| day.adjusted / day.close;
        let step = 1.0 - ratio(&pair[0]) / ratio(&pair[1]);
        let ex_date = pair[1].date;
        if !request.range.contains(ex_date) {
            continue;
        }
        if step > LEAST_DIVIDEND {
            let kind = CorporateActionKind::Dividend { amount: pair[0].close * step };
            gathered.incoming.actions.push(CorporateAction { ex_date, kind });
        } else if step < -LEAST_DIVIDEND {
            gathered.incoming.notes.push(format!(
                "Adj Close falls against Close on {ex_date}: no dividend does that, ignored"
            ));
        }
    }
}
