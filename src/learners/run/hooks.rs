//! What the caller of a run decides.

use std::error::Error;

use super::learner::UpdateReport;
use super::outcome::RunState;
use crate::learners::Policy;

/// What the caller does along the way.
pub trait RunHooks {
    /// Called once before the first update, with the state after a resume if there was one.
    fn on_start(&mut self, state: &RunState);

    /// Called after each update and the validation that may have followed.
    fn on_update(&mut self, report: &UpdateReport, state: &RunState);

    /// Judges the present policy on held-back data; higher is better.
    ///
    /// # Errors
    /// Whatever keeps it from judging; it ends the run.
    fn validate(&mut self, policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>>;

    /// Asked between updates; `true` ends the run after a checkpoint.
    fn should_stop(&self) -> bool;
}

/// What to do with checkpoints of an earlier process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Go on from the newest one, if there is one.
    Auto,
    /// Go on from the newest one; it is an error if there is none.
    Must,
    /// Remove them and start afresh.
    Never,
}
