//! Many values in a few numbers.

use serde::{Deserialize, Serialize};

use crate::metrics::{mean, percentile, standard_deviation};

/// What many values look like; values that are absent are counted and left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Values there are.
    pub count: usize,
    /// Values that are absent.
    pub absent: usize,
    /// Their mean.
    pub mean: Option<f64>,
    /// Their sample standard deviation.
    pub deviation: Option<f64>,
    /// The least.
    pub min: Option<f64>,
    /// 5 % lie below.
    pub percentile_5: Option<f64>,
    /// The middle.
    pub median: Option<f64>,
    /// 95 % lie below.
    pub percentile_95: Option<f64>,
    /// The greatest.
    pub max: Option<f64>,
    /// The share below 0.
    pub below_zero: Option<f64>,
}

impl Distribution {
    /// Looks at all values.
    #[must_use]
    pub fn of(values: &[Option<f64>]) -> Self {
        let there: Vec<f64> = values.iter().copied().flatten().filter(|v| v.is_finite()).collect();
        let below = there.iter().filter(|value| **value < 0.0).count();
        let at = |share: f64| percentile(&there, share);
        Self {
            count: there.len(),
            absent: values.len() - there.len(),
            mean: mean(&there),
            deviation: standard_deviation(&there),
            min: at(0.0),
            percentile_5: at(0.05),
            median: at(0.5),
            percentile_95: at(0.95),
            max: at(1.0),
            below_zero: (!there.is_empty()).then(|| below as f64 / there.len() as f64),
        }
    }
}
