//! Convolutions along time over windows that never reach into an earlier episode.
//!
//! Neighboring windows share all but one observation. So a sequence is convolved once, as one
//! stream, and not window by window. What lies before an episode's start is zeros in the window;
//! after some convolutions such a place holds what those make of nothing but zeros, one row that is
//! the same everywhere.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::shape::CnnLstmShape;
use crate::models::dense::Dense;
use crate::models::parameters::Leaves;

/// Rows of all environments for some steps, time by time: `[T·B, C]`.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    /// `[T·B, C]`
    pub(super) rows: Tensor<2>,
    /// Steps, T.
    pub(super) times: usize,
    /// Environments, B.
    pub(super) batch: usize,
}

impl Stream {
    /// The rows of `count` steps from step `first`: `[count·B, C]`.
    fn times(&self, first: usize, count: usize) -> Tensor<2> {
        self.rows.clone().slice(first * self.batch..(first + count) * self.batch)
    }
}

/// Where episodes begin in a stream: 0 where a step is the first of its episode, else 1, `[T·B, 1]`.
#[derive(Debug, Clone)]
pub(super) struct Continuity(pub(super) Stream);

impl Continuity {
    /// For each of the last `count` steps: 1 if the step `distance` before it is of the same
    /// episode, else 0; `[count·B, 1]`.
    fn reaches(&self, distance: usize, count: usize) -> Tensor<2> {
        let first = self.0.times - count;
        let present = self.0.times(first, count);
        (1..distance).fold(present, |product, back| product * self.0.times(first - back, count))
    }
}

/// ReLU after an affine map of `kernel` neighboring rows side by side.
#[derive(Debug, Clone)]
struct Convolution {
    /// Inputs of the oldest row first.
    taps: Dense,
}

impl Convolution {
    /// Takes PyTorch's order, where the rows of one input lie together.
    fn new(leaves: &mut Leaves<'_>, kernel: usize) -> Self {
        let weight = leaves.take();
        let [inputs, outputs] = weight.dims();
        let by_input = weight.reshape([inputs / kernel, kernel, outputs]);
        let weight = by_input.swap_dims(0, 1).reshape([inputs, outputs]);
        Self { taps: Dense::new(weight, leaves.take()) }
    }

    fn forward(&self, neighbors: Vec<Tensor<2>>) -> Tensor<2> {
        relu(self.taps.forward(Tensor::cat(neighbors, 1)))
    }
}

/// All convolutions of a network and the mean over the positions that they leave.
#[derive(Debug, Clone)]
pub(super) struct Convolutions {
    layers: Vec<Convolution>,
    kernel: usize,
    positions: usize,
}

impl Convolutions {
    pub(super) fn new(shape: &CnnLstmShape, leaves: &mut Leaves<'_>) -> Self {
        let layers = shape.channels.iter().map(|_| Convolution::new(leaves, shape.kernel));
        Self { layers: layers.collect(), kernel: shape.kernel, positions: shape.positions() }
    }

    /// Observations `[(W − 1 + L)·B, O]` to features `[L·B, C]` of the windows that end at the last
    /// L steps. Without `continuity` no step begins an episode.
    pub(super) fn forward(&self, observed: Stream, continuity: Option<&Continuity>) -> Tensor<2> {
        let mut stream = observed;
        let mut nothing = stream.rows.clone().slice(0..1).zeros_like(); // [1, O]
        for layer in &self.layers {
            let neighbors = neighbors(&stream, self.kernel, continuity, &nothing);
            let rows = layer.forward(neighbors);
            nothing = layer.forward(vec![nothing; self.kernel]); // [1, C]
            stream = Stream { rows, times: stream.times + 1 - self.kernel, batch: stream.batch };
        }
        let positions = neighbors(&stream, self.positions, continuity, &nothing).into_iter();
        let sum = positions.fold(nothing.zeros_like(), |sum, position| sum + position);
        sum / self.positions as f32
    }
}

/// For each step that has so many: its `count` last rows, oldest first, each `[T′·B, C]`; `nothing`
/// stands for rows of an earlier episode.
fn neighbors(
    stream: &Stream,
    count: usize,
    continuity: Option<&Continuity>,
    nothing: &Tensor<2>,
) -> Vec<Tensor<2>> {
    let times = stream.times + 1 - count;
    let neighbor = |tap: usize| {
        let rows = stream.times(tap, times);
        let distance = count - 1 - tap;
        match continuity {
            Some(continuity) if distance > 0 => {
                let reached = continuity.reaches(distance, times); // [T′·B, 1]
                let missing = reached.clone().neg().add_scalar(1.0);
                rows * reached + nothing.clone() * missing
            }
            _ => rows,
        }
    };
    (0..count).map(neighbor).collect()
}
