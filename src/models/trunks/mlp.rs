//! The trunk without memory: tanh layers.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::models::dense::{Dense, tanh};
use crate::models::parameters::{HIDDEN_GAIN, ParameterSpec, linear};

/// Widths of the trunk without memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Width of each layer.
    pub hidden: usize,
    /// Layers before the heads.
    pub layers: usize,
}

impl MlpShape {
    pub(in crate::models) const fn feature_width(&self) -> usize {
        if self.layers == 0 { self.num_observations } else { self.hidden }
    }
}

/// The parameters in order.
pub(in crate::models) fn mlp_specs(shape: &MlpShape) -> Vec<ParameterSpec> {
    let MlpShape { num_observations, hidden, layers } = *shape;
    let layer = |at: usize| {
        let inputs = if at == 0 { num_observations } else { hidden };
        linear(&format!("layers.{at}"), inputs, hidden, HIDDEN_GAIN)
    };
    (0..layers).flat_map(layer).collect()
}

/// The layers as matrices of one pass.
#[derive(Debug, Clone)]
pub(in crate::models) struct MlpTrunk {
    layers: Vec<Dense>,
}

impl MlpTrunk {
    /// Takes the leaves in the order of [`mlp_specs`].
    pub(in crate::models) fn new(leaves: &[Tensor<2>]) -> Self {
        let layers = leaves.chunks_exact(2);
        Self { layers: layers.map(|pair| Dense::new(pair[0].clone(), pair[1].clone())).collect() }
    }

    /// `[M, O]` to features `[M, D]`.
    pub(in crate::models) fn forward(&self, obs: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(obs, |features, layer| tanh(layer.forward(features)))
    }

    /// L steps: features `[L·B, D]`.
    pub(in crate::models) fn sequence(&self, obs: Tensor<3>) -> Tensor<2> {
        let [steps, batch, width] = obs.dims();
        self.forward(obs.reshape([steps * batch, width]))
    }
}
