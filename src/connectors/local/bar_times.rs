//! From the time written in a file to the span of a bar.

use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::base::{Date, Timestamp, parse_date};
use crate::dataset::ticks::days_of_bar;
use crate::domain::{Calendar, CalendarError, Timeframe};

const NANOS: i64 = 1_000_000_000;

/// A time as a file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum WrittenTime {
    /// A day.
    Date(Date),
    /// A wall clock without a zone: that of the exchange.
    Wall(DateTime),
    /// An instant, and the day that its text shows.
    Instant(Timestamp, Date),
}

/// When a bar began and when it may be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BarTimes {
    pub(super) open_time: Timestamp,
    pub(super) available_at: Timestamp,
}

/// What a time column must hold.
pub(super) const TIME_FORMATS: &str = "YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or RFC 3339";

/// Reads one of [`TIME_FORMATS`].
pub(super) fn parse_time(text: &str) -> Option<WrittenTime> {
    if let Ok(date) = parse_date(text) {
        return Some(WrittenTime::Date(date));
    }
    let date = parse_date(text.get(..10)?).ok()?;
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(WrittenTime::Instant(instant, date));
    }
    text.parse().ok().map(WrittenTime::Wall)
}

/// The day of a bar in the zone of the exchange.
///
/// Bars of a day and longer belong to the day that is written, whatever the hour and the offset.
pub(super) fn bar_date(time: WrittenTime, timeframe: Timeframe, calendar: &Calendar) -> Date {
    match time {
        WrittenTime::Date(date) => date,
        WrittenTime::Wall(wall) => wall.date(),
        WrittenTime::Instant(_, date) if timeframe.seconds().is_none() => date,
        WrittenTime::Instant(instant, _) => instant.date_in(calendar.zone()),
    }
}

/// The span of a bar: from first open to last close of its sessions, or its fixed length.
///
/// A day without a session gives midnight to midnight; the lake refuses such bars.
pub(super) fn bar_times(
    time: WrittenTime,
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<BarTimes, CalendarError> {
    let date = bar_date(time, timeframe, calendar);
    let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
    let Some(seconds) = timeframe.seconds() else {
        let period = days_of_bar(date, timeframe);
        let sessions = calendar.sessions(period)?;
        let open_time = sessions.first().map_or_else(|| midnight(date), |first| first.open);
        let after = period.end().saturating_add(1.day());
        let available_at = sessions.last().map_or_else(|| midnight(after), |last| last.close);
        return Ok(BarTimes { open_time, available_at });
    };
    let open_time = match time {
        WrittenTime::Date(date) => midnight(date),
        WrittenTime::Wall(wall) => at_wall(wall, calendar),
        WrittenTime::Instant(instant, _) => instant,
    };
    let available_at = open_time.saturating_add_nanos(i64::from(seconds) * NANOS);
    Ok(BarTimes { open_time, available_at })
}

fn at_wall(wall: DateTime, calendar: &Calendar) -> Timestamp {
    let clock = wall.time();
    let seconds =
        i32::from(clock.hour()) * 3600 + i32::from(clock.minute()) * 60 + i32::from(clock.second());
    let whole = Timestamp::from_civil(wall.date(), seconds, calendar.zone());
    whole.saturating_add_nanos(i64::from(clock.subsec_nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CalendarName;

    fn check(text: &str, timeframe: &str, expected: &str) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let time = parse_time(text).unwrap();
        let times = bar_times(time, timeframe.parse().unwrap(), &calendar).unwrap();
        assert_eq!(format!("{}..{}", times.open_time, times.available_at), expected, "{text}");
    }

    #[test]
    fn a_daily_bar_spans_its_session() {
        let day = "2019-01-02T14:30:00Z..2019-01-02T21:00:00Z";
        check("2019-01-02", "1d", day);
        check("2019-01-02 00:00:00", "1d", day);
        check("2019-01-02 00:00:00-05:00", "1d", day);
        check("2019-01-02T00:00:00Z", "1d", day);
        check("2019-07-03", "1d", "2019-07-03T13:30:00Z..2019-07-03T17:00:00Z");
        check("2019-01-05", "1d", "2019-01-05T05:00:00Z..2019-01-06T05:00:00Z");
    }

    #[test]
    fn longer_bars_span_their_sessions_and_shorter_ones_their_length() {
        check("2019-01-01", "1w", "2018-12-31T14:30:00Z..2019-01-04T21:00:00Z");
        check("2019-01-01", "1mo", "2019-01-02T14:30:00Z..2019-01-31T21:00:00Z");
        check("2019-07-02 09:30:00", "5min", "2019-07-02T13:30:00Z..2019-07-02T13:35:00Z");
        check("2019-07-02T13:30:00.5Z", "1s", "2019-07-02T13:30:00.5Z..2019-07-02T13:30:01.5Z");
    }

    #[test]
    fn other_texts_are_no_time() {
        for text in ["", "2019", "01/02/2019", "20190102", "2019-02-30", "2019-01-02 25:00:00", "é"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
