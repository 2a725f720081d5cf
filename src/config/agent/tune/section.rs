//! The section itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Sampler, Scheduler, SearchSpace};

/// What is searched, how, and what a trial is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tune {
    /// What a trial is worth, on held-back data and net of costs; `train` chooses its best policy by
    /// it too. Default validation.sharpe.
    pub metric: TuneMetric,
    /// Trials of a study, at least 1. Default 32.
    pub trials: usize,
    /// Runs of each trial, with the run seeds `seed`, `seed + 1`, …; a trial is worth their mean. 1..=32. Default 1.
    pub seeds: usize,
    /// Walk-forward folds inside `data.train` and `data.validation`; a trial is worth the mean over
    /// them. 1 is the two ranges as they are. 1..=16. Default 1.
    pub folds: usize,
    /// A trial may be chosen before the results of so many earlier ones are known, 1..=1024: as many
    /// jobs can run at once, and the study does not depend on which of them ends first. Default 4.
    pub lookahead: usize,
    /// How values are chosen. Default tpe.
    pub sampler: Sampler,
    /// Which trials go on. Default asha.
    pub scheduler: Scheduler,
    /// What is searched: key of the agent file and range.
    pub space: SearchSpace,
}

impl Default for Tune {
    fn default() -> Self {
        Self {
            metric: TuneMetric::default(),
            trials: 32,
            seeds: 1,
            folds: 1,
            lookahead: 4,
            sampler: Sampler::default(),
            scheduler: Scheduler::default(),
            space: SearchSpace::default(),
        }
    }
}

/// What a trial is worth; higher is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum TuneMetric {
    /// Annual Sharpe ratio on the validation range.
    #[default]
    #[serde(rename = "validation.sharpe")]
    Sharpe,
    /// Annual Sortino ratio on the validation range.
    #[serde(rename = "validation.sortino")]
    Sortino,
    /// Annual return over largest drawdown on the validation range.
    #[serde(rename = "validation.calmar")]
    Calmar,
    /// Total return on the validation range.
    #[serde(rename = "validation.total_return")]
    TotalReturn,
}
