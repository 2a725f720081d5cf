//! What to ask the bridge, and in which pieces.

use jiff::ToSpan;

use crate::base::{Date, DateRange, Timestamp, parse_date};
use crate::config::FileContent;
use crate::connectors::platforms::mt5::divides;
use crate::connectors::vendors::http::{Ask, in_path};
use crate::dataset::ticks::days_of_bar;
use crate::domain::{Calendar, Timeframe};
use crate::ports::{FetchRequest, SourceError};

/// The bars that the bridge knows, the longest first.
const CODES: [(&str, Timeframe); 9] = [
    ("MN1", Timeframe::Month),
    ("W1", Timeframe::Week),
    ("D1", Timeframe::Day),
    ("H4", Timeframe::Seconds(14_400)),
    ("H1", Timeframe::Seconds(3600)),
    ("M30", Timeframe::Seconds(1800)),
    ("M15", Timeframe::Seconds(900)),
    ("M5", Timeframe::Seconds(300)),
    ("M1", Timeframe::Seconds(60)),
];

/// The most bars that one request asks for: a terminal keeps 100,000 in a chart if it is not told
/// otherwise.
const BARS_MAX: i64 = 50_000;
/// The most days of one request for long bars.
const DAYS_MAX: i64 = 3650;
/// Clocks that are set back show the same times twice: an hour more at either end.
const SLACK_S: i64 = 3600;

/// The bars to ask for, and how long they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) name: &'static str,
    pub(super) length: Timeframe,
}

/// The longest bars that make up those of a request.
pub(super) fn code(timeframe: Timeframe, calendar: &Calendar) -> Result<Code, SourceError> {
    let fits = |(_, length): &&(&str, Timeframe)| {
        *length == timeframe
            || length.seconds().is_some() && divides(*length, timeframe, calendar.name())
    };
    let found = CODES.iter().find(fits);
    let found = found.ok_or_else(|| SourceError::Unsupported {
        source_name: "mt5",
        supported: "bars of whole minutes; shorter ones with `content: ticks`",
        wanted: format!("bars of {timeframe}"),
    })?;
    Ok(Code { name: found.0, length: found.1 })
}

/// A piece of a request: whole bars, never parts of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) days: DateRange,
    /// The first day of the next piece.
    pub(super) next: Option<Date>,
}

impl Piece {
    /// The piece that a cursor names: the first day, or nothing for the first piece.
    pub(super) fn of(
        request: &FetchRequest,
        content: FileContent,
        code: Option<Code>,
        cursor: Option<&str>,
    ) -> Result<Self, SourceError> {
        let range = request.range;
        let unknown = |cursor: &str| SourceError::Cursor {
            place: "mt5".to_owned(),
            cursor: cursor.to_owned(),
        };
        let first = match cursor {
            None => range.start(),
            Some(text) => parse_date(text)
                .ok()
                .filter(|date| range.contains(*date))
                .ok_or_else(|| unknown(text))?,
        };
        let count = match (content, code.and_then(|code| code.length.seconds())) {
            (FileContent::Ticks, _) => 1,
            (FileContent::Bars, Some(seconds)) => BARS_MAX * i64::from(seconds) / 86_400,
            (FileContent::Bars, None) => DAYS_MAX,
        };
        let last = first.saturating_add(count.clamp(1, DAYS_MAX).days()).saturating_sub(1.day());
        // Days in one piece are whole weeks and months of the request.
        let last = days_of_bar(last, request.timeframe).end().min(range.end());
        let days = DateRange::try_new(first, last).unwrap_or(range);
        let next = (last < range.end()).then(|| last.saturating_add(1.day()));
        Ok(Self { days, next })
    }

    /// From the first instant of the piece to the first one after it, weeks and months in full.
    pub(super) fn instants(
        &self,
        timeframe: Timeframe,
        calendar: &Calendar,
    ) -> (Timestamp, Timestamp) {
        let end = days_of_bar(self.days.end(), timeframe).end().saturating_add(1.day());
        let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
        (midnight(self.days.start()), midnight(end))
    }
}

/// Seconds of the bridge, from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start_s: i64,
    pub(super) end_s: i64,
}

impl Window {
    /// What the server's clock shows at either end, less what the bridge subtracts.
    pub(super) const fn new(shown_from_s: i64, shown_to_s: i64, offset_s: i64) -> Self {
        Self { start_s: shown_from_s - offset_s - SLACK_S, end_s: shown_to_s - offset_s + SLACK_S }
    }
}

impl Window {
    /// The window of bars of a day and longer, which the server dates; weeks begin a day earlier there.
    pub(super) fn of_days(days: DateRange, offset_s: i64) -> Self {
        let shown_s = |date: Date| Timestamp::midnight_utc(date).nanos() / 1_000_000_000;
        let (first, last) = (days.start(), days.end());
        let (from, to) = (first.saturating_sub(2.days()), last.saturating_add(2.days()));
        Self::new(shown_s(from), shown_s(to), offset_s)
    }
}

/// The newest days, which tell what the bridge subtracts from the server's clock.
pub(super) fn newest_days(base_url: &str, name: &str) -> Ask {
    let path = format!("/rates/{}", in_path(name));
    Ask::new(base_url, path).query("timeframe", "D1").query("count", 5)
}

/// The bars of a window.
pub(super) fn rates(base_url: &str, name: &str, code: Code, window: Window) -> Ask {
    let path = format!("/rates_range/{}", in_path(name));
    let ask = Ask::new(base_url, path).query("timeframe", code.name);
    ask.query("start", window.start_s).query("end", window.end_s)
}

/// The ticks of a window.
pub(super) fn ticks(base_url: &str, name: &str, window: Window) -> Ask {
    let path = format!("/ticks_range/{}", in_path(name));
    let ask = Ask::new(base_url, path).query("start", window.start_s);
    ask.query("end", window.end_s).query("flags", "ALL")
}

/// What the bridge subtracts from the server's clock, in seconds, told by the times of days, which
/// begin at midnight of the server; `None` if they do not agree.
pub(super) fn offset_s(days: impl IntoIterator<Item = i64>) -> Option<i64> {
    const DAY_S: i64 = 86_400;
    /// No clock is further ahead of UTC.
    const AHEAD_MAX_S: i64 = 14 * 3600;
    let mut offsets = days.into_iter().map(|time| (DAY_S - time.rem_euclid(DAY_S)) % DAY_S);
    let first = offsets.next()?;
    let signed = if first > AHEAD_MAX_S { first - DAY_S } else { first };
    offsets.all(|other| other == first).then_some(signed)
}
