//! Section `learner`: the learning algorithm.

mod a2c;
mod dqn;
mod ppo;
mod schedule;
mod section;

pub use a2c::A2c;
pub use dqn::{Distributional, Dqn, Prioritized, Window};
pub use ppo::Ppo;
pub use schedule::Schedule;
pub use section::Learner;
