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
