//! What time it is in a session.

use std::sync::Arc;

use crate::base::{Stopwatch, Timestamp};

/// The venue's time, measured once and carried on by a clock that never jumps.
#[derive(Debug, Clone)]
pub struct SessionClock {
    began_at: Timestamp,
    speed: f64,
    watch: Arc<Stopwatch>,
}

impl SessionClock {
    /// A clock that shows `venue_time` now. A rehearsal may run `speed` times as fast as life; at a real venue it is 1.
    #[must_use]
    pub fn start(venue_time: Timestamp, speed: f64) -> Self {
        Self { began_at: venue_time, speed, watch: Arc::new(Stopwatch::start()) }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.began_at.saturating_add_nanos((self.watch.seconds() * self.speed * 1e9) as i64)
    }

    /// Venue time of one second of ours.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.speed
    }
}
