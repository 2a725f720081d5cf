//! What a learner needs of an environment.

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
    pub final_obs: Tensor<2>,
    /// `[N, K] f32`
    pub legal: Tensor<2>,
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
