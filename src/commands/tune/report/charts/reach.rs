//! Which values a picture shows in full.

/// How far below the middle half of the values the picture still reaches, in widths of that half.
const REACH: f64 = 4.0;

/// The range of values that is drawn to scale; what lies below is drawn at the lower edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub(super) low: f64,
    pub(super) high: f64,
    /// How many values lie below `low`.
    pub(super) num_below: usize,
}

impl Reach {
    /// All of the upper values, and of the lower ones those that do not squash the rest.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (&lowest, &high) = (sorted.first()?, sorted.last()?);
        let quarter = sorted[sorted.len() / 4];
        let upper = sorted[(3 * sorted.len() / 4).min(sorted.len() - 1)];
        let limit = quarter - REACH * (upper - quarter).max(0.05 * (high - quarter));
        let low = if lowest < limit {
            sorted.iter().copied().find(|value| *value >= limit).unwrap_or(lowest)
        } else {
            lowest
        };
        let num_below = sorted.iter().filter(|value| **value < low).count();
        Some(Self { low, high, num_below })
    }

    /// Says what is not to scale, if anything.
    pub(super) fn note(&self) -> String {
        match self.num_below {
            0 => String::new(),
            1 => "; one far lower value is drawn at the lower edge".to_owned(),
            many => format!("; {many} far lower values are drawn at the lower edge"),
        }
    }

    /// Both ends with air, also where they are equal.
    pub(super) fn aired(&self) -> (f64, f64) {
        let span = self.high - self.low;
        let air = if span > 0.0 { 0.05 * span } else { 0.05 * self.high.abs().max(0.2) };
        (self.low - air, self.high + air)
    }

    /// Share of a value between the ends, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.high > self.low {
            ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }
}

/// At most `most` of `count` positions in equal steps.
pub(super) fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    (0..most).map(|index| index * count / most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wreck_does_not_squash_the_rest() {
        let mut values: Vec<f64> = (0..40).map(|i| f64::from(i) * 0.05).collect();
        let all = Reach::of(values.iter().copied()).unwrap();
        assert_eq!((all.low, all.num_below), (0.0, 0));
        values.extend([-900.0, f64::NAN, f64::NEG_INFINITY]);
        let reach = Reach::of(values.iter().copied()).unwrap();
        assert_eq!((reach.low, reach.num_below), (0.0, 1));
        assert!(reach.note().contains("one far lower value"));
        assert!(Reach::of([f64::NAN].into_iter()).is_none());
        let single = Reach::of([2.0].into_iter()).unwrap();
        assert_eq!((single.share(2.0), single.aired()), (1.0, (1.9, 2.1)));
    }

    #[test]
    fn positions_are_even() {
        assert_eq!(evenly(3, 9), [0, 1, 2]);
        assert_eq!(evenly(9, 3), [0, 3, 6]);
    }
}
