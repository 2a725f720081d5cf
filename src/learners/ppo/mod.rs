//! Proximal policy optimisation over whole sequences.
//!
//! `train` is the algorithm on one page: collect a rollout, estimate advantages, take some epochs of
//! gradient steps over shuffled sequences. The other files are its words.

mod checkpoint;
mod descent;
mod gae;
mod loss;
mod minibatch;
mod report;
mod rollout;
mod shelf;
mod train;
mod uniforms;

#[cfg(test)]
mod tests;

pub use gae::{Outcome, advantages};
pub use report::{UpdateReport, UpdateStatistics};
pub use train::{PpoError, Trainer};
