//! Deep Q-learning over a replay buffer, from plain to Rainbow, with or without memory.
//!
//! `train` is the algorithm on one page: act, remember, and fit the values of remembered actions to
//! what followed them. The other files are its words. With PPO it shares the networks' trunk and the
//! optimiser, nothing else.

mod checkpoint;
mod explore;
mod loss;
mod n_step;
mod replay;
mod report;
mod sum_tree;
mod train;

#[cfg(test)]
mod tests;

pub use report::{LearnedStatistics, UpdateReport, UpdateStatistics};
pub use train::{DqnError, Trainer};
