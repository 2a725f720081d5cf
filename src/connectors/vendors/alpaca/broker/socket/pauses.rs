//! How long to wait before the next connection.

use crate::base::{Rng, SeedStream};

/// A pause doubles up to this many times the first one.
const DOUBLINGS_MAX: i32 = 5;

/// Pauses with jitter: between half and all of a ceiling that doubles with each failure.
#[derive(Debug)]
pub(super) struct Pauses {
    first_s: f64,
    failures: i32,
    chance: Rng,
}

impl Pauses {
    pub(super) fn new(first_s: f64, seed: u64) -> Self {
        Self { first_s, failures: 0, chance: SeedStream::new(seed).child("alpaca-link").rng() }
    }

    /// The connection was good.
    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Seconds to wait after another failure.
    pub(super) fn next_s(&mut self) -> f64 {
        let ceiling = self.first_s * 2_f64.powi(self.failures.min(DOUBLINGS_MAX));
        self.failures += 1;
        ceiling * (0.5 + 0.5 * self.chance.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_jitter_and_start_anew() {
        let mut pauses = Pauses::new(1.0, 3);
        for ceiling in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0] {
            let pause = pauses.next_s();
            assert!(pause >= ceiling / 2.0 && pause <= ceiling, "{pause}");
        }
        pauses.succeeded();
        assert!(pauses.next_s() <= 1.0);
    }
}
