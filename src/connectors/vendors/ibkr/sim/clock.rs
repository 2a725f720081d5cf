//! What time it is at the venue.

use crate::base::{Stopwatch, Timestamp, now};

/// A clock that starts at a given time and runs at a given speed; the wall clock by default.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VenueClock {
    start: Timestamp,
    speed: f64,
    watch: Stopwatch,
}

impl VenueClock {
    /// A clock that shows `start` now, or what the wall clock shows.
    pub(crate) fn new(start: Option<Timestamp>, speed: f64) -> Self {
        Self { start: start.unwrap_or_else(now), speed, watch: Stopwatch::start() }
    }

    /// The venue's time.
    #[expect(clippy::cast_possible_truncation, reason = "some centuries at most")]
    pub(crate) fn now(&self) -> Timestamp {
        self.start.saturating_add_nanos((self.watch.seconds() * self.speed * 1e9) as i64)
    }
}
