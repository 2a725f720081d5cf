//! What the chart service is asked.

use jiff::ToSpan;

use super::printed::Splits;
use crate::base::{Date, DateRange, Timestamp, parse_date};
use crate::connectors::vendors::http::{Ask, in_path};
use crate::domain::{Calendar, Symbol, Timeframe};

/// What it offers.
pub(super) const OFFER: &str = "bars of 1min, 2min, 5min, 15min, 30min, 90min, 1h and 1d";

/// Its name for a timeframe.
pub(super) const fn interval(timeframe: Timeframe) -> Option<&'static str> {
    Some(match timeframe {
        Timeframe::Seconds(60) => "1m",
        Timeframe::Seconds(120) => "2m",
        Timeframe::Seconds(300) => "5m",
        Timeframe::Seconds(900) => "15m",
        Timeframe::Seconds(1800) => "30m",
        Timeframe::Seconds(5400) => "90m",
        Timeframe::Seconds(3600) => "1h",
        Timeframe::Day => "1d",
        Timeframe::Seconds(_) | Timeframe::Week | Timeframe::Month => return None,
    })
}

/// The most days of one request.
pub(super) const fn days_max(timeframe: Timeframe) -> Option<u32> {
    match timeframe {
        Timeframe::Seconds(60) => Some(7),
        Timeframe::Seconds(3600) => Some(730),
        Timeframe::Seconds(_) => Some(60),
        Timeframe::Day | Timeframe::Week | Timeframe::Month => None,
    }
}

/// Asks for the bars of a range; up to tomorrow if `range` is `None` after the first day.
pub(super) fn chart(base: &str, symbol: &Symbol, interval: &str, span: Span) -> Ask {
    Ask::new(base, format!("/v8/finance/chart/{}", in_path(symbol.as_str())))
        .query("period1", span.start_s)
        .query("period2", span.end_s)
        .query("interval", interval)
        .query("events", "div,split")
        .query("includePrePost", "false")
}

/// Unix seconds, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start_s: i64,
    end_s: i64,
}

impl Span {
    /// The days of a range.
    pub(super) fn of(range: DateRange, calendar: &Calendar) -> Self {
        let end = midnight(range.end().saturating_add(1.day()), calendar);
        Self { start_s: midnight(range.start(), calendar), end_s: end }
    }

    /// From the first day of a range to the end of today, so that all splits since come along.
    pub(super) fn until_today(range: DateRange, calendar: &Calendar, today: Date) -> Self {
        let end = today.max(range.end()).saturating_add(1.day());
        Self { start_s: midnight(range.start(), calendar), end_s: midnight(end, calendar) }
    }
}

fn midnight(date: Date, calendar: &Calendar) -> i64 {
    Timestamp::from_civil(date, 0, calendar.zone()).nanos().div_euclid(1_000_000_000)
}

/// The splits that were asked for before the bars, as a cursor: the day of the question, then each
/// split, such as `bars 2024-07-01 2020-08-31=4`.
pub(super) fn to_cursor(today: Date, splits: &Splits) -> String {
    let parts = splits.0.iter().map(|(date, ratio)| format!(" {date}={ratio}"));
    format!("bars {today}{}", parts.collect::<String>())
}

/// Reads [`to_cursor`]; `None` on another day, when there may be another split.
pub(super) fn from_cursor(cursor: &str, today: Date) -> Option<Splits> {
    let mut parts = cursor.strip_prefix("bars ")?.split(' ');
    if parse_date(parts.next()?).ok()? != today {
        return None;
    }
    let split = |part: &str| {
        let (date, ratio) = part.split_once('=')?;
        Some((parse_date(date).ok()?, ratio.parse().ok()?))
    };
    parts.map(split).collect::<Option<Vec<_>>>().map(Splits)
}
