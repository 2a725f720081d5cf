//! A price path in closed form: the sum of bounded noise on ever coarser levels, so that any instant costs the same.

use std::ops::Range;

/// Seconds between the knots of the finest level; each next level has four times as many.
const FINEST: f64 = 5.0;
const FACTOR: f64 = 4.0;
const LEVELS: usize = 13;
/// Of a log price; gives about 20 % a year.
const FINEST_AMPLITUDE: f64 = 7.2e-5;

/// The log price of one symbol over seconds since 1970, relative to its base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    key: u64,
}

/// Which end of a path is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extreme {
    High,
    Low,
}

impl Noise {
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let mut key = mix(seed ^ 0x9e37_79b9_7f4a_7c15);
        for byte in name.bytes() {
            key = mix(key ^ u64::from(byte));
        }
        Self { key }
    }

    /// A number in 0..1 that depends on purpose and index alone.
    pub(super) fn chance(self, purpose: u64, index: i64) -> f64 {
        let bits = mix(
            mix(self.key ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93)) ^ index.cast_unsigned()
        );
        (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// The log price.
    pub(super) fn value(self, time: f64) -> f64 {
        (0..LEVELS).map(|level| amplitude(level) * self.level(level, time)).sum()
    }

    /// The highest or lowest value within a range of seconds, exactly: every level is a straight line between its knots, so
    /// blocks that cannot hold the extreme are left out.
    pub(super) fn extreme(self, range: &Range<f64>, which: Extreme) -> f64 {
        let sign = if which == Extreme::High { 1.0 } else { -1.0 };
        let ends = [range.start, range.end].map(|time| sign * self.value(time));
        let mut best = ends[0].max(ends[1]);
        self.search(range, LEVELS - 1, sign, &mut best);
        sign * best
    }

    /// Looks at the blocks of one level inside a range.
    fn search(self, range: &Range<f64>, level: usize, sign: f64, best: &mut f64) {
        let period = period(level);
        let mut start = range.start;
        while start < range.end {
            let knot = ((start / period).floor() + 1.0) * period;
            let end = knot.min(range.end);
            let coarse =
                self.from_level(level, start).max_by_sign(self.from_level(level, end), sign);
            let finer: f64 = (0..level).map(amplitude).sum();
            if sign * coarse + finer > *best {
                if level == 0 {
                    *best = best.max(sign * coarse);
                } else {
                    self.search(&(start..end), level - 1, sign, best);
                }
            }
            start = end;
        }
    }

    fn from_level(self, first: usize, time: f64) -> f64 {
        (first..LEVELS).map(|level| amplitude(level) * self.level(level, time)).sum()
    }

    /// In −1..=1, a straight line between the knots of the level.
    fn level(self, level: usize, time: f64) -> f64 {
        let place = time / period(level);
        let knot = place.floor();
        let at = |index: i64| 2.0 * self.chance(100 + level as u64, index) - 1.0;
        let (left, right) = (at(whole(knot)), at(whole(knot) + 1));
        left + (right - left) * (place - knot)
    }

    /// Rises by one a second on average and always rises.
    pub(super) fn pace(self, time: f64) -> f64 {
        time + self.level(0, time) + 60.0 * self.level(3, time)
    }
}

trait BySign {
    fn max_by_sign(self, other: Self, sign: f64) -> Self;
}

impl BySign for f64 {
    fn max_by_sign(self, other: Self, sign: f64) -> Self {
        if sign * self >= sign * other { self } else { other }
    }
}

fn period(level: usize) -> f64 {
    PERIODS.get(level).copied().unwrap_or(FINEST)
}

/// Grows with the square root of the period, as a random walk does: twice as much a level.
fn amplitude(level: usize) -> f64 {
    AMPLITUDES.get(level).copied().unwrap_or(0.0)
}

const PERIODS: [f64; LEVELS] = {
    let mut periods = [FINEST; LEVELS];
    let mut level = 1;
    while level < LEVELS {
        periods[level] = periods[level - 1] * FACTOR;
        level += 1;
    }
    periods
};

const AMPLITUDES: [f64; LEVELS] = {
    let mut amplitudes = [FINEST_AMPLITUDE; LEVELS];
    let mut level = 1;
    while level < LEVELS {
        amplitudes[level] = amplitudes[level - 1] * 2.0;
        level += 1;
    }
    amplitudes
};

#[expect(clippy::cast_possible_truncation, reason = "seconds of some thousand years at most")]
const fn whole(number: f64) -> i64 {
    number as i64
}

/// The finalizer of splitmix64.
const fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
