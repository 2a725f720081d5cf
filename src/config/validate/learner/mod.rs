//! Rules of `learner` and `train`.

mod a2c;
mod dqn;
mod ppo;
mod schedule;
mod section;

pub(super) use section::check;
