//! The made-up market.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Symbol;

/// A made-up market: regime-switching volatility, fat tails, correlated assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SyntheticSource {
    /// Seed of the market, apart from the run seed. Default 1.
    pub seed: u64,
    /// Yearly drift of every asset. Default 0.05.
    pub drift_annual: f64,
    /// Yearly volatility in the calm regime. Default 0.15.
    pub volatility_annual: f64,
    /// Volatility of the stormy regime as a multiple of the calm one. Default 2.5.
    pub stress_multiple: f64,
    /// Correlation of returns between assets, 0 to below 1. Default 0.6.
    pub correlation: f64,
    /// Degrees of freedom of the return shocks (Student's t), at least 3. Default 5.
    pub tail_degrees: usize,
    /// Predictability that is planted on purpose, with a known best policy. Default none.
    pub planted: Option<Planted>,
    /// Drift per symbol added to `drift_annual`. Default none.
    pub drift_by_symbol: BTreeMap<Symbol, f64>,
}

impl Default for SyntheticSource {
    fn default() -> Self {
        Self {
            seed: 1,
            drift_annual: 0.05,
            volatility_annual: 0.15,
            stress_multiple: 2.5,
            correlation: 0.6,
            tail_degrees: 5,
            planted: None,
            drift_by_symbol: BTreeMap::new(),
        }
    }
}

/// A hidden favorite: a Markov chain picks one asset (or cash) whose next return has extra drift.
///
/// The favorite is visible at decision time: its volume is `volume_multiple` times the usual.
/// Every other asset loses `edge_bps` divided by the number of symbols in that bar, so that none drifts
/// for ever; while cash is the favorite all of them do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Planted {
    /// Extra log return of the favorite in its next bar, basis points. Default 60.
    pub edge_bps: f64,
    /// Probability that the favorite stays from one bar to the next. Default 0.95.
    pub stay: f64,
    /// Volume of the favorite as a multiple of the usual volume. Default 4.
    pub volume_multiple: f64,
}

impl Default for Planted {
    fn default() -> Self {
        Self { edge_bps: 60.0, stay: 0.95, volume_multiple: 4.0 }
    }
}
