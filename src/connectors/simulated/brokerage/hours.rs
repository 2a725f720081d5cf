//! When the market is open.

use jiff::ToSpan;

use crate::base::Timestamp;
use crate::domain::{Calendar, CalendarName, Session};

/// Sessions around an instant. Days that the calendar does not know have none.
#[derive(Debug, Clone)]
pub(super) struct Hours {
    calendar: Calendar,
}

impl Hours {
    pub(super) fn new(name: CalendarName) -> Self {
        Self { calendar: Calendar::new(name) }
    }

    pub(super) const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The session that is on.
    pub(super) fn current(&self, at: Timestamp) -> Option<Session> {
        let session = self.calendar.session(at.date_in(self.calendar.zone())).ok().flatten()?;
        (session.open <= at && at < session.close).then_some(session)
    }

    /// The first session that opens after `at`.
    pub(super) fn next(&self, at: Timestamp) -> Option<Session> {
        let date = at.date_in(self.calendar.zone());
        let today = self.calendar.session(date).ok().flatten();
        today.filter(|session| session.open > at).or_else(|| self.calendar.next_session(date).ok())
    }

    /// The session that is on, or else the next one.
    pub(super) fn coming(&self, at: Timestamp) -> Option<Session> {
        self.current(at).or_else(|| self.next(at))
    }

    /// The last session that has opened.
    pub(super) fn last(&self, at: Timestamp) -> Option<Session> {
        let mut date = at.date_in(self.calendar.zone());
        for _ in 0..15 {
            let session = self.calendar.session(date).ok().flatten();
            if let Some(session) = session.filter(|session| session.open <= at) {
                return Some(session);
            }
            date = date.saturating_sub(1.day());
        }
        None
    }
}
