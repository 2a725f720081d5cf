//! Finds a connection that has died without a word.

/// A living gateway is asked for the time so often, seconds.
pub(in super::super) const EVERY_S: f64 = 5.0;
/// It answers within this, seconds.
pub(in super::super) const LIMIT_S: f64 = 3.0;
/// So many unanswered calls in a row end a connection.
const MISSES_MAX: u32 = 2;

/// Counts calls that nobody answers.
///
/// After a miss the next call follows at once, so that a connection which dies right after an
/// answer is given up after 5 + 3 + 3 seconds.
#[derive(Debug, Default)]
pub(in super::super) struct Heartbeat {
    misses: u32,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum Beat {
    /// Ask again after so many seconds.
    Ask(f64),
    /// Nobody is there.
    Dead,
}

impl Heartbeat {
    /// There was an answer.
    pub(in super::super) const fn answered(&mut self) -> Beat {
        self.misses = 0;
        Beat::Ask(EVERY_S)
    }

    /// There was none in time.
    pub(in super::super) const fn missed(&mut self) -> Beat {
        self.misses += 1;
        if self.misses < MISSES_MAX { Beat::Ask(0.0) } else { Beat::Dead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: half_open
    #[test]
    fn guard_half_open_is_found_within_thirteen_seconds() {
        let mut beat = Heartbeat::default();
        assert_eq!(beat.answered(), Beat::Ask(EVERY_S));
        let (mut passed, mut next) = (0.0, beat.answered());
        while let Beat::Ask(pause) = next {
            passed += pause + LIMIT_S;
            next = beat.missed();
        }
        assert!(passed <= 13.0, "{passed}");
    }

    #[test]
    fn one_miss_is_forgiven() {
        let mut beat = Heartbeat::default();
        for _ in 0..5 {
            assert_eq!(beat.missed(), Beat::Ask(0.0));
            assert_eq!(beat.answered(), Beat::Ask(EVERY_S));
        }
    }
}
