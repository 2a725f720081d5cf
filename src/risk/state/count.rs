//! How the memory of the gate changes.

use std::collections::VecDeque;

use super::{RiskState, kept::Trips};
use crate::base::Timestamp;
use crate::config::RiskLimits;
use crate::domain::{Fill, Symbol};

const MINUTE_NANOS: i64 = 60_000_000_000;
const HOUR_NANOS: i64 = 3_600_000_000_000;

/// A position below this share of a trade is rounding, not a position.
const ROUNDING: f64 = 1e-9;

impl RiskState {
    /// Notes that `now` has come.
    pub(in crate::risk) fn touch(&mut self, now: Timestamp) {
        self.as_of = self.as_of.max(Some(now));
    }

    /// Drops cleared orders that no check looks at any more.
    pub(in crate::risk) fn forget(&mut self, now: Timestamp, limits: &RiskLimits) {
        self.touch(now);
        let duplicates = limits.duplicate_window_s.unwrap_or(0.0) * 1e9;
        #[expect(clippy::cast_possible_truncation, reason = "a limit is at most an hour")]
        let span = MINUTE_NANOS.max(duplicates as i64);
        self.recent.forget(now, span);
    }

    /// Takes over the position of which the account knows.
    pub(in crate::risk) fn note_position(&mut self, symbol: &Symbol, held: f64) {
        match self.trips.get_mut(symbol) {
            Some(trips) => trips.position = held,
            None => {
                let trips = Trips { position: held, ended: VecDeque::new() };
                self.trips.insert(symbol.clone(), trips);
            }
        }
    }

    /// Counts a fill; returns the round trips of its symbol within the last hour.
    pub(in crate::risk) fn count_trips(&mut self, fill: &Fill) -> usize {
        let trips = self.trips.entry(fill.symbol.clone()).or_default();
        let (before, traded) = (trips.position, fill.signed_quantity());
        let mut after = before + traded;
        if after.abs() <= ROUNDING * traded.abs() {
            after = 0.0;
        }
        if before != 0.0 && after * before <= 0.0 {
            trips.ended.push_back(fill.time);
        }
        trips.position = after;
        expire(&mut trips.ended, fill.time, HOUR_NANOS);
        trips.ended.len()
    }

    /// Counts a reject; returns those of the last minute.
    pub(in crate::risk) fn count_reject(&mut self, now: Timestamp) -> usize {
        self.rejects.push_back(now);
        expire(&mut self.rejects, now, MINUTE_NANOS);
        self.rejects.len()
    }

    /// Forgets halts and everything that led to one; positions and the pace of orders stay.
    /// What differs is counted from `now` on, and stays untraded until it does not.
    pub(in crate::risk) fn start_over(&mut self, now: Timestamp) {
        self.halts.clear();
        self.rejects.clear();
        self.differs.values_mut().for_each(|since| *since = now);
        self.differs_since = self.differs.values().next().copied();
        self.bad_signals = 0;
        for trips in self.trips.values_mut() {
            trips.ended.clear();
        }
    }

    /// Cleared orders of the last `seconds`.
    pub(in crate::risk) fn orders_within(&self, now: Timestamp, seconds: i64) -> usize {
        let span = seconds.saturating_mul(1_000_000_000);
        self.recent.within(|time| !is_older(time, now, span)).len()
    }

    /// The most round trips of a symbol within the last hour.
    pub(in crate::risk) fn most_trips(&self, now: Timestamp) -> usize {
        let within = |trips: &Trips| {
            trips.ended.iter().filter(|&&time| !is_older(time, now, HOUR_NANOS)).count()
        };
        self.trips.values().map(within).max().unwrap_or(0)
    }

    /// Rejects within the last minute.
    pub(in crate::risk) fn rejects_within_minute(&self, now: Timestamp) -> usize {
        self.rejects.iter().filter(|&&time| !is_older(time, now, MINUTE_NANOS)).count()
    }
}

fn expire(times: &mut VecDeque<Timestamp>, now: Timestamp, span: i64) {
    while times.front().is_some_and(|&time| is_older(time, now, span)) {
        times.pop_front();
    }
}

/// Whether `time` lies `span` nanoseconds or more before `now`.
pub(super) fn is_older(time: Timestamp, now: Timestamp, span: i64) -> bool {
    now.nanos().saturating_sub(time.nanos()) >= span
}
