//! The periods of a longer timeframe and when each is complete.

use jiff::ToSpan;

use crate::base::{Date, DateRange, Timestamp};
use crate::domain::{Calendar, Session, Timeframe};

const NANOS: i64 = 1_000_000_000;
const NEVER: Timestamp = Timestamp::MAX;

/// One period: whole sessions, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// Bars that open in `from..to` belong to it.
    pub(super) from: Timestamp,
    /// The first instant after it.
    pub(super) to: Timestamp,
    /// A first bar that opens at or after this came late: something before it is missing.
    pub(super) late_from: Timestamp,
    /// A bar that opens at or after this is its last one.
    pub(super) last_from: Timestamp,
}

/// Cuts the time of a universe into periods of a longer timeframe.
///
/// Periods shorter than a day are counted from the open of the session (from midnight where there
/// is none) and end at its close at the latest. Days, weeks (Monday to Sunday) and months are civil
/// ones in the zone of the calendar and complete with the last session they hold; past the horizon
/// of the calendar they are complete only when a later bar arrives.
#[derive(Debug, Clone)]
pub(super) struct PeriodClock {
    base: Timeframe,
    longer: Timeframe,
    calendar: Calendar,
}

impl PeriodClock {
    pub(super) fn new(base: Timeframe, longer: Timeframe, calendar: &Calendar) -> Self {
        Self { base, longer, calendar: calendar.clone() }
    }

    /// The period of a bar that opens at `open_time`.
    pub(super) fn period(&self, open_time: Timestamp) -> Period {
        let date = open_time.date_in(self.calendar.zone());
        match self.longer {
            Timeframe::Seconds(count) => self.part_of_day(open_time, date, count),
            Timeframe::Day => self.days(date, date),
            Timeframe::Week => {
                let since_monday = i64::from(date.weekday().to_monday_zero_offset());
                let monday = date.saturating_sub(since_monday.days());
                self.days(monday, monday.saturating_add(6.days()))
            }
            Timeframe::Month => self.days(date.first_of_month(), date.last_of_month()),
        }
    }

    fn part_of_day(&self, open_time: Timestamp, date: Date, count: u32) -> Period {
        let session = self.calendar.session(date).ok().flatten();
        let anchor = session.map_or_else(|| self.midnight(date), |session| session.open);
        let length = i64::from(count) * NANOS;
        let index = (open_time.nanos() - anchor.nanos()).div_euclid(length);
        let mut from = anchor.saturating_add_nanos(index * length);
        let mut to = from.saturating_add_nanos(length);
        if let Some(session) = session {
            if open_time < session.close {
                to = to.min(session.close);
            } else {
                from = from.max(session.close);
            }
        }
        let bar = self.bar_nanos();
        Period {
            from,
            to,
            late_from: from.saturating_add_nanos(bar),
            last_from: to.saturating_add_nanos(-bar),
        }
    }

    /// Civil days, both included.
    fn days(&self, first: Date, last: Date) -> Period {
        let sessions = DateRange::try_new(first, last)
            .ok()
            .and_then(|range| self.calendar.sessions(range).ok())
            .unwrap_or_default();
        let to = self.midnight(last.saturating_add(1.day()));
        let (late_from, last_from) = match (sessions.first(), sessions.last()) {
            (Some(first), Some(last)) => (self.after_open(first), self.last_bar(last)),
            _ => (to, NEVER),
        };
        Period { from: self.midnight(first), to, late_from, last_from }
    }

    /// From when on a bar is not the first of the session any more.
    fn after_open(&self, session: &Session) -> Timestamp {
        match self.base {
            Timeframe::Seconds(_) => session.open.saturating_add_nanos(self.bar_nanos()),
            _ => self.midnight(session.date.saturating_add(1.day())),
        }
    }

    /// From when on a bar is the last of the session.
    fn last_bar(&self, session: &Session) -> Timestamp {
        match self.base {
            Timeframe::Seconds(_) => session.close.saturating_add_nanos(-self.bar_nanos()),
            _ => self.midnight(session.date),
        }
    }

    fn midnight(&self, date: Date) -> Timestamp {
        Timestamp::from_civil(date, 0, self.calendar.zone())
    }

    fn bar_nanos(&self) -> i64 {
        i64::from(self.base.seconds().unwrap_or(0)) * NANOS
    }
}

/// The largest number of bars of `base` in a period of `longer`.
pub(super) fn rows_per_period(base: Timeframe, longer: Timeframe, calendar: &Calendar) -> usize {
    let whole_week = calendar.sessions_per_year() > 300.0;
    let sessions: f64 = match (longer, whole_week) {
        (Timeframe::Seconds(_) | Timeframe::Day, _) => 1.0,
        (Timeframe::Week, false) => 5.0,
        (Timeframe::Week, true) => 7.0,
        (Timeframe::Month, false) => 23.0,
        (Timeframe::Month, true) => 31.0,
    };
    let bars = match (base.seconds(), longer.seconds()) {
        (Some(short), Some(long)) => f64::from(long) / f64::from(short),
        (Some(short), None) => sessions * calendar.session_seconds() / f64::from(short),
        (None, _) => sessions,
    };
    bars.ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CalendarName;

    fn check(base: &str, longer: &str, open_time: &str, expected: [&str; 4]) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let clock = PeriodClock::new(base.parse().unwrap(), longer.parse().unwrap(), &calendar);
        let period = clock.period(open_time.parse().unwrap());
        let found = [period.from, period.to, period.late_from, period.last_from];
        let shown = found.map(|time| time.to_string());
        assert_eq!(shown.each_ref().map(|text| text.trim_end_matches(":00Z")), expected);
    }

    #[test]
    fn parts_of_a_day_count_from_the_open_and_end_with_the_close() {
        let at = |time: &str| format!("2024-01-08T{time}");
        for (open_time, expected) in [
            ("13:55", ["13:30", "14:30", "13:35", "14:25"]),
            ("14:30", ["14:30", "15:30", "14:35", "15:25"]),
            ("20:55", ["20:30", "21:00", "20:35", "20:55"]),
            ("21:00", ["21:00", "21:30", "21:05", "21:25"]),
            ("21:30", ["21:30", "22:30", "21:35", "22:25"]),
        ] {
            let expected = expected.map(at);
            let expected = expected.each_ref().map(String::as_str);
            check("5min", "1h", &at(&format!("{open_time}:00Z")), expected);
        }
    }

    #[test]
    fn weeks_and_months_close_with_their_last_session() {
        let monday_to_thursday =
            ["2024-03-25T04:00", "2024-04-01T04:00", "2024-03-26T04:00", "2024-03-28T04:00"];
        check("1d", "1w", "2024-03-27T13:30:00Z", monday_to_thursday);
        let march =
            ["2024-03-01T05:00", "2024-04-01T04:00", "2024-03-01T14:35", "2024-03-28T19:55"];
        check("5min", "1mo", "2024-03-27T13:30:00Z", march);
    }

    #[test]
    fn past_the_horizon_only_a_later_bar_closes_a_week() {
        let calendar = Calendar::new(CalendarName::Xnys);
        let clock = PeriodClock::new(Timeframe::Day, Timeframe::Week, &calendar);
        let period = clock.period("2040-01-04T14:30:00Z".parse().unwrap());
        assert_eq!(period.last_from, NEVER);
        assert_eq!(period.to.to_string(), "2040-01-09T05:00:00Z");
    }
}
