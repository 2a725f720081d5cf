//! Learning: how an agent's network is fitted to an environment, kept and used.
//!
//! A learner sees an [`Environment`] and nothing of markets. [`ppo`] is the algorithm, [`run`] the
//! loop around it that validates, keeps checkpoints and stops; an agent [`bundle`] is the result, a
//! [`Policy`] its plain-number front for everything that does not learn.

pub mod bundle;
mod environment;
mod folder;
mod numerics;
mod policy;
pub mod ppo;
pub mod run;

pub use environment::{
    Environment, EnvironmentShape, EnvironmentStateError, GymEnvironment, Observed, Transition,
};
pub use folder::FolderError;
pub use policy::{Decision, Policy, PolicyError};
