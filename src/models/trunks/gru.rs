//! The recurrent trunk: encoder and GRU layers.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::gru_layers::{GruLayers, GruLayersShape};
use crate::models::dense::Dense;
use crate::models::ops::relu_norm;
use crate::models::parameters::Leaves;
use crate::models::parameters::{HIDDEN_GAIN, Init, ParameterSpec, linear};

/// Widths of the recurrent trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GruShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Width of the encoder.
    pub encoder: usize,
    /// Width of the hidden state of each layer.
    pub hidden: usize,
    /// GRU layers.
    pub layers: usize,
}

impl GruShape {
    const fn recurrent(&self) -> GruLayersShape {
        GruLayersShape { inputs: self.encoder, hidden: self.hidden, layers: self.layers }
    }
}

/// The parameters in order, named as in PyTorch.
pub(in crate::models) fn gru_specs(shape: &GruShape) -> Vec<ParameterSpec> {
    let GruShape { num_observations, encoder, .. } = *shape;
    let mut specs = linear("encoder", num_observations, encoder, HIDDEN_GAIN);
    specs.push(ParameterSpec::vector("norm.weight", encoder, 1, Init::Constant(1.0)));
    specs.push(ParameterSpec::vector("norm.bias", encoder, 1, Init::Constant(0.0)));
    specs.extend(shape.recurrent().specs());
    specs
}

/// Linear → ReLU → LayerNorm → GRU layers, as matrices of one pass.
#[derive(Debug, Clone)]
pub(in crate::models) struct GruTrunk {
    encoder: Dense,
    norm_scale: Tensor<2>,
    norm_shift: Tensor<2>,
    layers: GruLayers,
}

impl GruTrunk {
    /// Takes the leaves in the order of [`gru_specs`].
    pub(in crate::models) fn new(shape: &GruShape, leaves: &mut Leaves<'_>) -> Self {
        Self {
            encoder: leaves.dense(),
            norm_scale: leaves.take(),
            norm_shift: leaves.take(),
            layers: GruLayers::new(shape.recurrent(), leaves),
        }
    }

    /// One step: features `[N, H]` and state `[N, layers·H]`.
    pub(in crate::models) fn step(
        &self,
        obs: Tensor<2>,
        state: Tensor<2>,
    ) -> (Tensor<2>, Tensor<2>) {
        self.layers.step(self.encode(obs), state)
    }

    /// L steps: features `[L·B, H]`.
    pub(in crate::models) fn sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        state: Tensor<2>,
    ) -> Tensor<2> {
        let [steps, batch, width] = obs.dims();
        let keep = episode_starts.neg().add_scalar(1.0).reshape([steps * batch, 1]);
        let encoded = self.encode(obs.reshape([steps * batch, width]));
        self.layers.sequence(encoded, &keep, state)
    }

    /// `[M, O]` to `[M, E]`.
    fn encode(&self, obs: Tensor<2>) -> Tensor<2> {
        let encoded = self.encoder.forward(obs);
        relu_norm(encoded, self.norm_scale.clone(), self.norm_shift.clone())
    }
}
