//! A made-up market in New York, the same at every call.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::wire::HistoryBar;

/// Who is traded, and when.
#[derive(Debug, Clone)]
pub struct Market {
    /// Days without trading, besides weekends.
    pub holidays: BTreeSet<Date>,
    /// Days that end at 13:00.
    pub half_days: BTreeSet<Date>,
    /// First days of symbols that were not always there.
    pub listed: BTreeMap<String, Date>,
    /// Symbols that nobody knows.
    pub unknown: BTreeSet<String>,
    /// Symbols that two contracts bear.
    pub ambiguous: BTreeSet<String>,
    /// Bars that are sent instead of made-up ones, by symbol.
    pub given: BTreeMap<String, Vec<HistoryBar>>,
    /// Ticks in the second that is so many seconds after the open.
    pub ticks_in: fn(i64) -> usize,
    /// Whether an answer of ticks is filled up to the end of its last second.
    pub fills_seconds: bool,
}

impl Default for Market {
    fn default() -> Self {
        let dates = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Self {
            // Of the years that the tests use.
            holidays: dates(&[
                "2018-12-05",
                "2018-12-25",
                "2019-01-01",
                "2019-01-21",
                "2019-02-18",
                "2019-04-19",
                "2019-05-27",
                "2019-07-04",
                "2019-09-02",
                "2019-11-28",
                "2019-12-25",
                "2020-01-01",
                "2024-01-01",
                "2024-01-15",
                "2024-02-19",
                "2024-03-29",
                "2024-05-27",
                "2024-06-19",
                "2024-07-04",
                "2024-09-02",
                "2024-11-28",
                "2024-12-25",
            ]),
            half_days: dates(&[
                "2018-12-24",
                "2019-07-03",
                "2019-11-29",
                "2019-12-24",
                "2024-07-03",
                "2024-11-29",
                "2024-12-24",
            ]),
            listed: BTreeMap::new(),
            unknown: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            given: BTreeMap::new(),
            ticks_in: |second| [1, 0, 2][usize::try_from(second % 3).unwrap()],
            fills_seconds: true,
        }
    }
}

/// One day of trading, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub date: Date,
    pub open: i64,
    pub close: i64,
}

impl Market {
    /// The session of a day, with regular or all hours.
    pub fn session(&self, symbol: &str, date: Date, is_regular: bool) -> Option<Session> {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let is_early = self.listed.get(symbol).is_some_and(|first| date < *first);
        if is_weekend || is_early || self.holidays.contains(&date) {
            return None;
        }
        let (open, close) = match (is_regular, self.half_days.contains(&date)) {
            (true, false) => ((9, 30), (16, 0)),
            (true, true) => ((9, 30), (13, 0)),
            (false, false) => ((4, 0), (20, 0)),
            (false, true) => ((4, 0), (17, 0)),
        };
        Some(Session { date, open: at(date, open), close: at(date, close) })
    }

    /// The last sessions that open before `end`, oldest first.
    pub fn sessions_before(
        &self,
        symbol: &str,
        end: i64,
        first: Date,
        is_regular: bool,
    ) -> Vec<Session> {
        let mut date = day_of(end);
        let mut sessions = Vec::new();
        while date >= first {
            let session = self.session(symbol, date, is_regular);
            sessions.extend(session.filter(|session| session.open < end));
            date -= 1.day();
        }
        sessions.reverse();
        sessions
    }

    /// The price of a symbol at an instant, in cents.
    pub fn price(&self, symbol: &str, time: i64) -> f64 {
        let base = 5_000 + noise(symbol, 0) % 40_000;
        let moves = noise(symbol, time) % 400;
        (base + moves) as f64 / 100.0
    }

    /// What was traded at an instant.
    pub fn volume(&self, symbol: &str, time: i64) -> u64 {
        100 + noise(symbol, time + 1) % 10_000
    }
}

/// The day that a clock in New York shows.
pub fn day_of(time: i64) -> Date {
    new_york().to_datetime(jiff::Timestamp::from_second(time).unwrap()).date()
}

/// When a clock in New York shows hour and minute of a day.
pub fn at(date: Date, (hour, minute): (i8, i8)) -> i64 {
    let wall = date.at(hour, minute, 0, 0);
    new_york().to_timestamp(wall).unwrap().as_second()
}

fn new_york() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

/// A number that depends on the name and the instant and on nothing else.
pub fn noise(symbol: &str, time: i64) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in symbol.bytes().chain(time.to_le_bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state ^ (state >> 29)
}
