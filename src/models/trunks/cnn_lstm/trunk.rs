//! The trunk: window, convolutions, LSTM, and the one flat state.

use burn::tensor::Tensor;

use super::convolution::{Continuity, Convolutions, Stream};
use super::lstm::{LstmLayer, Memory};
use super::shape::CnnLstmShape;
use crate::models::parameters::Leaves;

/// The trunk as matrices of one forward pass.
#[derive(Debug, Clone)]
pub(in crate::models) struct CnnLstmTrunk {
    shape: CnnLstmShape,
    convolutions: Convolutions,
    layers: Vec<LstmLayer>,
}

impl CnnLstmTrunk {
    /// Takes its matrices in the order of [`CnnLstmShape::specs`].
    pub(in crate::models) fn new(shape: &CnnLstmShape, leaves: &mut Leaves<'_>) -> Self {
        let convolutions = Convolutions::new(shape, leaves);
        let layers = LstmLayer::stack(shape, leaves);
        Self { shape: shape.clone(), convolutions, layers }
    }

    /// One step: observations `[N, O]` and state `[N, S]` to features `[N, H]` and the next state.
    pub(in crate::models) fn step(
        &self,
        obs: Tensor<2>,
        state: &Tensor<2>,
    ) -> (Tensor<2>, Tensor<2>) {
        let [batch, width] = obs.dims();
        let window = self.past(state); // [N, (W − 1)·O]
        let rows = Tensor::cat(vec![by_time(window.clone(), width), obs.clone()], 0);
        let observed = Stream { rows, times: self.shape.window, batch };
        let mut features = self.convolutions.forward(observed, None);
        let mut next = vec![self.later_past(window, obs)];
        for (layer, memory) in self.layers.iter().zip(self.memories(state)) {
            let Memory { hidden, cell } = layer.step(features, memory);
            features = hidden.clone();
            next.extend([hidden, cell]);
        }
        (features, Tensor::cat(next, 1))
    }

    /// L steps: observations `[L, B, O]` to features `[L·B, H]`.
    pub(in crate::models) fn sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        state: &Tensor<2>,
    ) -> Tensor<2> {
        let [steps, batch, width] = obs.dims();
        let past = self.shape.window - 1;
        let window = by_time(self.past(state), width); // [(W − 1)·B, O]
        let rows = Tensor::cat(vec![window, obs.reshape([steps * batch, width])], 0);
        let keep = episode_starts.neg().add_scalar(1.0).reshape([steps * batch, 1]);
        let before = Tensor::ones([past * batch, 1], &keep.device());
        let times = past + steps;
        let continuity = Tensor::cat(vec![before, keep.clone()], 0); // [(W − 1 + L)·B, 1]
        let continuity = Continuity(Stream { rows: continuity, times, batch });
        let observed = Stream { rows, times, batch };
        let features = self.convolutions.forward(observed, Some(&continuity));
        let keep = keep.chunk(steps, 0);
        let layers = self.layers.iter().zip(self.memories(state));
        layers.fold(features, |features, (layer, memory)| layer.sequence(features, &keep, memory))
    }

    /// Past observations in the state, oldest first: `[N, (W − 1)·O]`.
    fn past(&self, state: &Tensor<2>) -> Tensor<2> {
        state.clone().slice_dim(1, 0..self.shape.window_width())
    }

    /// Past observations at the next step.
    fn later_past(&self, window: Tensor<2>, obs: Tensor<2>) -> Tensor<2> {
        let (kept, width) = (self.shape.window_width(), self.shape.num_observations);
        Tensor::cat(vec![window, obs], 1).slice_dim(1, width..width + kept)
    }

    /// What each layer remembers.
    fn memories(&self, state: &Tensor<2>) -> Vec<Memory> {
        let (first, hidden) = (self.shape.window_width(), self.shape.hidden);
        let part = |index: usize| {
            let start = first + index * hidden;
            state.clone().slice_dim(1, start..start + hidden)
        };
        (0..self.layers.len())
            .map(|layer| Memory { hidden: part(2 * layer), cell: part(2 * layer + 1) })
            .collect()
    }
}

/// `[N, T·O]` to rows time by time, `[T·N, O]`.
fn by_time(window: Tensor<2>, width: usize) -> Tensor<2> {
    let [batch, values] = window.dims();
    let times = values / width;
    window.reshape([batch, times, width]).swap_dims(0, 1).reshape([times * batch, width])
}
