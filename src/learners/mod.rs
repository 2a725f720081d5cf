//! Learning: how an agent's network is fitted to an environment, kept and used.
//!
//! A learner sees an [`Environment`] and nothing of markets. [`ppo`] is the algorithm, [`run`] the
//! loop around it that validates, keeps checkpoints and stops; an agent [`bundle`] is the result, a
//! [`Policy`] its plain-number front for everything that does not learn.

mod adam;
pub mod bundle;
mod environment;
mod folder;
mod gym_environment;
mod policy;
pub mod ppo;
pub mod run;
mod sums;
#[cfg(test)]
mod toys;

pub use environment::{
    Environment, EnvironmentShape, EnvironmentStateError, Observed, Transition,
};
pub use folder::FolderError;
pub use gym_environment::GymEnvironment;
pub use policy::{Decision, Policy, PolicyError};
