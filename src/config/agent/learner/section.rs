//! The choice of algorithm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{A2c, Dqn, Ppo};

/// Which algorithm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Learner {
    /// Proximal policy optimisation.
    Ppo(Ppo),
    /// Deep Q-learning, plain to Rainbow.
    Dqn(Dqn),
    /// Advantage actor-critic.
    A2c(A2c),
}

impl Default for Learner {
    fn default() -> Self {
        Self::Ppo(Ppo::default())
    }
}

impl Learner {
    /// Environment steps of a whole run.
    #[must_use]
    pub const fn total_env_steps(&self) -> u64 {
        match self {
            Self::Ppo(ppo) => ppo.total_env_steps,
            Self::Dqn(dqn) => dqn.total_env_steps,
            Self::A2c(a2c) => a2c.total_env_steps,
        }
    }
}
