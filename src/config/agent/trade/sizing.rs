//! How a wish becomes target weights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a wish becomes target weights. Of the signal, `target_weights` and `volatility_target` take the weights,
/// `fixed_fractional` takes the wanted symbols and their sides, and the others take these and the share of equity in all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sizing {
    /// The weights of the signal.
    TargetWeights(BandSizing),
    /// Each wanted symbol carries the same share of the variance.
    EqualRisk(WindowSizing),
    /// The mix of the wanted symbols with the least variance.
    MinVariance(WindowSizing),
    /// The mix of the wanted symbols with the highest ratio of mean to deviation.
    MaxSharpe(WindowSizing),
    /// A share of the Kelly weights, capped; together at most the share of equity that the signal wants.
    Kelly(KellySizing),
    /// The weights of the signal, scaled to a yearly volatility.
    VolatilityTarget(VolatilityTargetSizing),
    /// The same share of equity for each wanted symbol.
    FixedFractional(FixedFractionalSizing),
}

impl Default for Sizing {
    fn default() -> Self {
        Self::TargetWeights(BandSizing::default())
    }
}

/// Settings of `target_weights`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BandSizing {
    /// A symbol whose weight is off by no more than this is left alone, unless that borrows; a fraction of equity, 0..=1.
    /// Default 0.
    pub band: f64,
}

/// Settings of the rules that estimate from recent bars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindowSizing {
    /// Bars to estimate from, 10..=10000. Until they are there, the weights of the signal are taken. Default 63.
    pub window: usize,
    /// As in target_weights. Default 0.01.
    pub band: f64,
}

impl Default for WindowSizing {
    fn default() -> Self {
        Self { window: 63, band: 0.01 }
    }
}

/// Settings of `kelly`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KellySizing {
    /// Share of the full Kelly weights, above 0 to 1. Default 0.25.
    pub fraction: f64,
    /// Largest absolute weight of a symbol, above 0 to 10. Default 0.5.
    pub weight_max: f64,
    /// As in equal_risk. Default 252.
    pub window: usize,
    /// As in target_weights. Default 0.01.
    pub band: f64,
}

impl Default for KellySizing {
    fn default() -> Self {
        Self { fraction: 0.25, weight_max: 0.5, window: 252, band: 0.01 }
    }
}

/// Settings of `volatility_target`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VolatilityTargetSizing {
    /// Yearly standard deviation of the portfolio's return that is aimed at, above 0 to 10. Default 0.1.
    pub volatility_annual: f64,
    /// Largest multiple of the signal's weights, above 0 to 100. Default 1.
    pub scale_max: f64,
    /// As in equal_risk. Default 63.
    pub window: usize,
    /// As in target_weights. Default 0.01.
    pub band: f64,
}

impl Default for VolatilityTargetSizing {
    fn default() -> Self {
        Self { volatility_annual: 0.1, scale_max: 1.0, window: 63, band: 0.01 }
    }
}

/// Settings of `fixed_fractional`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FixedFractionalSizing {
    /// Weight of each wanted symbol, above 0 to 1. Default 0.1.
    pub fraction: f64,
    /// As in target_weights. Default 0.01.
    pub band: f64,
}

impl Default for FixedFractionalSizing {
    fn default() -> Self {
        Self { fraction: 0.1, band: 0.01 }
    }
}
