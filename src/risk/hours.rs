//! The sessions around the last order, so that the next one need not ask the calendar.

use jiff::ToSpan;

use super::market::{COUNTED_DAYS, DAY_S, seconds_between};
use crate::base::{DateRange, Timestamp};
use crate::domain::{Calendar, Session};

/// The sessions of some whole days.
#[derive(Debug, Clone, Default)]
pub(super) struct Hours {
    /// Where the first of these days begins and the last one ends.
    days: Option<(Timestamp, Timestamp)>,
    sessions: Vec<Session>,
}

/// What was looked up for the last order is no part of a gate.
impl PartialEq for Hours {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Hours {
    /// Looks the days from `start` to `end` up, unless they are known. Nothing is known where the calendar ends, or if
    /// the span is too long to be counted.
    pub(super) fn look_up(&mut self, calendar: &Calendar, start: Timestamp, end: Timestamp) {
        if self.covers(start, end) || seconds_between(start, end) > COUNTED_DAYS * DAY_S {
            return;
        }
        self.days = None;
        let zone = calendar.zone();
        let Ok(range) = DateRange::try_new(start.date_in(zone), end.date_in(zone)) else { return };
        let Ok(sessions) = calendar.sessions(range) else { return };
        self.sessions = sessions;
        let next = range.end().saturating_add(1.day());
        self.days = Some((
            Timestamp::from_civil(range.start(), 0, zone),
            Timestamp::from_civil(next, 0, zone),
        ));
    }

    /// The sessions that touch the days from `start` to `end`, and maybe some around them; `None` if they are not known.
    pub(super) fn around(&self, start: Timestamp, end: Timestamp) -> Option<&[Session]> {
        self.covers(start, end).then_some(&*self.sessions)
    }

    fn covers(&self, start: Timestamp, end: Timestamp) -> bool {
        self.days.is_some_and(|(first, last)| first <= start && start <= end && end < last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;
    use crate::domain::{CalendarName, Timeframe};
    use crate::risk::Market;

    const DAY_NANOS: f64 = 86_400e9;

    /// From before the calendar begins to after, over changes of the clock and holidays.
    #[test]
    fn what_is_kept_says_what_the_calendar_says() {
        let begin: Timestamp = "2019-03-01T00:00:00Z".parse().unwrap();
        let end_of_table: Timestamp = "2035-12-20T00:00:00Z".parse().unwrap();
        let mut rng = SeedStream::new(3).child("hours").rng();
        for calendar in [CalendarName::Xnys, CalendarName::AlwaysOpen] {
            for timeframe in [Timeframe::Seconds(60), Timeframe::Day, Timeframe::Week] {
                let calendar = Calendar::new(calendar);
                let market = Market { symbols: Vec::new(), timeframe, calendar };
                let (mut kept, nothing) = (Hours::default(), Hours::default());
                let mut is_kept = 0;
                for step in 0..6_000 {
                    let from = if step < 4_000 { begin } else { end_of_table };
                    let days = 0.01 * f64::from(step % 4_000) + rng.uniform();
                    let now = from.saturating_add_nanos((days * DAY_NANOS) as i64);
                    let age = rng.uniform() * [1e-3, 0.3, 4.0, 60.0][rng.below(4)];
                    let start = now.saturating_add_nanos((-age * DAY_NANOS) as i64);
                    kept.look_up(&market.calendar, start, now);
                    is_kept += usize::from(kept.around(start, now).is_some());
                    assert_eq!(market.is_open(&kept, now), market.is_open(&nothing, now), "{now}");
                    let bars = |hours: &Hours| market.intervals_between(hours, start, now);
                    assert_eq!(bars(&kept), bars(&nothing), "{start} to {now}");
                }
                assert!(is_kept > 3_000, "{is_kept}");
            }
        }
    }

    #[test]
    fn an_edge_of_a_session_is_an_edge() {
        let calendar = Calendar::new(CalendarName::Xnys);
        let market = Market { symbols: Vec::new(), timeframe: Timeframe::Day, calendar };
        let mut hours = Hours::default();
        for (time, is_open) in [
            ("2019-07-03T13:29:59.999999999Z", false),
            ("2019-07-03T13:30:00Z", true),
            ("2019-07-03T16:59:59.999999999Z", true),
            ("2019-07-03T17:00:00Z", false),
            ("2019-07-04T15:00:00Z", false),
            ("2019-07-05T15:00:00Z", true),
        ] {
            let now = time.parse().unwrap();
            hours.look_up(&market.calendar, now, now);
            assert_eq!(market.is_open(&hours, now), Ok(is_open), "{time}");
        }
    }
}
