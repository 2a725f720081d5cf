//! What a learner needs of an environment.

use std::fmt;
use std::sync::Arc;

use burn::tensor::{Int, Tensor};

/// What the policy sees before its first step.
#[derive(Debug, Clone)]
pub struct Observed {
    /// `[N, O] f32`
    pub obs: Tensor<2>,
    /// `[N, K] f32`, 1 where an action is legal, else 0. At least one action is legal.
    pub legal: Tensor<2>,
}

/// What one step of N environments gives.
///
/// An environment whose episode ended has been reset: `obs` and `legal` belong to the first step of
/// its next episode, `final_obs` to the last state of the ended one.
#[derive(Debug, Clone)]
pub struct Transition {
    /// `[N, O] f32`
    pub obs: Tensor<2>,
    /// `[N] f32`
    pub reward: Tensor<1>,
    /// `[N] f32`, 1 where the episode reached an end of its own, such as ruin.
    pub terminated: Tensor<1>,
    /// `[N] f32`, 1 where the episode was cut off by a limit of time or data.
    pub truncated: Tensor<1>,
    /// `[N, O] f32`, the observation before any reset; equal to `obs` where nothing ended.
    pub final_obs: FinalObs,
    /// `[N, K] f32`
    pub legal: Tensor<2>,
}

/// The observations before any reset, made when they are asked for: few episodes end at a step, and
/// what ended of its own accord has no value to ask for.
#[derive(Clone)]
pub struct FinalObs(Arc<dyn Fn(Option<Tensor<1, Int>>) -> Tensor<2> + Send + Sync>);

impl FinalObs {
    /// Observations that are made already, `[N, O]`.
    #[must_use]
    pub fn ready(obs: Tensor<2>) -> Self {
        Self::lazy(move |rows| match rows {
            Some(rows) => obs.clone().select(0, rows),
            None => obs.clone(),
        })
    }

    /// Observations that `make` gives: the rows asked for, or all of them.
    #[must_use]
    pub fn lazy(
        make: impl Fn(Option<Tensor<1, Int>>) -> Tensor<2> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(make))
    }

    /// Those of every environment, `[N, O]`.
    #[must_use]
    pub fn all(&self) -> Tensor<2> {
        (self.0)(None)
    }

    /// Those of some environments: `[M] → [M, O]`.
    #[must_use]
    pub fn rows(&self, rows: Tensor<1, Int>) -> Tensor<2> {
        (self.0)(Some(rows))
    }
}

impl fmt::Debug for FinalObs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FinalObs")
    }
}

/// The sizes of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvironmentShape {
    /// Environments that step together.
    pub num_envs: usize,
    /// Values in an observation.
    pub num_observations: usize,
    /// Actions to choose from.
    pub num_actions: usize,
}

/// A saved state does not fit an environment.
#[derive(Debug, thiserror::Error)]
#[error("the saved state of the environment does not fit: {reason}")]
pub struct EnvironmentStateError {
    /// What was expected and what was found.
    pub reason: String,
}

/// N environments that step together.
pub trait Environment {
    /// How many environments, and how wide.
    fn shape(&self) -> EnvironmentShape;

    /// Starts an episode in every environment.
    fn reset(&mut self) -> Observed;

    /// Takes one action in every environment; `actions: [N]`.
    fn step(&mut self, actions: Tensor<1, Int>) -> Transition;

    /// Everything that the next steps depend on, random streams included.
    ///
    /// # Errors
    /// If the device does not give up its values.
    fn state(&self) -> Result<Vec<u8>, EnvironmentStateError>;

    /// Goes back to a state that [`Self::state`] gave.
    ///
    /// # Errors
    /// If the bytes are not the state of such an environment.
    fn restore(&mut self, state: &[u8]) -> Result<(), EnvironmentStateError>;
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn final_observations_are_given_whole_or_by_row() {
        let device = Device::flex();
        let obs = FinalObs::ready(Tensor::from_floats([[1.0, 2.0], [3.0, 4.0]], &device));
        let rows: Vec<f32> =
            obs.rows(Tensor::from_ints([1, 0], &device)).try_into_vec_as().unwrap();
        assert_eq!(rows, [3.0, 4.0, 1.0, 2.0]);
        assert_eq!(obs.all().dims(), [2, 2]);
    }
}
