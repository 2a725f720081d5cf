//! Last observations of ended episodes, kept for those alone.

use burn::tensor::{Int, Tensor, TensorData};
use burn_flex::FlexTensor;

use super::integers::Integers;
use super::outputs::float;

/// A step's observations and what the rows of ended episodes were before the new ones began.
#[derive(Debug, Clone)]
pub(in crate::gym) struct PatchedObs {
    /// `[N, O]`
    pub(super) obs: FlexTensor,
    /// Environments whose episode ended, in order.
    pub(super) ended: Vec<usize>,
    /// Their last observations, `[E, O]`.
    pub(super) values: Vec<f32>,
}

impl PatchedObs {
    /// `[N, O]`
    pub(in crate::gym) fn all(&self) -> Tensor<2> {
        let mut obs = self.obs.clone();
        if !self.ended.is_empty() {
            let width = self.width();
            let rows = obs.storage_mut::<f32>();
            for (env, values) in self.ended.iter().zip(self.values.chunks_exact(width)) {
                rows[env * width..][..width].copy_from_slice(values);
            }
        }
        float(obs)
    }

    /// `envs`: `[M]` → `[M, O]`
    pub(in crate::gym) fn rows(&self, envs: Tensor<1, Int>) -> Tensor<2> {
        let envs = Integers::new(envs).slice().to_places();
        let width = self.width();
        let obs = self.obs.storage::<f32>();
        let mut values = Vec::with_capacity(envs.len() * width);
        for env in &envs {
            let row = match self.ended.binary_search(env) {
                Ok(at) => &self.values[at * width..][..width],
                Err(_) => &obs[env * width..][..width],
            };
            values.extend_from_slice(row);
        }
        float(FlexTensor::from_data(TensorData::new(values, [envs.len(), width])))
    }

    fn width(&self) -> usize {
        self.obs.layout().shape()[1]
    }
}
