//! Keys `eval.walk_forward` and `eval.purged`: how the bars of an agent are cut into folds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Folds that walk forward in time: each trains, validates and tests on bars that follow one another.
///
/// `data.embargo_bars` are left out between training and validation and between validation and test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WalkForward {
    /// Bars to learn from in the first fold, at least 2. Default 252.
    pub train_bars: usize,
    /// Bars to choose among checkpoints, at least 2. Default 63.
    pub validation_bars: usize,
    /// Bars to judge on, at least 2. Default 63.
    pub test_bars: usize,
    /// Bars from one fold to the next, at least 1. Default 21.
    pub step_bars: usize,
    /// Where training begins in later folds. Default rolling.
    pub mode: WalkMode,
}

impl Default for WalkForward {
    fn default() -> Self {
        Self {
            train_bars: 252,
            validation_bars: 63,
            test_bars: 63,
            step_bars: 21,
            mode: WalkMode::Rolling,
        }
    }
}

/// Where training begins in later folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WalkMode {
    /// It moves on with the fold, so that every fold learns from equally many bars.
    #[default]
    Rolling,
    /// It stays at the first bar, so that later folds learn from more bars.
    Anchored,
}

/// Combinatorial purged cross-validation: every choice of `test_groups` among `groups` is tested once.
///
/// One of the other groups, in turn, chooses among checkpoints; the rest is learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Purged {
    /// Equal parts that the bars are cut into, 3..=20. Default 6.
    pub groups: usize,
    /// Parts that are tested together, 1..=groups - 2. Default 2.
    pub test_groups: usize,
    /// Bars left out of training before a tested part, 0..=1000. Default 5.
    pub purge_bars: usize,
    /// Bars left out of training after a tested part, whose features still see it, 0..=1000.
    /// Default 21.
    pub embargo_bars: usize,
}

impl Default for Purged {
    fn default() -> Self {
        Self { groups: 6, test_groups: 2, purge_bars: 5, embargo_bars: 21 }
    }
}
