//! Section `learner`: the learning algorithm.

mod ppo;
mod schedule;

pub use ppo::{Learner, Ppo};
pub use schedule::Schedule;
