//! Environments as a learner sees them: the contract, the trading gym behind it, and toy tasks.

mod contract;
mod gym;
#[cfg(test)]
pub(super) mod toys;

pub use contract::{Environment, EnvironmentShape, EnvironmentStateError, Observed, Transition};
pub use gym::GymEnvironment;
