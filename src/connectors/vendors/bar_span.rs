//! When a vendor's bar began, when it may be known, and from when on it no longer changes.

use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::base::{Date, DateRange, Timestamp};
use crate::domain::{Calendar, CalendarError, Timeframe};
use crate::ports::FetchRequest;

const NANOS: i64 = 1_000_000_000;
/// After-hours trades and corrections enter a day's bar for so long after the close.
const DAY_SETTLES_S: i64 = 4 * 3600;
/// Late trades enter a short bar for so long.
const SHORT_BAR_SETTLES_S: i64 = 900;

/// From the first to the last instant of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BarSpan {
    pub(crate) open_time: Timestamp,
    pub(crate) available_at: Timestamp,
}

impl BarSpan {
    /// The span of a day, week or month that is dated with any of its days.
    ///
    /// A day without a session gives midnight to midnight; the lake refuses such bars.
    pub(crate) fn of_sessions(
        date: Date,
        timeframe: Timeframe,
        calendar: &Calendar,
    ) -> Result<Self, CalendarError> {
        let days = period(date, timeframe);
        let sessions = calendar.sessions(days)?;
        let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
        let (first, after) = (days.start(), days.end().saturating_add(1.day()));
        Ok(Self {
            open_time: sessions.first().map_or_else(|| midnight(first), |session| session.open),
            available_at: sessions.last().map_or_else(|| midnight(after), |session| session.close),
        })
    }

    /// The span of a bar of fixed length.
    pub(super) const fn of_seconds(open_time: Timestamp, seconds: u32) -> Self {
        let available_at = open_time.saturating_add_nanos(seconds as i64 * NANOS);
        Self { open_time, available_at }
    }

    /// Whether trading was open during a part of the bar.
    pub(super) fn is_in_session(self, calendar: &Calendar) -> Result<bool, CalendarError> {
        let session = calendar.session(self.open_time.date_in(calendar.zone()))?;
        Ok(session.is_some_and(|s| self.open_time < s.close && s.open < self.available_at))
    }

    /// Whether the request asks for the bar, and the vendor has all of it at `now`.
    pub(super) fn is_wanted(self, request: &FetchRequest, zone: &TimeZone, now: Timestamp) -> bool {
        request.range.contains(self.open_time.date_in(zone))
            && self.is_settled(request.timeframe, now)
    }

    /// Whether the vendor has the whole bar at `now` and no longer changes it.
    pub(super) fn is_settled(self, timeframe: Timeframe, now: Timestamp) -> bool {
        let seconds =
            if timeframe.seconds().is_some() { SHORT_BAR_SETTLES_S } else { DAY_SETTLES_S };
        self.available_at.saturating_add_nanos(seconds * NANOS) <= now
    }
}

/// The days of the bar that `date` belongs to.
pub(super) fn period(date: Date, timeframe: Timeframe) -> DateRange {
    let (start, end) = match timeframe {
        Timeframe::Week => {
            let weekday = i64::from(date.weekday().to_monday_zero_offset());
            let monday = date.saturating_sub(weekday.days());
            (monday, monday.saturating_add(6.days()))
        }
        Timeframe::Month => (date.first_of_month(), date.last_of_month()),
        Timeframe::Seconds(_) | Timeframe::Day => (date, date),
    };
    #[expect(clippy::expect_used, reason = "a period never ends before it begins")]
    DateRange::try_new(start, end).expect("a period in order")
}

/// A range stretched to whole weeks or months.
pub(super) fn whole_periods(range: DateRange, timeframe: Timeframe) -> DateRange {
    let (first, last) = (period(range.start(), timeframe), period(range.end(), timeframe));
    DateRange::try_new(first.start(), last.end()).unwrap_or(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;
    use crate::domain::CalendarName;

    fn check(date: &str, timeframe: &str, expected: &str) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let (date, timeframe) = (parse_date(date).unwrap(), timeframe.parse().unwrap());
        let span = BarSpan::of_sessions(date, timeframe, &calendar).unwrap();
        assert_eq!(format!("{}..{}", span.open_time, span.available_at), expected);
    }

    #[test]
    fn long_bars_span_their_sessions() {
        check("2019-07-03", "1d", "2019-07-03T13:30:00Z..2019-07-03T17:00:00Z");
        check("2019-01-05", "1d", "2019-01-05T05:00:00Z..2019-01-06T05:00:00Z");
        check("2019-01-03", "1w", "2018-12-31T14:30:00Z..2019-01-04T21:00:00Z");
        check("2019-01-31", "1mo", "2019-01-02T14:30:00Z..2019-01-31T21:00:00Z");
    }

    #[test]
    fn a_bar_counts_once_its_corrections_are_in() {
        let calendar = Calendar::new(CalendarName::Xnys);
        let day = parse_date("2019-01-02").unwrap();
        let span = BarSpan::of_sessions(day, Timeframe::Day, &calendar).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!span.is_settled(Timeframe::Day, at("2019-01-02T22:00:00Z")));
        assert!(span.is_settled(Timeframe::Day, at("2019-01-03T01:00:00Z")));
        let minute = BarSpan::of_seconds(at("2019-01-02T20:59:00Z"), 60);
        assert!(minute.is_in_session(&calendar).unwrap());
        assert!(!minute.is_settled(Timeframe::Seconds(60), at("2019-01-02T21:14:59Z")));
        assert!(minute.is_settled(Timeframe::Seconds(60), at("2019-01-02T21:15:00Z")));
        let after = BarSpan::of_seconds(at("2019-01-02T21:00:00Z"), 60);
        assert!(!after.is_in_session(&calendar).unwrap());
    }

    #[test]
    fn ranges_grow_to_whole_periods() {
        let range: DateRange = "2019-01-03..2019-02-05".parse().unwrap();
        assert_eq!(whole_periods(range, Timeframe::Week).to_string(), "2018-12-31..2019-02-10");
        assert_eq!(whole_periods(range, Timeframe::Month).to_string(), "2019-01-01..2019-02-28");
        assert_eq!(whole_periods(range, Timeframe::Day), range);
    }
}
