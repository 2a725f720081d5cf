//! When the next request may leave: the venue counts requests per minute and says how many are left.
//!
//! What is less urgent leaves room for what is more so: look-ups stop first, then orders; cancels use the
//! last request there is.

use std::collections::VecDeque;

/// The venue's window.
const WINDOW_S: f64 = 60.0;
/// Nobody is asked to wait longer for a window to end.
const RESET_MAX_S: f64 = 61.0;

/// How urgent a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Urgency {
    /// A look-up.
    Read,
    /// An order.
    Order,
    /// A cancel.
    Cancel,
}

impl Urgency {
    /// The part of a window that is left to what is more urgent.
    const fn reserve(self) -> f64 {
        match self {
            Self::Read => 0.10,
            Self::Order => 0.03,
            Self::Cancel => 0.0,
        }
    }
}

/// The headers of an answer that speak of the pace.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Told {
    /// `X-RateLimit-Limit`.
    pub(super) limit: Option<f64>,
    /// `X-RateLimit-Remaining`.
    pub(super) remaining: Option<f64>,
    /// Seconds until `X-RateLimit-Reset`, or `Retry-After`.
    pub(super) reset_in_s: Option<f64>,
}

/// Times are seconds from any start and never go back.
#[derive(Debug)]
pub(super) struct Pace {
    /// Requests in a window, by our own settings.
    own_limit: f64,
    gone: VecDeque<f64>,
    told: Told,
    resets_at: f64,
    paused_until: f64,
    refusals: u32,
}

impl Pace {
    /// A pace of so many requests a second on average.
    pub(super) fn new(requests_per_s: f64) -> Self {
        Self {
            own_limit: (requests_per_s * WINDOW_S).max(1.0),
            gone: VecDeque::new(),
            told: Told::default(),
            resets_at: 0.0,
            paused_until: 0.0,
            refusals: 0,
        }
    }

    /// Takes a turn, or says how many seconds to wait.
    pub(super) fn take(&mut self, now: f64, urgency: Urgency) -> Result<(), f64> {
        if now < self.paused_until {
            return Err(self.paused_until - now);
        }
        while self.gone.front().is_some_and(|&at| at + WINDOW_S <= now) {
            self.gone.pop_front();
        }
        let room = self.own_limit * (1.0 - urgency.reserve());
        if self.gone.len() as f64 + 1.0 > room.max(1.0)
            && urgency != Urgency::Cancel
            && let Some(first) = self.gone.front()
        {
            return Err(first + WINDOW_S - now);
        }
        if let (Some(left), true) = (self.told.remaining, now < self.resets_at) {
            let reserve = self.told.limit.unwrap_or(self.own_limit) * urgency.reserve();
            if left <= reserve {
                return Err(self.resets_at - now);
            }
            self.told.remaining = Some(left - 1.0);
        }
        self.gone.push_back(now);
        Ok(())
    }

    /// An answer came.
    pub(super) fn heard(&mut self, now: f64, told: Told, status: u16) {
        let reset = told.reset_in_s.map(|wait| wait.clamp(0.0, RESET_MAX_S));
        if let Some(wait) = reset {
            self.resets_at = now + wait;
        }
        if told.remaining.is_some() && reset.is_some() {
            self.told = told;
        }
        if status == 429 {
            let own = 2_f64.powi(i32::try_from(self.refusals.min(6)).unwrap_or(6));
            self.paused_until =
                now + reset.filter(|wait| *wait > 0.0).unwrap_or(own.min(RESET_MAX_S));
            self.refusals += 1;
        } else {
            self.refusals = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: message_rate
    #[test]
    fn the_last_requests_of_a_window_are_for_cancels() {
        let mut pace = Pace::new(1000.0);
        let told = |remaining: f64| Told {
            limit: Some(200.0),
            remaining: Some(remaining),
            reset_in_s: Some(30.0),
        };
        pace.heard(0.0, told(21.0), 200);
        assert_eq!(pace.take(1.0, Urgency::Read), Ok(()));
        assert_eq!(pace.take(1.0, Urgency::Read), Err(29.0));
        assert_eq!(pace.take(1.0, Urgency::Order), Ok(()));
        pace.heard(2.0, told(6.0), 200);
        assert_eq!(pace.take(2.0, Urgency::Order), Err(30.0));
        assert_eq!(pace.take(2.0, Urgency::Cancel), Ok(()));
        pace.heard(2.0, told(0.0), 200);
        assert_eq!(pace.take(2.0, Urgency::Cancel), Err(30.0));
        assert_eq!(pace.take(32.0, Urgency::Read), Ok(()));
    }

    #[test]
    fn a_429_waits_for_the_reset_or_longer_and_longer() {
        let mut pace = Pace::new(1000.0);
        pace.heard(0.0, Told { reset_in_s: Some(12.0), ..Told::default() }, 429);
        assert_eq!(pace.take(2.0, Urgency::Cancel), Err(10.0));
        assert_eq!(pace.take(12.0, Urgency::Read), Ok(()));
        let mut pace = Pace::new(1000.0);
        for (tries, wait) in [1.0, 2.0, 4.0, 8.0].into_iter().enumerate() {
            let now = 100.0 * tries as f64;
            pace.heard(now, Told::default(), 429);
            assert_eq!(pace.take(now, Urgency::Order), Err(wait));
        }
        pace.heard(900.0, Told { reset_in_s: Some(1e9), ..Told::default() }, 429);
        assert_eq!(pace.take(900.0, Urgency::Order), Err(RESET_MAX_S));
    }

    #[test]
    fn no_minute_has_more_than_our_own_limit() {
        let mut pace = Pace::new(0.5);
        let gone = (0..60).filter(|_| pace.take(0.0, Urgency::Read).is_ok()).count();
        assert_eq!(gone, 27);
        assert_eq!(pace.take(10.0, Urgency::Read), Err(50.0));
        assert_eq!(pace.take(10.0, Urgency::Order), Ok(()));
        assert_eq!(pace.take(60.0, Urgency::Read), Ok(()));
    }
}
