//! What time it is in a session.

use std::sync::Arc;

use crate::base::{Stopwatch, Timestamp};

/// The venue's time, measured once and carried on by a clock that never jumps.
#[derive(Debug, Clone)]
pub struct SessionClock {
    began_at: Timestamp,
    speed: f64,
    hand: Hand,
}

/// What moves a clock on.
#[derive(Debug, Clone)]
enum Hand {
    Watch(Arc<Stopwatch>),
    #[cfg(test)]
    Test(Arc<std::sync::atomic::AtomicI64>),
}

impl SessionClock {
    /// A clock that shows `venue_time` now. A rehearsal may run `speed` times as fast as life; at a real venue it is 1.
    #[must_use]
    pub fn start(venue_time: Timestamp, speed: f64) -> Self {
        let hand = Hand::Watch(Arc::new(Stopwatch::start()));
        Self { began_at: venue_time, speed, hand }
    }

    /// A clock that shows what a test sets, nanoseconds.
    #[cfg(test)]
    pub(super) const fn by_hand(nanos: Arc<std::sync::atomic::AtomicI64>) -> Self {
        Self { began_at: Timestamp::from_nanos(0), speed: 1.0, hand: Hand::Test(nanos) }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let nanos = match &self.hand {
            Hand::Watch(watch) => (watch.seconds() * self.speed * 1e9) as i64,
            #[cfg(test)]
            Hand::Test(nanos) => nanos.load(std::sync::atomic::Ordering::SeqCst),
        };
        self.began_at.saturating_add_nanos(nanos)
    }

    /// Venue time of one second of ours.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.speed
    }
}
