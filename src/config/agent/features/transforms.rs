//! Section `transform`: the fitted chain over every column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Clip at percentiles of the training range.
    ClipPercentile(ClipPercentile),
    /// The power transform of Yeo and Johnson, λ by maximum likelihood.
    YeoJohnson,
    /// Subtract the mean, divide by the standard deviation.
    Standardize,
    /// Slope ½ beyond |2|, ¼ beyond |3|, then clip at ±3 and halve.
    Squash,
    /// Subtract the median, divide by the interquartile range.
    Robust,
}

/// Percentiles, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClipPercentile {
    /// Lower percentile. Default 0.1.
    pub low: f64,
    /// Upper percentile. Default 99.9.
    pub high: f64,
}

impl Default for ClipPercentile {
    fn default() -> Self {
        Self { low: 0.1, high: 99.9 }
    }
}
