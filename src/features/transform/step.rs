//! One step of the chain with its fitted numbers.

use serde::{Deserialize, Serialize};

use super::yeo_johnson::yeo_johnson;

/// A transform whose parameters are known. All numbers survive JSON bit for bit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FittedStep {
    /// Holds values inside `low..=high`.
    Clip {
        /// The lower percentile of the fit.
        low: f64,
        /// The upper percentile of the fit.
        high: f64,
    },
    /// The power transform of Yeo and Johnson.
    YeoJohnson {
        /// The power of highest likelihood, −5 to 5.
        lambda: f64,
    },
    /// `(x − center) / scale`: mean and standard deviation, or median and interquartile range.
    Scale {
        /// What is taken off.
        center: f64,
        /// What is divided by, above 0.
        scale: f64,
    },
    /// Always 0: the column had one value only, and a scale cannot be told from it.
    Constant {
        /// That value, as the chain had it here.
        value: f64,
    },
    /// Slope ½ beyond |2|, ¼ beyond |3|, clipped at ±3, halved.
    Squash,
}

impl FittedStep {
    /// The transformed value; NaN stays NaN.
    #[must_use]
    pub fn apply(&self, x: f64) -> f64 {
        match *self {
            Self::Clip { low, .. } if x < low => low,
            Self::Clip { high, .. } if x > high => high,
            Self::Clip { .. } => x,
            Self::YeoJohnson { lambda } => yeo_johnson(x, lambda),
            Self::Scale { center, scale } => (x - center) / scale,
            Self::Constant { .. } if x.is_nan() => x,
            Self::Constant { .. } => 0.0,
            Self::Squash => squash(x),
        }
    }
}

/// With `a = |x|`: `a` up to 2, `2 + (a − 2)/2` up to 3, `2.5 + (a − 3)/4` up to 5, 3 beyond; then
/// half of that with the sign of x, so −1.5 to 1.5.
fn squash(x: f64) -> f64 {
    let size = x.abs();
    let bent = if size <= 2.0 {
        size
    } else if size <= 3.0 {
        2.0 + (size - 2.0) / 2.0
    } else {
        // `clamp` keeps NaN, `min` would not.
        (2.5 + (size - 3.0) / 4.0).clamp(0.0, 3.0)
    };
    bent.copysign(x) * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squash_by_hand() {
        for (x, expected) in [
            (0.0, 0.0),
            (1.0, 0.5),
            (2.0, 1.0),
            (2.5, 1.125),
            (3.0, 1.25),
            (4.0, 1.375),
            (5.0, 1.5),
            (1e9, 1.5),
            (f64::INFINITY, 1.5),
        ] {
            assert_eq!(FittedStep::Squash.apply(x), expected, "{x}");
            assert_eq!(FittedStep::Squash.apply(-x), -expected, "{x}");
        }
    }

    #[test]
    fn nan_stays_nan() {
        for step in [
            FittedStep::Clip { low: 0.0, high: 1.0 },
            FittedStep::YeoJohnson { lambda: 0.5 },
            FittedStep::Scale { center: 0.0, scale: 1.0 },
            FittedStep::Constant { value: 1.0 },
            FittedStep::Squash,
        ] {
            assert!(step.apply(f64::NAN).is_nan(), "{step:?}");
        }
    }
}
