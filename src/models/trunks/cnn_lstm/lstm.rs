//! LSTM layers on top of one another.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::shape::{CnnLstmShape, GATES};
use crate::models::dense::{Dense, tanh};
use crate::models::parameters::Leaves;

/// Hidden state and cell of one layer, `[B, H]` each.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub(super) hidden: Tensor<2>,
    pub(super) cell: Tensor<2>,
}

/// One layer.
///
/// ```text
/// i, f, o = σ(W x + b + V h + d) each with its own W, b, V, d
/// g = tanh(W x + b + V h + d)
/// c′ = f ⊙ c + i ⊙ g
/// h′ = o ⊙ tanh(c′)
/// ```
///
/// # Source
/// Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as in PyTorch.
#[derive(Debug, Clone)]
pub(super) struct LstmLayer {
    /// `[B, I]` to all gates side by side, `[B, 4·H]`.
    input: Dense,
    /// `[B, H]` to the same.
    recurrent: Dense,
}

impl LstmLayer {
    fn new(leaves: &mut Leaves<'_>) -> Self {
        let (input, recurrent) = (leaves.take(), leaves.take());
        Self {
            input: Dense::new(input, leaves.take()),
            recurrent: Dense::new(recurrent, leaves.take()),
        }
    }

    /// The layers of a network in order.
    pub(super) fn stack(shape: &CnnLstmShape, leaves: &mut Leaves<'_>) -> Vec<Self> {
        (0..shape.layers).map(|_| Self::new(leaves)).collect()
    }

    /// One step: `[B, I]` and what is remembered to what is remembered next.
    pub(super) fn step(&self, input: Tensor<2>, memory: Memory) -> Memory {
        self.advance(self.input.forward(input), memory)
    }

    /// L steps: `[L·B, I]` to the hidden states `[L·B, H]`; the memory is zeroed where `keep`
    /// `[L·B, 1]` is 0. The inputs of all steps go through one product before the loop over time.
    pub(super) fn sequence(
        &self,
        input: Tensor<2>,
        keep: &[Tensor<2>],
        mut memory: Memory,
    ) -> Tensor<2> {
        let gates = halved(self.input.forward(input), keep.len());
        let mut outputs = Vec::with_capacity(keep.len());
        for (gates, keep) in gates.into_iter().zip(keep) {
            let kept =
                Memory { hidden: memory.hidden * keep.clone(), cell: memory.cell * keep.clone() };
            memory = self.advance(gates, kept);
            outputs.push(memory.hidden.clone());
        }
        Tensor::cat(outputs, 0)
    }

    /// One step from the input's part of the gates, `[B, 4·H]`.
    fn advance(&self, gates: Tensor<2>, memory: Memory) -> Memory {
        let gates = self.recurrent.forward(memory.hidden) + gates;
        let width = gates.dims()[1] / GATES;
        let gate = |at: usize| gates.clone().slice_dim(1, at * width..(at + 1) * width);
        let [admit, keep, candidate, show] = [0, 1, 2, 3].map(gate);
        let cell = sigmoid(keep) * memory.cell + sigmoid(admit) * tanh(candidate);
        Memory { hidden: sigmoid(show) * tanh(cell.clone()), cell }
    }
}

/// Cuts `[count·B, C]` into `count` pieces of `[B, C]` by halves.
///
/// On the way back each cut makes a tensor as large as what was cut. Piece by piece that would be
/// `count` times the whole; by halves it is the whole once for each doubling.
fn halved(rows: Tensor<2>, count: usize) -> Vec<Tensor<2>> {
    if count <= 1 {
        return vec![rows];
    }
    let [all, _] = rows.dims();
    let left = count / 2;
    let middle = all / count * left;
    let mut pieces = halved(rows.clone().slice(0..middle), left);
    pieces.extend(halved(rows.slice(middle..all), count - left));
    pieces
}
