//! How soon the next request may leave.
//!
//! Two limits hold at once. A bucket of tokens spaces the requests: it fills at the allowed rate and
//! holds a burst. And in any second no more than `rate + burst − 1` requests (rounded down, at least
//! one) are under way or have been answered. Since a request arrives between its departure and its
//! answer, no second at the vendor's clock sees more than that either, however long the line is.

use std::collections::VecDeque;

use crate::config::Limits;

const WINDOW_S: f64 = 1.0;
/// How soon to look again when only an answer can make room.
const LOOK_AGAIN_S: f64 = 0.005;

/// Whether a request may leave now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    /// It counts as gone.
    Go,
    /// Ask again after so many seconds.
    Wait(f64),
}

/// The state of one vendor's pace; time is in seconds from any start and never goes back.
#[derive(Debug)]
pub(super) struct Pacer {
    rate: f64,
    burst: f64,
    tokens: f64,
    filled_at: f64,
    window_max: usize,
    under_way: usize,
    answered: VecDeque<f64>,
    paused_until: f64,
}

impl Pacer {
    pub(super) fn new(limits: &Limits) -> Self {
        let burst = f64::from(limits.burst);
        let window_max = (limits.requests_per_s + burst - 1.0).floor().max(1.0);
        Self {
            rate: limits.requests_per_s,
            burst,
            tokens: burst,
            filled_at: 0.0,
            #[expect(clippy::cast_possible_truncation, reason = "limits are at most 2000")]
            #[expect(clippy::cast_sign_loss, reason = "at least 1")]
            window_max: window_max as usize,
            under_way: 0,
            answered: VecDeque::new(),
            paused_until: 0.0,
        }
    }

    /// Takes a turn if it is time.
    pub(super) fn take(&mut self, now: f64) -> Turn {
        if now < self.paused_until {
            return Turn::Wait(self.paused_until - now);
        }
        let filled = self.tokens + (now - self.filled_at).max(0.0) * self.rate;
        self.tokens = filled.min(self.burst);
        self.filled_at = now;
        if self.tokens < 1.0 {
            return Turn::Wait((1.0 - self.tokens) / self.rate);
        }
        while self.answered.front().is_some_and(|&at| at + WINDOW_S <= now) {
            self.answered.pop_front();
        }
        if self.under_way + self.answered.len() >= self.window_max {
            let next = self.answered.front().map_or(LOOK_AGAIN_S, |&at| at + WINDOW_S - now);
            return Turn::Wait(next);
        }
        self.tokens -= 1.0;
        self.under_way += 1;
        Turn::Go
    }

    /// The head of an answer came, or the request failed.
    pub(super) fn answered(&mut self, now: f64) {
        self.under_way = self.under_way.saturating_sub(1);
        self.answered.push_back(now);
    }

    /// Nobody asks the vendor before `time`.
    pub(super) fn pause_until(&mut self, time: f64) {
        self.paused_until = self.paused_until.max(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer(requests_per_s: f64, burst: u32) -> Pacer {
        Pacer::new(&Limits { requests_per_s, burst, ..Limits::default() })
    }

    /// Times at which requests leave when each is answered after `latency` seconds.
    fn departures(pacer: &mut Pacer, count: usize, latency: f64) -> Vec<f64> {
        let (mut now, mut gone) = (0.0, Vec::new());
        let mut open: VecDeque<f64> = VecDeque::new();
        while gone.len() < count {
            while open.front().is_some_and(|&due| due <= now) {
                pacer.answered(open.pop_front().unwrap());
            }
            match pacer.take(now) {
                Turn::Go => {
                    gone.push(now);
                    open.push_back(now + latency);
                }
                Turn::Wait(wait) => {
                    let due = open.front().map_or(f64::INFINITY, |due| due - now);
                    now += wait.min(due).max(1e-9);
                }
            }
        }
        gone
    }

    fn most_in_a_second(times: &[f64]) -> usize {
        let within =
            |&start: &f64| times.iter().filter(|t| (start..start + 1.0).contains(*t)).count();
        times.iter().map(within).max().unwrap()
    }

    #[test]
    fn no_second_sees_more_than_allowed_whatever_the_latency() {
        for (rate, burst, most) in
            [(5.0, 1, 5), (2.5, 1, 2), (0.5, 1, 1), (5.0, 4, 8), (50.0, 1, 50)]
        {
            for latency in [0.0, 0.003, 0.4, 3.0] {
                let times = departures(&mut pacer(rate, burst), 60, latency);
                assert!(most_in_a_second(&times) <= most, "{rate} {burst} {latency}: {times:?}");
                let arrivals: Vec<f64> = (0..)
                    .zip(&times)
                    .map(|(index, t)| t + latency * f64::from(index * 7 % 10) / 10.0)
                    .collect();
                assert!(
                    most_in_a_second(&arrivals) <= most,
                    "{rate} {burst} {latency}: {arrivals:?}"
                );
            }
        }
    }

    #[test]
    fn the_pace_is_used() {
        let times = departures(&mut pacer(50.0, 1), 500, 0.0);
        assert!(times[499] < 10.2, "{}", times[499]);
        let slow = departures(&mut pacer(0.1, 1), 4, 0.0);
        assert!((slow[3] - 30.0).abs() < 0.01, "{slow:?}");
        let burst = departures(&mut pacer(1.0, 3), 4, 0.0);
        assert_eq!(burst[..3], [0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_pause_holds_everybody() {
        let mut pacer = pacer(5.0, 1);
        pacer.pause_until(7.0);
        pacer.pause_until(3.0);
        assert_eq!(pacer.take(1.0), Turn::Wait(6.0));
        assert_eq!(pacer.take(7.0), Turn::Go);
    }
}
