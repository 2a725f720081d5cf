//! The venue's time.

use crate::base::{Stopwatch, Timestamp, now};

/// Time that may begin anywhere and run faster.
#[derive(Debug, Clone, Copy)]
pub(super) struct SimClock {
    start: Timestamp,
    speed: f64,
    watch: Stopwatch,
}

impl SimClock {
    pub(super) fn start(at: Option<Timestamp>, speed: f64) -> Self {
        Self { start: at.unwrap_or_else(now), speed, watch: Stopwatch::start() }
    }

    pub(super) fn now(&self) -> Timestamp {
        #[expect(clippy::cast_possible_truncation, reason = "a double does not run for centuries")]
        let passed = (self.watch.seconds() * self.speed * 1e9) as i64;
        self.start.saturating_add_nanos(passed)
    }

    /// Seconds of the venue since the start.
    pub(super) fn seconds(&self) -> f64 {
        self.watch.seconds() * self.speed
    }

    /// Seconds of ours since the start.
    pub(super) fn real_seconds(&self) -> f64 {
        self.watch.seconds()
    }
}
