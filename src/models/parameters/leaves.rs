//! The matrices of a network, taken in the order of its layout.

use burn::tensor::Tensor;

use crate::models::dense::Dense;

/// What is left of a network's matrices.
#[derive(Debug)]
pub(in crate::models) struct Leaves<'a>(std::slice::Iter<'a, Tensor<2>>);

impl<'a> Leaves<'a> {
    pub(in crate::models) fn new(leaves: &'a [Tensor<2>]) -> Self {
        Self(leaves.iter())
    }

    /// The next matrix.
    #[expect(clippy::expect_used, reason = "a network takes just what its own layout lists")]
    pub(in crate::models) fn take(&mut self) -> Tensor<2> {
        self.0.next().cloned().expect("invariant: a layout lists every matrix of its network")
    }

    /// The next two: weight and bias.
    pub(in crate::models) fn dense(&mut self) -> Dense {
        let weight = self.take();
        Dense::new(weight, self.take())
    }
}
