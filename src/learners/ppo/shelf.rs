//! Room for the wide values of a rollout, allocated once.

use burn::tensor::{Device, Tensor};

use crate::learners::EnvironmentShape;

/// Observations and legal flags of T steps of N environments, ordered as `[L, S, …]` with the first
/// two axes merged: S counts sequences of L steps, those of one stretch of time beside each other.
#[derive(Debug)]
pub(super) struct Shelf {
    /// `[T·N, O]`
    pub(super) obs: Tensor<2>,
    /// `[T·N, K]`
    pub(super) legal: Tensor<2>,
    num_envs: usize,
    length: usize,
    stretches: usize,
}

impl Shelf {
    /// Room for `num_steps` steps in sequences of `length`.
    pub(super) fn new(
        shape: EnvironmentShape,
        num_steps: usize,
        length: usize,
        device: &Device,
    ) -> Self {
        let rows = num_steps * shape.num_envs;
        Self {
            obs: Tensor::zeros([rows, shape.num_observations], device),
            legal: Tensor::zeros([rows, shape.num_actions], device),
            num_envs: shape.num_envs,
            length,
            stretches: num_steps / length,
        }
    }

    /// Puts one step in its place; nobody else holds the room, so it is written where it lies.
    pub(super) fn put(self, step: usize, obs: Tensor<2>, legal: Tensor<2>) -> Self {
        let Self { obs: all_obs, legal: all_legal, num_envs, length, stretches } = self;
        let first = (step % length * stretches + step / length) * num_envs;
        let rows = first..first + num_envs;
        let (num_values, num_actions) = (obs.dims()[1], legal.dims()[1]);
        Self {
            obs: all_obs.slice_assign([rows.clone(), 0..num_values], obs),
            legal: all_legal.slice_assign([rows, 0..num_actions], legal),
            num_envs,
            length,
            stretches,
        }
    }
}
