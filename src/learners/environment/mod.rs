//! Environments as a learner sees them: the contract, the trading gym behind it, and toy tasks.

mod cart_pole;
mod contract;
mod gym;
#[cfg(test)]
pub(super) mod toys;

pub use cart_pole::CartPole;
pub use contract::{
    Environment, EnvironmentShape, EnvironmentStateError, FinalObs, Observed, Transition,
};
pub use gym::GymEnvironment;
