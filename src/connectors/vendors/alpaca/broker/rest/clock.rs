//! What time it is at the venue, without asking it each time.

use crate::base::Timestamp;

/// The longest time between two readings, and the first.
const READ_MAX_S: f64 = 10.0;
const READ_FIRST_S: f64 = 0.5;
/// A pace of the venue's time nearer to 1 than this is 1.
const PACE_NOISE: f64 = 0.05;

/// Readings of the venue's clock on our own counter of seconds.
///
/// Between two readings time goes on at the pace that the readings show, which is not 1 at a simulator that
/// runs faster.
#[derive(Debug, Clone, Copy)]
pub(super) struct VenueClock {
    read: Option<(f64, Timestamp)>,
    pace: f64,
    due_s: f64,
    step_s: f64,
}

impl VenueClock {
    pub(super) const fn new() -> Self {
        Self { read: None, pace: 1.0, due_s: 0.0, step_s: READ_FIRST_S }
    }

    pub(super) fn is_due(&self, seconds: f64) -> bool {
        self.read.is_none() || seconds >= self.due_s
    }

    pub(super) fn read(&mut self, seconds: f64, time: Timestamp) {
        let shown = self.time(seconds);
        if let Some((at, before)) = self.read
            && seconds - at >= READ_FIRST_S / 2.0
        {
            let passed = (time.nanos() - before.nanos()) as f64 / 1e9;
            let pace = (passed / (seconds - at)).max(0.0);
            self.pace = if (pace - 1.0).abs() < PACE_NOISE { 1.0 } else { pace };
        }
        // Time does not go back for a reading that was late on the line.
        let time = shown.map_or(time, |shown| shown.max(time));
        self.read = Some((seconds, time));
        self.due_s = seconds + self.step_s;
        self.step_s = (self.step_s * 2.0).min(READ_MAX_S);
    }

    /// The time now; `None` before the first reading.
    pub(super) fn time(&self, seconds: f64) -> Option<Timestamp> {
        let (at, time) = self.read?;
        #[expect(clippy::cast_possible_truncation, reason = "readings are at most minutes apart")]
        let passed = ((seconds - at).max(0.0) * self.pace * 1e9) as i64;
        Some(time.saturating_add_nanos(passed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: clock_jump
    #[test]
    fn time_goes_on_at_the_venues_pace() {
        let at = Timestamp::from_seconds;
        let mut clock = VenueClock::new();
        assert!(clock.is_due(0.0) && clock.time(0.0).is_none());
        clock.read(0.0, at(1000));
        assert_eq!(
            (clock.time(0.25), clock.is_due(0.25)),
            (Some(at(1000).saturating_add_nanos(250_000_000)), false)
        );
        clock.read(0.5, at(1030));
        assert_eq!(clock.time(1.5), Some(at(1090)));
        assert!(!clock.is_due(1.4) && clock.is_due(1.5));
        // Late readings do not turn it back.
        clock.read(1.5, at(1080));
        assert_eq!(clock.time(1.5), Some(at(1090)));
    }
}
