//! The trading gym as a learner's environment.

use burn::tensor::{Int, Tensor};

use super::contract::{
    Environment, EnvironmentShape, EnvironmentStateError, FinalObs, Observed, Transition,
};
use crate::gym::{EnvState, VecEnv};

/// A [`VecEnv`] that keeps its own state between steps.
pub struct GymEnvironment {
    env: VecEnv,
    /// Absent only while a step uses it: a state that nobody else holds is changed in place.
    state: Option<EnvState>,
    /// The flags of every step where no action is ever illegal.
    all_legal: Option<Tensor<2>>,
}

impl GymEnvironment {
    /// Wraps an environment; its first episodes begin with [`Environment::reset`].
    #[must_use]
    pub fn new(env: VecEnv) -> Self {
        let (state, _, mask) = env.reset();
        let all_legal = (!env.has_masks()).then(|| mask.ones_like());
        Self { env, state: Some(state), all_legal }
    }

    /// 1 where the additive mask leaves an action alone, else 0: `[N, K]`.
    fn legal(&self, mask: Tensor<2>) -> Tensor<2> {
        match &self.all_legal {
            Some(flags) => flags.clone(),
            None => mask.equal_elem(0.0).float(),
        }
    }

    fn held(&self) -> Result<&EnvState, EnvironmentStateError> {
        let reason = "a step is under way".to_owned();
        self.state.as_ref().ok_or(EnvironmentStateError { reason })
    }
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
        self.state = Some(state);
        Observed { obs, legal: self.legal(mask) }
    }

    fn step(&mut self, actions: Tensor<1, Int>) -> Transition {
        let state = self.state.take().unwrap_or_else(|| self.env.reset().0);
        let (state, step) = self.env.step(state, actions);
        self.state = Some(state);
        let last_obs = step.last_obs;
        Transition {
            obs: step.obs,
            reward: step.reward,
            terminated: step.terminated.float(),
            truncated: step.truncated.float(),
            final_obs: FinalObs::lazy(move |rows| match rows {
                Some(rows) => last_obs.rows(rows),
                None => last_obs.all(),
            }),
            legal: self.legal(step.mask),
        }
    }

    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError> {
        let data = self.held()?.to_data().map_err(|error| wrong(&error))?;
        serde_json::to_vec(&data).map_err(|error| wrong(&error))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError> {
        let data = serde_json::from_slice(state).map_err(|error| wrong(&error))?;
        self.state = Some(self.env.state_from_data(&data).map_err(|error| wrong(&error))?);
        Ok(())
    }
}

fn wrong(error: &dyn std::error::Error) -> EnvironmentStateError {
    EnvironmentStateError { reason: error.to_string() }
}
