//! Section `train`: how a run is kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a run is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Seconds between checkpoints, at least 1. Default 300.
    pub checkpoint_every_seconds: u64,
    /// Updates between validations, at least 1. Default 5.
    pub validate_every_updates: u64,
    /// Stop after so many validations without a better score; absent: never.
    pub early_stop_validations: Option<u64>,
    /// Which bundles are kept. Default best_and_last.
    pub keep: Keep,
}

impl Default for Train {
    fn default() -> Self {
        Self {
            checkpoint_every_seconds: 300,
            validate_every_updates: 5,
            early_stop_validations: None,
            keep: Keep::BestAndLast,
        }
    }
}

/// Which bundles a run keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The best on validation and the last.
    BestAndLast,
    /// The best on validation.
    Best,
}
