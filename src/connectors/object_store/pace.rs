//! Never more requests a second than allowed, whoever asks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::{Stopwatch, now};
use crate::config::Limits;

/// Hands out the moments at which requests may leave.
#[derive(Debug)]
pub(super) struct Pace {
    clock: Stopwatch,
    interval_s: f64,
    burst: f64,
    /// When the next request would leave if there were no bursts, in seconds of `clock`.
    next_s: Mutex<f64>,
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            clock: Stopwatch::start(),
            interval_s: 1.0 / limits.requests_per_s,
            burst: f64::from(limits.burst),
            next_s: Mutex::new(0.0),
        }
    }

    /// Books one request and says how long it has to wait.
    pub(super) fn book(&self) -> Duration {
        let mut next_s = self.next_s.lock().unwrap_or_else(PoisonError::into_inner);
        let now_s = self.clock.seconds();
        let (wait_s, then_s) = book(*next_s, now_s, self.interval_s, self.burst);
        *next_s = then_s;
        Duration::from_secs_f64(wait_s)
    }
}

/// The wait of one request and the state after it; `burst` requests may leave at once.
fn book(next_s: f64, now_s: f64, interval_s: f64, burst: f64) -> (f64, f64) {
    let due_s = next_s.max(now_s);
    let wait_s = (due_s - (burst - 1.0) * interval_s - now_s).max(0.0);
    (wait_s, due_s + interval_s)
}

/// The pause before try `number + 1`: doubled each time, at most `pause_max_s`, with jitter.
///
/// The jitter keeps two processes apart that were turned away together.
pub(super) fn pause(limits: &Limits, number: u32) -> Duration {
    let doubled = limits.pause_s * 2_f64.powi(i32::try_from(number - 1).unwrap_or(i32::MAX));
    let share = 0.5 + 0.5 * (now().nanos().rem_euclid(1_000_003) as f64 / 1_000_003.0);
    Duration::from_secs_f64(doubled.min(limits.pause_max_s) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_leaves_at_once_and_the_rest_in_step() {
        let mut next_s = 0.0;
        let mut waits = Vec::new();
        for _ in 0..4 {
            let (wait_s, then_s) = book(next_s, 10.0, 0.5, 2.0);
            next_s = then_s;
            waits.push(wait_s);
        }
        assert_eq!(waits, [0.0, 0.0, 0.5, 1.0]);
        assert_eq!(book(next_s, 60.0, 0.5, 2.0).0, 0.0);
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let limits = Limits { pause_s: 1.0, pause_max_s: 5.0, ..Limits::default() };
        for (number, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (90, 5.0)] {
            let seconds = pause(&limits, number).as_secs_f64();
            assert!((most / 2.0..=most).contains(&seconds), "{number}: {seconds}");
        }
    }
}
