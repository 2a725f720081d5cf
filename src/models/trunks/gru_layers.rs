//! GRU layers on top of one another, as every trunk with a GRU has them.

use burn::tensor::Tensor;

use crate::models::ops::{GruWeights, gru_sequence};
use crate::models::parameters::Leaves;
use crate::models::parameters::{Init, ParameterSpec, UNIT_GAIN};

/// Gates of a GRU: reset, update, candidate.
const GATES: usize = 3;

/// Widths of the layers.
#[derive(Debug, Clone, Copy)]
pub(in crate::models) struct GruLayersShape {
    pub(in crate::models) inputs: usize,
    pub(in crate::models) hidden: usize,
    pub(in crate::models) layers: usize,
}

impl GruLayersShape {
    /// The parameters in order, named as in PyTorch's `GRU`.
    pub(in crate::models) fn specs(&self) -> Vec<ParameterSpec> {
        let Self { inputs, hidden, layers } = *self;
        let zeros = Init::Constant(0.0);
        let layer = |layer: usize| {
            let inputs = if layer == 0 { inputs } else { hidden };
            let name = |part: &str| format!("gru.{part}_l{layer}");
            [
                ParameterSpec::matrix(&name("weight_ih"), [hidden, inputs], GATES, UNIT_GAIN),
                ParameterSpec::matrix(&name("weight_hh"), [hidden, hidden], GATES, UNIT_GAIN),
                ParameterSpec::vector(&name("bias_ih"), hidden, GATES, zeros),
                ParameterSpec::vector(&name("bias_hh"), hidden, GATES, zeros),
            ]
        };
        (0..layers).flat_map(layer).collect()
    }
}

/// The layers as matrices of one pass; at least one.
#[derive(Debug, Clone)]
pub(in crate::models) struct GruLayers(Vec<GruWeights>);

impl GruLayers {
    /// Takes the leaves in the order of [`GruLayersShape::specs`].
    pub(in crate::models) fn new(shape: GruLayersShape, leaves: &mut Leaves<'_>) -> Self {
        let layer = |_| GruWeights {
            input_weight: leaves.take(),
            hidden_weight: leaves.take(),
            input_bias: leaves.take(),
            hidden_bias: leaves.take(),
        };
        Self((0..shape.layers).map(layer).collect())
    }

    /// One step: `[N, I]` to features `[N, H]` and state `[N, layers·H]`.
    pub(in crate::models) fn step(
        &self,
        input: Tensor<2>,
        state: Tensor<2>,
    ) -> (Tensor<2>, Tensor<2>) {
        let [num_envs, _] = input.dims();
        let keep = Tensor::ones([num_envs, 1], &state.device());
        let states = self.walk(input, &keep, state);
        let features = states[states.len() - 1].clone();
        let state = if states.len() == 1 { features.clone() } else { Tensor::cat(states, 1) };
        (features, state)
    }

    /// L steps: `[L·B, I]` to features `[L·B, H]`; `keep: [L·B, 1]` is 0 where an episode starts.
    pub(in crate::models) fn sequence(
        &self,
        input: Tensor<2>,
        keep: &Tensor<2>,
        state: Tensor<2>,
    ) -> Tensor<2> {
        let mut states = self.walk(input, keep, state);
        states.swap_remove(states.len() - 1)
    }

    /// The hidden states of each layer after each step, `[L·B, H]`.
    fn walk(&self, mut input: Tensor<2>, keep: &Tensor<2>, state: Tensor<2>) -> Vec<Tensor<2>> {
        let firsts = match self.0.len() {
            1 => vec![state],
            layers => state.chunk(layers, 1),
        };
        let mut states = Vec::with_capacity(self.0.len());
        for (layer, first) in self.0.iter().zip(firsts) {
            input = gru_sequence(input, keep.clone(), first, layer);
            states.push(input.clone());
        }
        states
    }
}
