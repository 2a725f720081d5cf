//! The trunk: groups weighed, blocks, GRU.

use burn::tensor::Tensor;

use super::block::{BlockShape, GatedBlock};
use super::selection::Selection;
use super::shape::GatedResidualShape;
use crate::models::parameters::Leaves;
use crate::models::trunks::gru_layers::GruLayers;

/// The trunk as matrices of one forward pass.
#[derive(Debug, Clone)]
pub(in crate::models) struct GatedResidualTrunk {
    selection: Selection,
    blocks: Vec<GatedBlock>,
    memory: Option<GruLayers>,
}

impl GatedResidualTrunk {
    /// Takes its matrices in the order of [`GatedResidualShape::specs`].
    pub(in crate::models) fn new(shape: &GatedResidualShape, leaves: &mut Leaves<'_>) -> Self {
        let selection = Selection::new(shape, leaves);
        let square = BlockShape::square(shape.width);
        let blocks = (0..shape.blocks).map(|_| GatedBlock::new(&square, leaves)).collect();
        let memory = (shape.layers > 0).then(|| GruLayers::new(shape.memory(), leaves));
        Self { selection, blocks, memory }
    }

    /// One step: observations `[N, O]` and state `[N, S]` to features `[N, D]` and the next state.
    pub(in crate::models) fn step(
        &self,
        obs: &Tensor<2>,
        state: Tensor<2>,
    ) -> (Tensor<2>, Tensor<2>) {
        let encoded = self.encode(obs);
        match &self.memory {
            Some(memory) => memory.step(encoded, state),
            None => (encoded, state),
        }
    }

    /// L steps: observations `[L, B, O]` to features `[L·B, D]`.
    pub(in crate::models) fn sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        state: Tensor<2>,
    ) -> Tensor<2> {
        let [steps, batch, width] = obs.dims();
        let encoded = self.encode(&obs.reshape([steps * batch, width]));
        let Some(memory) = &self.memory else { return encoded };
        let keep = episode_starts.neg().add_scalar(1.0).reshape([steps * batch, 1]);
        memory.sequence(encoded, &keep, state)
    }

    /// Everything before the memory: `[M, O]` to `[M, W]`.
    fn encode(&self, obs: &Tensor<2>) -> Tensor<2> {
        let selected = self.selection.forward(obs);
        self.blocks.iter().fold(selected, |features, block| block.forward(features))
    }
}
