//! Proximal policy optimisation over whole sequences.
//!
//! `train` is the algorithm on one page: collect a rollout, estimate advantages, take some epochs of
//! gradient steps over shuffled sequences. The other files are its words.

mod categorical;
mod checkpoint;
mod gae;
mod loss;
mod minibatch;
mod report;
mod rollout;
mod train;

#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use gae::{Outcome, advantages};
pub use report::{UpdateReport, UpdateStatistics};
pub use train::{Divergence, PpoError, Trainer, UpdateOutcome};
