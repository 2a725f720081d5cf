//! Lengths of bars, durations and times as clients write them.

use jiff::ToSpan;

use crate::base::{Date, Timestamp};
use crate::connectors::simulated::brokerage::VirtualMarket;
use crate::domain::Session;

const SECOND: i64 = 1_000_000_000;

/// The length of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BarSize {
    Seconds(i64),
    Day,
    Week,
    Month,
}

impl BarSize {
    /// `5 mins`, `1 day`, `1W`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "1W" => return Some(Self::Week),
            "1M" => return Some(Self::Month),
            _ => {}
        }
        let (count, unit) = text.split_once(' ')?;
        let count: i64 = count.parse().ok().filter(|count| *count > 0)?;
        let seconds = match unit {
            "sec" | "secs" => 1,
            "min" | "mins" => 60,
            "hour" | "hours" => 3600,
            "day" | "days" if count == 1 => return Some(Self::Day),
            "week" | "weeks" if count == 1 => return Some(Self::Week),
            "month" | "months" if count == 1 => return Some(Self::Month),
            _ => return None,
        };
        Some(Self::Seconds(count * seconds))
    }

    /// The bar that an instant of a session ends or lies in: its begin and its end. A day and more is a day here.
    pub(super) fn around(
        self,
        market: &VirtualMarket,
        session: &Session,
        at: Timestamp,
    ) -> (Timestamp, Timestamp) {
        let Self::Seconds(seconds) = self else { return (session.open, session.close) };
        let midnight = Timestamp::from_civil(session.date, 0, market.calendar().zone());
        let length = seconds * SECOND;
        let inside = (at.nanos() - 1).max(session.open.nanos()) - midnight.nanos();
        let begin = midnight.nanos() + inside.div_euclid(length) * length;
        let (begin, end) = (Timestamp::from_nanos(begin), Timestamp::from_nanos(begin + length));
        (begin.max(session.open), end.min(session.close))
    }
}

/// The sessions that a duration before `end` reaches back to, and when it begins.
pub(super) fn reach(
    market: &VirtualMarket,
    duration: &str,
    end: Timestamp,
) -> Option<(Timestamp, Vec<Session>)> {
    let (count, unit) = duration.split_once(' ')?;
    let count: i64 = count.parse().ok().filter(|count| (1..=1_000_000).contains(count))?;
    let last = end.date_in(market.calendar().zone());
    let first = match unit {
        "S" => last.saturating_sub((count / 10_000 + 10).days()),
        "D" => last.saturating_sub((count * 2 + 10).days()),
        "W" => last.saturating_sub((count * 7 - 1).days()),
        "M" => last.saturating_sub(count.months()).saturating_add(1.day()),
        "Y" => last.saturating_sub(count.years()).saturating_add(1.day()),
        _ => return None,
    };
    let mut sessions = sessions(market, first, last);
    sessions.retain(|session| session.open < end);
    if unit == "D" {
        let surplus = sessions.len().saturating_sub(usize::try_from(count).unwrap_or(0));
        sessions.drain(..surplus);
    }
    let mut start = sessions.first()?.open;
    if unit == "S" {
        let mut left = count * SECOND;
        for (index, session) in sessions.iter().enumerate().rev() {
            let traded = session.close.min(end).nanos() - session.open.nanos();
            if left <= traded {
                start = Timestamp::from_nanos(session.close.min(end).nanos() - left);
                sessions.drain(..index);
                break;
            }
            left -= traded;
        }
    }
    Some((start, sessions))
}

fn sessions(market: &VirtualMarket, first: Date, last: Date) -> Vec<Session> {
    let mut sessions = Vec::new();
    let mut date = first;
    while date <= last {
        sessions.extend(market.calendar().session(date).ok().flatten());
        date = date.saturating_add(1.day());
    }
    sessions
}

/// `20240110 15:00:00 US/Eastern`, or UTC where the market keeps that.
pub(super) fn stamp(market: &VirtualMarket, at: Timestamp) -> String {
    let zone = market.calendar().zone();
    let name = if zone.iana_name() == Some("America/New_York") { "US/Eastern" } else { "UTC" };
    format!("{} {name}", zone.to_datetime(at.to_jiff()).strftime("%Y%m%d %H:%M:%S"))
}

/// A time as [`stamp`] writes it, with another zone or none (the market's), or `20240110-15:00:00` in UTC.
pub(super) fn read_time(market: &VirtualMarket, text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (zone, wall) = if let Ok(wall) = wall("%Y%m%d-%H:%M:%S", text) {
        (jiff::tz::TimeZone::UTC, wall)
    } else {
        let end = text.match_indices(' ').nth(1).map_or(text.len(), |(index, _)| index);
        let (when, name) = text.split_at(end);
        let zone = match name.trim() {
            "" => market.calendar().zone().clone(),
            "UTC" | "GMT" => jiff::tz::TimeZone::UTC,
            "US/Eastern" => jiff::tz::TimeZoneDatabase::bundled().get("America/New_York").ok()?,
            name => jiff::tz::TimeZoneDatabase::bundled().get(name).ok()?,
        };
        (zone, wall("%Y%m%d %H:%M:%S", when).ok()?)
    };
    let nanos = zone.to_timestamp(wall).ok()?.as_nanosecond();
    i64::try_from(nanos).ok().map(Timestamp::from_nanos)
}

fn wall(format: &str, text: &str) -> Result<jiff::civil::DateTime, jiff::Error> {
    jiff::civil::DateTime::strptime(format, text)
}
