//! Sections `learner` and `train`: the learning algorithm, and how its run is kept.

mod a2c;
mod dqn;
mod ppo;
mod schedule;
mod section;
mod train;

pub use a2c::A2c;
pub use dqn::{Distributional, Dqn, Prioritized, Window};
pub use ppo::Ppo;
pub use schedule::Schedule;
pub use section::Learner;
pub use train::{Keep, Train};
