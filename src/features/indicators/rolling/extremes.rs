//! The highest or lowest value of a window and its age.

use std::collections::VecDeque;

/// A rolling maximum or minimum in constant amortized time: a queue of the values that may still
/// become the extreme. Of equal values the newest counts, as in TA-Lib.
#[derive(Debug, Clone)]
pub(crate) struct RollingExtreme {
    candidates: VecDeque<(u64, f64)>,
    window: u64,
    count: u64,
    sign: f64,
}

impl RollingExtreme {
    /// The highest of the newest `window` values.
    pub(crate) fn highest(window: usize) -> Self {
        Self { candidates: VecDeque::new(), window: window as u64, count: 0, sign: 1.0 }
    }

    /// The lowest of the newest `window` values.
    pub(crate) fn lowest(window: usize) -> Self {
        Self { sign: -1.0, ..Self::highest(window) }
    }

    /// Adds the newest value; returns the extreme and how many values ago it came.
    pub(crate) fn push(&mut self, value: f64) -> (f64, f64) {
        let signed = self.sign * value;
        while self.candidates.back().is_some_and(|&(_, older)| older <= signed) {
            self.candidates.pop_back();
        }
        self.candidates.push_back((self.count, signed));
        self.count += 1;
        while self.candidates.front().is_some_and(|&(at, _)| at + self.window < self.count) {
            self.candidates.pop_front();
        }
        let (at, extreme) = self.candidates.front().copied().unwrap_or((self.count, signed));
        (self.sign * extreme, (self.count - 1 - at) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_equal_values_counts() {
        let mut highest = RollingExtreme::highest(3);
        let found: Vec<_> = [2.0, 5.0, 5.0, 1.0, 1.0, 0.0].map(|v| highest.push(v)).into();
        assert_eq!(found, [(2.0, 0.0), (5.0, 0.0), (5.0, 0.0), (5.0, 1.0), (5.0, 2.0), (1.0, 1.0)]);
        let mut lowest = RollingExtreme::lowest(2);
        assert_eq!([3.0, 4.0, 6.0].map(|v| lowest.push(v).0), [3.0, 3.0, 4.0]);
    }
}
