//! Pauses between attempts to connect.

use crate::base::{Rng, SeedStream, now};

const FIRST_S: f64 = 0.25;
/// Short enough to trade again within 15 s after the gateway is back.
const MOST_S: f64 = 5.0;

/// Doubling pauses with jitter: many programs must not come back at once.
#[derive(Debug)]
pub(in super::super) struct BackOff {
    attempts: i32,
    rng: Rng,
}

impl BackOff {
    pub(in super::super) fn new() -> Self {
        Self::seeded(now().nanos().unsigned_abs())
    }

    fn seeded(seed: u64) -> Self {
        Self { attempts: 0, rng: SeedStream::new(seed).child("back-off").rng() }
    }

    /// The next pause, seconds: between half and all of the doubled one.
    pub(in super::super) fn pause(&mut self) -> f64 {
        let whole = (FIRST_S * 2_f64.powi(self.attempts)).min(MOST_S);
        self.attempts = (self.attempts + 1).min(16);
        whole * (0.5 + 0.5 * self.rng.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: gateway_absent, connection_lost, weekly_login
    #[test]
    fn pauses_double_up_to_a_limit_and_are_never_the_same() {
        let mut pauses = BackOff::seeded(1);
        let found: Vec<f64> = (0..20).map(|_| pauses.pause()).collect();
        for (attempt, pause) in found.iter().enumerate() {
            let whole = (FIRST_S * 2_f64.powi(attempt.min(16) as i32)).min(MOST_S);
            assert!((whole * 0.5..=whole).contains(pause), "{attempt}: {pause}");
        }
        assert!(found.windows(2).all(|pair| pair[0] != pair[1]));
        assert_ne!(found[0], BackOff::seeded(2).pause());
    }
}
