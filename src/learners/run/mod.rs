//! The loop around a learner: validate, keep checkpoints, remember the best, stop.

mod checkpoint;
mod drive;
mod hooks;
mod learner;
mod outcome;
mod progress;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError};
pub(super) use checkpoint::{HostTensor, TensorFile, misfit};
pub use drive::run;
pub use hooks::{Resume, RunHooks};
pub use learner::{Divergence, LearnError, Learner, LearnerProgress, UpdateOutcome, UpdateReport};
pub use outcome::{RunEnd, RunResult, RunState, Validation};
pub use progress::RunError;
