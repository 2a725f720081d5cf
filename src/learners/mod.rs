//! Learning: how an agent's network is fitted to an environment, kept and used.
//!
//! A learner sees an [`Environment`] and nothing of markets. [`ppo`] and [`dqn`] are the algorithms, [`run`]
//! the loop around them that validates, keeps checkpoints and stops; an agent [`bundle`] is the result, a
//! [`Policy`] its plain-number front for everything that does not learn.

pub mod bundle;
pub mod dqn;
mod environment;
mod folder;
mod numerics;
mod policy;
pub mod ppo;
pub mod run;

pub use environment::{
    CartPole, Environment, EnvironmentShape, EnvironmentStateError, FinalObs, GymEnvironment,
    Observed, Transition,
};
pub use folder::FolderError;
pub use policy::{Decision, Policy, PolicyError};
