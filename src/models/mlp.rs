//! The network without memory: tanh layers, heads.

use burn::tensor::Tensor;

use super::actor_critic::{SequencePass, Step};
use super::dense::{Dense, Heads, tanh};

/// The network as matrices of one forward pass.
#[derive(Debug, Clone)]
pub(super) struct MlpNetwork {
    layers: Vec<Dense>,
    heads: Heads,
}

impl MlpNetwork {
    /// Takes the layers in order, then policy and value.
    pub(super) fn new(layers: Vec<Dense>, policy: Dense, value: Dense) -> Self {
        Self { layers, heads: Heads::new(policy, value) }
    }

    pub(super) fn step(&self, obs: Tensor<2>, hidden: Tensor<2>) -> Step {
        let (logits, value) = self.heads.forward(self.trunk(obs));
        Step { logits, value, hidden }
    }

    pub(super) fn sequence(&self, obs: Tensor<3>) -> SequencePass {
        let [steps, batch, width] = obs.dims();
        let (logits, values) = self.heads.forward(self.trunk(obs.reshape([steps * batch, width])));
        let [_, num_actions] = logits.dims();
        SequencePass {
            logits: logits.reshape([steps, batch, num_actions]),
            values: values.reshape([steps, batch]),
            cuts: Vec::new(),
        }
    }

    fn trunk(&self, obs: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(obs, |features, layer| tanh(layer.forward(features)))
    }
}
