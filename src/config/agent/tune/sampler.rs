//! How values are chosen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How values are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Independent draws.
    Random,
    /// Every combination in turn; ranges are cut into `steps` (uniform, log_uniform).
    Grid,
    /// Tree-structured Parzen estimator.
    Tpe(TpeSampler),
}

impl Default for Sampler {
    fn default() -> Self {
        Self::Tpe(TpeSampler::default())
    }
}

/// Tree-structured Parzen estimator (Bergstra et al. 2011).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TpeSampler {
    /// Random trials before the model is used, at least 1. Default 10.
    pub startup_trials: usize,
    /// Draws among which the best is taken, at least 1. Default 24.
    pub candidates: usize,
}

impl Default for TpeSampler {
    fn default() -> Self {
        Self { startup_trials: 10, candidates: 24 }
    }
}
