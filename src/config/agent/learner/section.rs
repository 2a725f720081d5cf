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
