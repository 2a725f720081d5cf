//! The restart of the gateway every night, which is known before.

use jiff::tz::TimeZone;

use crate::base::Timestamp;
use crate::config::DailyTime;

const SECOND: i64 = 1_000_000_000;
/// Nothing is sent from so long before, nanoseconds.
const BEFORE: i64 = 60 * SECOND;
/// A gateway that has not gone by then does not restart tonight.
const GRACE: i64 = 180 * SECOND;
/// It is back by then, or somebody must look after it.
const LATE: i64 = 900 * SECOND;

/// A clock is set back by so much at most, nanoseconds; by more it was wrong before.
const SLIP: i64 = 600 * SECOND;

/// When the gateway restarts, and how far tonight's is.
#[derive(Debug, Clone)]
pub(in super::super) struct Nightly {
    at: DailyTime,
    zone: TimeZone,
    /// The last one whose minute before has begun: a clock that is set right by a moment starts
    /// nothing over.
    begun: Option<Timestamp>,
    /// The restart for which the connection went.
    gone: Option<Timestamp>,
    /// The last restart that is over: the gateway came back, or never went.
    over: Option<Timestamp>,
}

/// What the clock says of the restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Night {
    /// None is near.
    Far,
    /// It may come at any moment: nothing is sent.
    Near,
    /// The gateway has gone.
    Gone,
    /// It should have been back by now.
    Late(Timestamp),
}

impl Nightly {
    /// A restart at a time of day, in a zone where it names none.
    pub(in super::super) fn new(at: DailyTime, zone: &TimeZone) -> Self {
        let zone = at.zone().unwrap_or_else(|| zone.clone());
        Self { at, zone, begun: None, gone: None, over: None }
    }

    /// The time of day, for people.
    pub(in super::super) fn name(&self) -> String {
        self.at.to_string()
    }

    /// Time has passed, and the venue can be reached or not.
    pub(in super::super) fn pass(&mut self, now: Timestamp, is_well: bool) -> Night {
        let is_close = |begun: &Timestamp| begun.nanos().saturating_sub(now.nanos()) <= SLIP;
        self.begun = self.last_begun(now).max(self.begun.filter(is_close));
        let Some(restart) = self.begun else { return Night::Far };
        if self.over == Some(restart) {
            return Night::Far;
        }
        let since = now.nanos().saturating_sub(restart.nanos());
        if since < 0 {
            return Night::Near;
        }
        if !is_well {
            self.gone = Some(restart);
        }
        match (self.gone == Some(restart), is_well) {
            (true, false) if since >= LATE => Night::Late(restart),
            (true, false) => Night::Gone,
            (false, _) if since < GRACE => Night::Near,
            _ => {
                self.over = Some(restart);
                Night::Far
            }
        }
    }

    /// The latest restart whose minute before has begun.
    fn last_begun(&self, now: Timestamp) -> Option<Timestamp> {
        if now == Timestamp::MIN {
            return None;
        }
        let soon = now.saturating_add_nanos(BEFORE);
        let today = soon.date_in(&self.zone);
        let days = [Some(today), today.yesterday().ok()];
        let mut restarts = days
            .into_iter()
            .flatten()
            .map(|day| Timestamp::from_civil(day, self.at.seconds(), &self.zone));
        restarts.find(|restart| *restart <= soon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nightly(at: &str) -> Nightly {
        Nightly::new(at.parse().unwrap(), &TimeZone::get("America/New_York").unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn check(nightly: &mut Nightly, time: &str, is_well: bool, expected: Night) {
        assert_eq!(nightly.pass(at(time), is_well), expected, "{time} {is_well}");
    }

    // fault: nightly_restart
    #[test]
    fn nightly_restart_nothing_is_sent_from_a_minute_before_until_it_is_back() {
        let mut night = nightly("23:45");
        check(&mut night, "2026-01-06T04:43:59Z", true, Night::Far);
        check(&mut night, "2026-01-06T04:44:00Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:43:58Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:44:30Z", false, Night::Near);
        check(&mut night, "2026-01-06T04:44:40Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:45:10Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:45:11Z", false, Night::Gone);
        check(&mut night, "2026-01-06T04:59:59Z", false, Night::Gone);
        check(&mut night, "2026-01-06T04:46:00Z", true, Night::Far);
        check(&mut night, "2026-01-06T04:50:00Z", false, Night::Far);
        check(&mut night, "2026-01-07T04:44:00Z", true, Night::Near);
    }

    #[test]
    fn nightly_restart_that_does_not_come_is_not_waited_for() {
        let mut night = nightly("23:45");
        check(&mut night, "2026-01-06T04:47:59Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:48:00Z", true, Night::Far);
        check(&mut night, "2026-01-06T04:47:59Z", true, Night::Far);
    }

    #[test]
    fn nightly_restart_that_never_ends_is_late_after_a_quarter_of_an_hour() {
        let mut night = nightly("23:45");
        check(&mut night, "2026-01-06T04:46:00Z", false, Night::Gone);
        let restart = Night::Late(at("2026-01-06T04:45:00Z"));
        check(&mut night, "2026-01-06T05:00:00Z", false, restart);
        check(&mut night, "2026-01-06T14:00:00Z", false, restart);
        check(&mut night, "2026-01-06T14:00:01Z", true, Night::Far);
    }

    // fault: nightly_restart
    #[test]
    fn nightly_restart_at_midnight_in_another_zone_and_over_a_change_of_clocks() {
        let mut night = nightly("00:00 Europe/Berlin");
        check(&mut night, "2026-03-28T22:58:59Z", true, Night::Far);
        check(&mut night, "2026-03-28T22:59:00Z", true, Night::Near);
        let mut night = nightly("02:30 Europe/Berlin");
        check(&mut night, "2026-03-29T01:28:59Z", true, Night::Far);
        check(&mut night, "2026-03-29T01:29:00Z", true, Night::Near);
        assert_eq!(nightly("23:45").pass(Timestamp::MIN, true), Night::Far);
        let mut night = nightly("23:45");
        check(&mut night, "2126-01-06T04:44:30Z", true, Night::Near);
        check(&mut night, "2026-01-06T04:40:00Z", true, Night::Far);
    }
}
