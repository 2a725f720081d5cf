//! The trading gym as a learner's environment.

use burn::tensor::{Int, Tensor};

use super::contract::{Environment, EnvironmentShape, EnvironmentStateError, Observed, Transition};
use crate::gym::{EnvState, VecEnv};

/// A [`VecEnv`] that keeps its own state between steps.
pub struct GymEnvironment {
    env: VecEnv,
    state: EnvState,
}

impl GymEnvironment {
    /// Wraps an environment; its first episodes begin with [`Environment::reset`].
    #[must_use]
    pub fn new(env: VecEnv) -> Self {
        let (state, _, _) = env.reset();
        Self { env, state }
    }
}

/// 1 where the additive mask leaves an action alone, else 0: `[N, K]`.
fn legal(mask: Tensor<2>) -> Tensor<2> {
    mask.equal_elem(0.0).float()
}

impl Environment for GymEnvironment {
    fn shape(&self) -> EnvironmentShape {
        EnvironmentShape {
            num_envs: self.env.num_envs(),
            num_observations: self.env.obs_width(),
            num_actions: self.env.num_actions(),
        }
    }

    fn reset(&mut self) -> Observed {
        let (state, obs, mask) = self.env.reset();
        self.state = state;
        Observed { obs, legal: legal(mask) }
    }

    fn step(&mut self, actions: Tensor<1, Int>) -> Transition {
        let (state, step) = self.env.step(self.state.clone(), actions);
        self.state = state;
        let final_obs = self.env.final_obs(&step);
        Transition {
            obs: step.obs,
            reward: step.reward,
            terminated: step.terminated.float(),
            truncated: step.truncated.float(),
            final_obs,
            legal: legal(step.mask),
        }
    }

    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError> {
        let data = self.state.to_data().map_err(|error| wrong(&error))?;
        serde_json::to_vec(&data).map_err(|error| wrong(&error))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError> {
        let data = serde_json::from_slice(state).map_err(|error| wrong(&error))?;
        self.state = self.env.state_from_data(&data).map_err(|error| wrong(&error))?;
        Ok(())
    }
}

fn wrong(error: &dyn std::error::Error) -> EnvironmentStateError {
    EnvironmentStateError { reason: error.to_string() }
}
