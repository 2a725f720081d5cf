//! Which bar opens a session, which one closes it, and when orders of the day end.

use jiff::ToSpan;

use crate::base::{Date, Timestamp};
use crate::domain::{Bar, Calendar, CalendarName};

/// The sessions of the venue. Days that the calendar does not know last from midnight to midnight UTC.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    calendar: Calendar,
}

impl Hours {
    pub(super) fn new(calendar: CalendarName) -> Self {
        Self { calendar: Calendar::new(calendar) }
    }

    /// The day of the session that a bar belongs to.
    pub(super) fn day(&self, bar: &Bar) -> Date {
        bar.open_time.date_in(self.calendar.zone())
    }

    /// Whether a bar is the last of its session.
    pub(super) fn is_last(&self, bar: &Bar) -> bool {
        match self.calendar.session(self.day(bar)) {
            Ok(Some(session)) => bar.available_at >= session.close,
            Ok(None) | Err(_) => true,
        }
    }

    /// The first close of a session after `time`.
    pub(super) fn close_after(&self, time: Timestamp) -> Timestamp {
        let day = time.date_in(self.calendar.zone());
        if let Ok(Some(session)) = self.calendar.session(day)
            && session.close > time
        {
            return session.close;
        }
        let next = self.calendar.next_session(day);
        next.map_or_else(|_| midnight_after(time), |session| session.close)
    }

    /// The close of the first session that opens at `time` or later.
    pub(super) fn close_of_next_open(&self, time: Timestamp) -> Timestamp {
        let day = time.date_in(self.calendar.zone());
        if let Ok(Some(session)) = self.calendar.session(day)
            && session.open >= time
        {
            return session.close;
        }
        let next = self.calendar.next_session(day);
        next.map_or_else(|_| midnight_after(time), |session| session.close)
    }
}

fn midnight_after(time: Timestamp) -> Timestamp {
    Timestamp::midnight_utc(time.date_utc().saturating_add(1.day()))
}
