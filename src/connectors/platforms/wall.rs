//! From the wall clocks of exchanges and brokers' servers to instants.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use crate::base::{Date, Timestamp};
use crate::config::ServerZone;

const MILLI: i64 = 1_000_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_NANOS: i64 = 86_400_000_000_000;

/// How far the servers of most brokers are ahead of New York: their day ends at 17:00 there.
const NEW_YORK_CLOSE_HOURS: i64 = 7;

/// The zone of New York as compiled in.
#[expect(clippy::expect_used, reason = "the bundled database is part of the program")]
pub(super) fn new_york() -> TimeZone {
    TimeZoneDatabase::bundled().get("America/New_York").expect("a bundled zone")
}

/// UTC-05 all year round.
pub(super) const fn eastern_standard() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(-5))
}

/// Wall times that daylight saving makes double or takes away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct OddTimes {
    /// Shown twice: the order of the rows told which one was meant, the first if it did not.
    ambiguous: usize,
    /// Never shown: taken for as much after the jump as they are after its start.
    missing: usize,
}

/// A clock on a wall, read in the order of time.
#[derive(Debug, Clone)]
pub(in crate::connectors) struct ServerClock {
    zone: TimeZone,
    /// How far the clock is ahead of its zone.
    ahead_hours: i64,
    latest: Timestamp,
    odd: OddTimes,
    /// Instant at which an hour of the wall begins, where it is an hour like any other.
    hours: BTreeMap<(Date, i64), Option<i64>>,
}

impl ServerClock {
    /// The clock of a zone.
    pub(super) const fn new(zone: TimeZone) -> Self {
        let odd = OddTimes { ambiguous: 0, missing: 0 };
        Self { zone, ahead_hours: 0, latest: Timestamp::MIN, odd, hours: BTreeMap::new() }
    }

    /// The clock of a broker's server; `None` for an unknown zone.
    pub(in crate::connectors) fn of_server(zone: &ServerZone) -> Option<Self> {
        if *zone == ServerZone::default() {
            return Some(Self { ahead_hours: NEW_YORK_CLOSE_HOURS, ..Self::new(new_york()) });
        }
        TimeZoneDatabase::bundled().get(&zone.0).ok().map(Self::new)
    }

    /// A sentence about odd times, if there were any.
    pub(in crate::connectors) fn note(&self, origin: &str) -> Option<String> {
        let OddTimes { ambiguous, missing } = self.odd;
        (ambiguous + missing > 0).then(|| {
            format!(
                "{origin}: {ambiguous} times of the server's clock are shown twice by daylight \
                 saving (the order of the rows decides), {missing} never (moved forward)"
            )
        })
    }

    /// The instant at which the clock shows a time of a day.
    pub(in crate::connectors) fn instant(&mut self, date: Date, ms: i64) -> Timestamp {
        let key = (date, ms.div_euclid(HOUR_MS));
        let known = match self.hours.get(&key) {
            Some(known) => *known,
            None => self.learn(key),
        };
        let rest = ms.rem_euclid(HOUR_MS) * MILLI;
        let time = match known {
            Some(start) => Timestamp::from_nanos(start.saturating_add(rest)),
            None => self.resolve(date, ms),
        };
        self.latest = self.latest.max(time);
        time
    }

    /// What the clock shows at an instant, in seconds as if it were UTC.
    pub(in crate::connectors) fn shows_s(&self, time: Timestamp) -> i64 {
        let offset = i64::from(self.zone.to_offset(time.to_jiff()).seconds());
        time.nanos().div_euclid(1_000_000_000) + offset + self.ahead_hours * 3600
    }

    fn learn(&mut self, key: (Date, i64)) -> Option<i64> {
        let (date, hour) = key;
        let at = |ms: i64| {
            let wall = self.wall(date, ms);
            match self.zone.to_ambiguous_timestamp(wall).offset() {
                AmbiguousOffset::Unambiguous { offset } => Some((wall, offset)),
                AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => None,
            }
        };
        let (first, last) = (at(hour * HOUR_MS), at((hour + 1) * HOUR_MS - 1));
        let start = first
            .zip(last)
            .filter(|((_, first), (_, last))| first == last)
            .map(|((wall, offset), _)| nanos(wall, offset));
        if self.hours.len() > 10_000 {
            self.hours.clear();
        }
        self.hours.insert(key, start);
        start
    }

    fn resolve(&mut self, date: Date, ms: i64) -> Timestamp {
        let wall = self.wall(date, ms);
        let at = |offset| Timestamp::from_nanos(nanos(wall, offset));
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset),
            AmbiguousOffset::Gap { before, .. } => {
                self.odd.missing += 1;
                at(before)
            }
            AmbiguousOffset::Fold { before, after } => {
                self.odd.ambiguous += 1;
                if at(before) < self.latest { at(after) } else { at(before) }
            }
        }
    }

    /// What clocks of the zone show.
    fn wall(&self, date: Date, ms: i64) -> DateTime {
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        midnight.saturating_add((ms - self.ahead_hours * HOUR_MS).milliseconds())
    }
}

fn nanos(wall: DateTime, offset: Offset) -> i64 {
    let utc = TimeZone::UTC.to_timestamp(wall).map_or(0, jiff::Timestamp::as_nanosecond);
    let utc = i64::try_from(utc).unwrap_or(i64::MAX);
    utc.saturating_sub(i64::from(offset.seconds()) * 1_000_000_000)
}

/// The instants of a day that is counted in milliseconds from its midnight.
#[derive(Debug, Clone)]
pub(super) struct WallDay {
    date: Date,
    zone: TimeZone,
    midnight: Timestamp,
    is_even: bool,
}

impl WallDay {
    pub(super) fn new(date: Date, zone: &TimeZone) -> Self {
        let midnight = Timestamp::from_civil(date, 0, zone);
        let next = Timestamp::from_civil(date.saturating_add(1.day()), 0, zone);
        let is_even = next.nanos().saturating_sub(midnight.nanos()) == DAY_NANOS;
        Self { date, zone: zone.clone(), midnight, is_even }
    }

    pub(super) const fn date(&self) -> Date {
        self.date
    }

    /// When a clock on the wall shows `ms` after midnight.
    pub(super) fn at(&self, ms: i64) -> Timestamp {
        if self.is_even {
            return self.midnight.saturating_add_nanos(ms.saturating_mul(MILLI));
        }
        let seconds = i32::try_from(ms.div_euclid(1000)).unwrap_or(i32::MAX);
        let whole = Timestamp::from_civil(self.date, seconds, &self.zone);
        whole.saturating_add_nanos(ms.rem_euclid(1000) * MILLI)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;

    fn instants(zone: &str, walls: &[(&str, i64)]) -> (Vec<String>, OddTimes) {
        let mut clock = ServerClock::of_server(&ServerZone(zone.to_owned())).unwrap();
        let times = walls.iter().map(|&(date, hour_100)| {
            let ms = hour_100 / 100 * HOUR_MS + hour_100 % 100 * 60_000;
            clock.instant(parse_date(date).unwrap(), ms).to_string()
        });
        (times.collect(), clock.odd)
    }

    #[test]
    fn servers_follow_the_close_of_new_york() {
        // The United States change on 10 March 2019, Europe on 31 March.
        let walls = [("2019-03-08", 0), ("2019-03-11", 0), ("2019-07-01", 1200)];
        let (found, odd) = instants("new_york_close", &walls);
        let expected = ["2019-03-07T22:00:00Z", "2019-03-10T21:00:00Z", "2019-07-01T09:00:00Z"];
        assert_eq!((found, odd), (expected.map(str::to_owned).to_vec(), OddTimes::default()));
        let (found, _) = instants("Europe/Athens", &walls);
        let expected = ["2019-03-07T22:00:00Z", "2019-03-10T22:00:00Z", "2019-07-01T09:00:00Z"];
        assert_eq!(found, expected);
        assert!(ServerClock::of_server(&ServerZone("Mars/Base".to_owned())).is_none());
    }

    #[test]
    fn the_order_of_rows_decides_in_a_fold_and_gaps_move_forward() {
        let day = "2019-10-27";
        let walls = [(day, 230), (day, 330), (day, 330), (day, 300), (day, 345), (day, 400)];
        let (found, odd) = instants("Europe/Athens", &walls);
        let expected = [
            "2019-10-26T23:30:00Z",
            "2019-10-27T00:30:00Z",
            "2019-10-27T00:30:00Z",
            "2019-10-27T01:00:00Z",
            "2019-10-27T01:45:00Z",
            "2019-10-27T02:00:00Z",
        ];
        assert_eq!(found, expected);
        assert_eq!(odd, OddTimes { ambiguous: 4, missing: 0 });
        let (found, odd) = instants("Europe/Athens", &[("2019-03-31", 330)]);
        assert_eq!((found[0].as_str(), odd.missing), ("2019-03-31T01:30:00Z", 1));
    }

    #[test]
    fn days_of_other_lengths_follow_the_clock() {
        let at = |day: &str| {
            let day = WallDay::new(parse_date(day).unwrap(), &new_york());
            day.at(34_200_250).to_string()
        };
        assert_eq!(at("2019-03-08"), "2019-03-08T14:30:00.25Z");
        assert_eq!(at("2019-03-10"), "2019-03-10T13:30:00.25Z");
        assert_eq!(at("2019-11-03"), "2019-11-03T14:30:00.25Z");
    }
}
