//! What is known about a run while it goes and when it has ended.

use serde::{Deserialize, Serialize};

use super::learner::Divergence;
use crate::models::Model;

/// The state of the loop, as a checkpoint keeps it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Updates done.
    pub updates: u64,
    /// Environment steps done.
    pub env_steps: u64,
    /// All validations so far, oldest first.
    pub validations: Vec<Validation>,
    /// The best of them, if any had a finite score.
    pub best: Option<Validation>,
}

/// One judgement of the policy on held-back data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// The update after which it was made.
    pub update: u64,
    /// Environment steps behind the policy.
    pub env_steps: u64,
    /// The score; higher is better, absent if it was not a finite number.
    pub score: Option<f64>,
}

impl RunState {
    /// Validations since the best one.
    #[must_use]
    pub fn validations_without_best(&self) -> u64 {
        let since = self.best.map_or(0, |best| best.update);
        self.validations.iter().filter(|made| made.update > since).count() as u64
    }
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEnd {
    /// All steps are done.
    Finished,
    /// Validation stopped getting better.
    StoppedEarly,
    /// The caller asked for a stop; the run can go on from its checkpoint.
    Interrupted,
    /// Numbers were lost; the networks are those of the last good checkpoint.
    Diverged(Divergence),
}

/// What a run leaves.
#[derive(Debug)]
pub struct RunResult {
    /// Why it ended.
    pub end: RunEnd,
    /// The state of the loop.
    pub state: RunState,
    /// The policy at the end.
    pub last: Model,
    /// The policy with the best validation score, if there was one.
    pub best: Option<Model>,
}
