//! Bars as the broker sends them: a span counted back from an end.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::market::{Market, day_of};
use super::wire::{HistoryBar, HistoryRequest};

/// Seconds of a bar size, or the words for days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Seconds(i64),
    Day,
    Week,
    Month,
}

/// The bars that answer a request, or why there are none.
///
/// # Errors
/// Code and text of the broker.
pub fn answer(market: &Market, request: &HistoryRequest) -> Result<Vec<HistoryBar>, (i32, String)> {
    let symbol = request.contract.as_ref().unwrap().symbol.clone().unwrap();
    if let Some(bars) = market.given.get(&symbol) {
        return Ok(bars.clone());
    }
    let what = request.what_to_show.clone().unwrap();
    let end = parse_end(&request.end_date_time.clone().unwrap_or_default());
    let duration = request.duration.clone().unwrap();
    let size = parse_size(&request.bar_size_setting.clone().unwrap());
    check(&duration, size)?;
    let is_regular = request.use_rth.unwrap_or(false);
    let bars = match size {
        Size::Seconds(step) => intraday(market, &symbol, end, &duration, (step, is_regular)),
        _ => dated(market, &symbol, end, &duration, size),
    };
    if bars.is_empty() {
        let text = format!(
            "Historical Market Data Service error message:HMDS query returned no data: \
             {symbol}@SMART {what}"
        );
        return Err((162, text));
    }
    let has_volume = what == "TRADES";
    Ok(bars.into_iter().map(|bar| if has_volume { bar } else { without_volume(bar) }).collect())
}

/// The table of step sizes for short bars, and the longest counts of a unit.
fn check(duration: &str, size: Size) -> Result<(), (i32, String)> {
    let (count, unit) = parse_duration(duration);
    let most = match size {
        Size::Seconds(..5) => 1_800,
        Size::Seconds(5..10) => 3_600,
        Size::Seconds(10..30) => 14_400,
        Size::Seconds(30..60) => 28_800,
        _ => 86_400,
    };
    let refused =
        |text: &str| Err((321, format!("Error validating request.-'bN' : cause - {text}")));
    match unit {
        'S' if count > most => refused("Historical data request is for more seconds than allowed."),
        'S' => Ok(()),
        _ if most < 86_400 => refused("Duration and bar size do not fit."),
        'D' if count > 365 => refused(
            "Historical data requests for durations longer than 365 days must be made in years.",
        ),
        _ => Ok(()),
    }
}

fn intraday(
    market: &Market,
    symbol: &str,
    end: i64,
    duration: &str,
    (step, is_regular): (i64, bool),
) -> Vec<HistoryBar> {
    let (count, unit) = parse_duration(duration);
    let (sessions, seconds) = match unit {
        'S' => (count / 20_000 + 3, count),
        'D' => (count, i64::MAX),
        other => panic!("the double has no unit {other}"),
    };
    let first = day_of(end) - (sessions * 2 + 10).days();
    let days = market.sessions_before(symbol, end, first, is_regular);
    let days = &days[days.len().saturating_sub(usize::try_from(sessions).unwrap())..];
    let mut bars = Vec::new();
    for session in days {
        let mut time = session.open;
        while time < session.close.min(end) {
            // Bars are cut where the clock shows a multiple of their length.
            let midnight = super::market::at(session.date, (0, 0));
            let next = midnight + ((time - midnight) / step + 1) * step;
            bars.push((time, next.min(session.close)));
            time = next;
        }
    }
    let mut left = seconds;
    let mut kept = Vec::new();
    for &(open, close) in bars.iter().rev() {
        if left <= 0 {
            break;
        }
        left -= close - open;
        kept.push(bar(market, symbol, open, open.to_string()));
    }
    kept.reverse();
    kept
}

fn dated(market: &Market, symbol: &str, end: i64, duration: &str, size: Size) -> Vec<HistoryBar> {
    let (count, unit) = parse_duration(duration);
    let last = day_of(end);
    let first = match unit {
        'D' => last - (count * 2 + 10).days(),
        'Y' => last - count.years(),
        other => panic!("the double has no unit {other}"),
    };
    let mut days = market.sessions_before(symbol, end, first, true);
    if unit == 'D' {
        days = days.split_off(days.len().saturating_sub(usize::try_from(count).unwrap()));
    }
    let same = |a: Date, b: Date| match size {
        Size::Week => monday(a) == monday(b),
        Size::Month => a.first_of_month() == b.first_of_month(),
        _ => a == b,
    };
    days.chunk_by(|a, b| same(a.date, b.date))
        .map(|period| {
            let parts: Vec<_> =
                period.iter().map(|day| bar(market, symbol, day.open, String::new())).collect();
            let date = period.last().unwrap().date.strftime("%Y%m%d").to_string();
            join(&parts, date)
        })
        .collect()
}

fn monday(date: Date) -> Date {
    let mut date = date;
    while date.weekday() != Weekday::Monday {
        date -= 1.day();
    }
    date
}

fn bar(market: &Market, symbol: &str, time: i64, date: String) -> HistoryBar {
    let (open, close) = (market.price(symbol, time), market.price(symbol, time + 7));
    HistoryBar {
        date: Some(date),
        open: Some(open),
        high: Some(open.max(close) + 0.25),
        low: Some(open.min(close) - 0.25),
        close: Some(close),
        volume: Some(market.volume(symbol, time).to_string()),
        wap: Some(open.to_string()),
        bar_count: Some(17),
    }
}

fn join(parts: &[HistoryBar], date: String) -> HistoryBar {
    let all =
        |read: fn(&HistoryBar) -> Option<f64>| parts.iter().map(move |part| read(part).unwrap());
    let volume = |part: &HistoryBar| part.volume.as_ref().unwrap().parse::<u64>().unwrap();
    HistoryBar {
        date: Some(date),
        open: parts[0].open,
        high: Some(all(|part| part.high).fold(f64::MIN, f64::max)),
        low: Some(all(|part| part.low).fold(f64::MAX, f64::min)),
        close: parts[parts.len() - 1].close,
        volume: Some(parts.iter().map(volume).sum::<u64>().to_string()),
        ..parts[0].clone()
    }
}

fn without_volume(bar: HistoryBar) -> HistoryBar {
    let none = || Some("-1".to_owned());
    HistoryBar { volume: none(), wap: none(), bar_count: Some(-1), ..bar }
}

/// `20240110 21:00:00 UTC`.
pub fn parse_end(text: &str) -> i64 {
    let wall = text.strip_suffix(" UTC").unwrap_or_else(|| panic!("a time in UTC, was `{text}`"));
    let wall = jiff::civil::DateTime::strptime("%Y%m%d %H:%M:%S", wall).unwrap();
    jiff::tz::TimeZone::UTC.to_timestamp(wall).unwrap().as_second()
}

fn parse_duration(text: &str) -> (i64, char) {
    let (count, unit) = text.split_once(' ').unwrap();
    (count.parse().unwrap(), unit.parse().unwrap())
}

fn parse_size(text: &str) -> Size {
    let (count, unit) = text.split_once(' ').unwrap();
    let count: i64 = count.parse().unwrap();
    match unit {
        "secs" => Size::Seconds(count),
        "min" | "mins" => Size::Seconds(count * 60),
        "hour" | "hours" => Size::Seconds(count * 3600),
        "day" => Size::Day,
        "week" => Size::Week,
        "month" => Size::Month,
        other => panic!("the broker has no bars of {other}"),
    }
}
