//! Key `eval.stress`: under which hardships a frozen agent is judged again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Hardships under which a frozen agent is judged again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stress {
    /// What every cost of trading is multiplied by, 0..=1000 each. Default [0, 1, 2, 3, 5].
    pub cost_multiples: Vec<f64>,
    /// Bars that an order waits before it is sent, 0..=1000 each. Default [0, 1, 2, 5].
    pub delays_bars: Vec<usize>,
    /// What deviations of log returns from their mean are multiplied by, above 0 and at most 10.
    /// Default 2.
    pub volatility_multiple: f64,
    /// Years drawn from the judged bars, of which the bad ones are judged.
    pub bad_years: BadYears,
    /// Falls of the held asset from one bar to the next.
    pub gaps: Gaps,
    /// Stretches of bars with wide spreads.
    pub wide_spreads: WideSpreads,
    /// Missing bars and halts.
    pub halts: Halts,
}

impl Default for Stress {
    fn default() -> Self {
        Self {
            cost_multiples: vec![0.0, 1.0, 2.0, 3.0, 5.0],
            delays_bars: vec![0, 1, 2, 5],
            volatility_multiple: 2.0,
            bad_years: BadYears::default(),
            gaps: Gaps::default(),
            wide_spreads: WideSpreads::default(),
            halts: Halts::default(),
        }
    }
}

/// Years drawn from the judged bars in blocks; the worst of them by the mean of all symbols are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BadYears {
    /// Years drawn, 1..=10000. Default 200.
    pub drawn: usize,
    /// The worst of them that are judged, 0..=drawn; 0 leaves the scenario out. Default 10.
    pub judged: usize,
    /// Mean length of a block, bars, 1..=10000. Default 21.
    pub block_bars: usize,
}

impl Default for BadYears {
    fn default() -> Self {
        Self { drawn: 200, judged: 10, block_bars: 21 }
    }
}

/// Falls of the held asset from one bar to the next, each at a bar drawn by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gaps {
    /// Losses of the asset that is held most, fractions above 0 and below 1. Default [0.1, 0.2].
    pub losses: Vec<f64>,
    /// Bars drawn for each loss, 0..=1000; 0 leaves the scenario out. Default 10.
    pub draws: usize,
}

impl Default for Gaps {
    fn default() -> Self {
        Self { losses: vec![0.1, 0.2], draws: 10 }
    }
}

/// Stretches of bars with wide spreads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WideSpreads {
    /// What the half-spread is multiplied by, 1..=1000. Default 10.
    pub multiple: f64,
    /// Share of the bars that lie in a stretch, 0..=1; 0 leaves the scenario out. Default 0.1.
    pub share: f64,
    /// Bars of a stretch, 1..=1000. Default 5.
    pub stretch_bars: usize,
}

impl Default for WideSpreads {
    fn default() -> Self {
        Self { multiple: 10.0, share: 0.1, stretch_bars: 5 }
    }
}

/// Missing bars and halts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Halts {
    /// Share of bars that are missing, 0..=0.9; 0 leaves the scenario out. Default 0.05.
    pub missing_share: f64,
    /// Bars for which the asset that is held most does not trade, 0..=1000; 0 leaves the scenario
    /// out. Default 10.
    pub halt_bars: usize,
    /// Draws of each, 1..=1000. Default 5.
    pub draws: usize,
}

impl Default for Halts {
    fn default() -> Self {
        Self { missing_share: 0.05, halt_bars: 10, draws: 5 }
    }
}
