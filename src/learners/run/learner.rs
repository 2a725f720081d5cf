//! What the loop needs of an algorithm.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;

use super::checkpoint::{Checkpoint, CheckpointError};
use crate::models::Model;

/// A policy in training, whatever the algorithm.
pub trait Learner {
    /// Gathers some experience and learns from it.
    ///
    /// # Errors
    /// [`LearnError`] if the device does not give up its results.
    fn run_update(&mut self) -> Result<UpdateOutcome, LearnError>;

    /// How far the run has come.
    fn progress(&self) -> LearnerProgress;

    /// The present policy.
    fn model(&self) -> &Model;

    /// Everything that the next updates depend on.
    ///
    /// # Errors
    /// [`CheckpointError`] if the device does not give it up or the weights are not finite.
    fn checkpoint(&self) -> Result<Checkpoint, CheckpointError>;

    /// Goes back to a checkpoint; the next updates have the bits they would have had then.
    ///
    /// # Errors
    /// [`CheckpointError`] that names the part that does not fit this learner, which must then be
    /// dropped.
    fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError>;
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnerProgress {
    /// Updates done.
    pub updates: u64,
    /// Environment steps done.
    pub env_steps: u64,
    /// Environment steps of the whole run.
    pub total_env_steps: u64,
}

impl LearnerProgress {
    /// Whether all steps of the run are done.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.env_steps >= self.total_env_steps
    }
}

/// An algorithm failed; its own reason.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct LearnError(Box<dyn Error + Send + Sync>);

impl LearnError {
    /// Wraps the reason of an algorithm.
    #[must_use]
    pub fn new(reason: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(reason))
    }
}

/// How an update went.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateOutcome<R = UpdateReport> {
    /// The policy was improved.
    Learned(R),
    /// Something became infinite or not a number; the parameters are those before the update.
    Diverged(Divergence),
}

/// What became infinite or not a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// The update that was abandoned, counted from 1.
    pub update: u64,
    /// The quantity, by its logged name.
    pub quantity: &'static str,
    /// Its value.
    pub value: f64,
}

/// One update, as it is logged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpdateReport {
    /// Updates done, this one included.
    pub update: u64,
    /// Environment steps done in all.
    pub env_steps: u64,
    /// What the algorithm tells of the update, by logged name.
    #[serde(flatten)]
    pub metrics: BTreeMap<&'static str, f64>,
    /// Environment steps per second while acting.
    pub rollout_steps_per_s: f64,
    /// Environment steps per second while learning from them.
    pub update_steps_per_s: f64,
    /// Environment steps per second of both together.
    pub steps_per_s: f64,
}
