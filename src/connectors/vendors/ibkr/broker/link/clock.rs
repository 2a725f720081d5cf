//! The venue's clock between two answers of it.

use crate::base::Timestamp;

const NANOS: f64 = 1e9;
/// Answers closer together than this say nothing of the speed, seconds.
const APART_S: f64 = 0.5;
/// The speed of a clock this close to ours is ours.
const SAME: f64 = 0.2;

/// What time it is at the venue, by its last answer and the time that has passed since.
///
/// A simulated venue may be faster than the world: the speed is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct VenueClock {
    last: Option<(f64, Timestamp)>,
    /// Venue seconds per second.
    speed: f64,
}

impl Default for VenueClock {
    fn default() -> Self {
        Self { last: None, speed: 1.0 }
    }
}

impl VenueClock {
    /// Takes an answer in, which came at `at` seconds of our clock.
    pub(in super::super) fn set(&mut self, at: f64, time: Timestamp) {
        let Some((then, told)) = self.last else {
            self.last = Some((at, time));
            return;
        };
        if at - then >= APART_S {
            let passed = (time.nanos() - told.nanos()) as f64 / NANOS;
            let speed = passed / (at - then);
            self.speed = if (speed - 1.0).abs() < SAME { 1.0 } else { speed.clamp(0.0, 1e4) };
        }
        if at - then >= APART_S || time > told {
            self.last = Some((at, time));
        }
    }

    /// The time at the venue at `at` seconds of our clock; the beginning of time before any answer.
    pub(in super::super) fn time(&self, at: f64) -> Timestamp {
        let Some((then, told)) = self.last else { return Timestamp::MIN };
        let passed = (at - then).max(0.0) * self.speed * NANOS;
        #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
        told.saturating_add_nanos(passed as i64)
    }

    /// How old the last answer is, seconds.
    pub(in super::super) fn age(&self, at: f64) -> f64 {
        self.last.map_or(f64::INFINITY, |(then, _)| at - then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_at_the_speed_of_the_venue() {
        let mut clock = VenueClock::default();
        let at = |seconds| Timestamp::from_seconds(seconds);
        assert_eq!(clock.time(5.0), Timestamp::MIN);
        clock.set(1.0, at(1000));
        assert_eq!(clock.time(3.0), at(1002));
        clock.set(6.0, at(1005));
        assert_eq!(clock.time(16.0), at(1015), "a small difference is no speed");
        clock.set(11.0, at(1305));
        assert_eq!(clock.time(12.0), at(1365), "sixty times");
        assert!((clock.age(12.0) - 1.0).abs() < 1e-9);
    }
}
