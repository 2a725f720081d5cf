//! ReLU and then LayerNorm of every row, with scale and shift.
//!
//! ```text
//! a = max(x, 0)      y = (a − mean(a)) / √(var(a) + ε) ⊙ γ + β
//! ```
//!
//! # Source
//! Ba et al., "Layer Normalization", 2016, eq. 3; ε as PyTorch has it.

mod autodiff;
#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
pub(super) mod body;
mod fused;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// Added to the variance, as PyTorch does.
const NORM_EPSILON: f32 = 1e-5;

/// Gradients of input `[M, E]`, scale and shift `[1, E]`.
pub(super) struct ReluNormGradient<B: Backend> {
    pub(super) input: FloatTensor<B>,
    pub(super) scale: FloatTensor<B>,
    pub(super) shift: FloatTensor<B>,
}

/// The operation forward and backward on one backend.
pub(super) trait ReluNormKernel: Backend {
    /// What the way back needs of the way forward.
    type Record: Clone + Send + std::fmt::Debug + 'static;

    /// The result `[M, E]`, and the record for the way back.
    fn relu_norm_forward(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, Self::Record);

    /// The gradients for `gradient: [M, E]` of the result.
    fn relu_norm_backward(
        record: Self::Record,
        gradient: FloatTensor<Self>,
    ) -> ReluNormGradient<Self>;
}

/// The operation on every device.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub(in crate::models::ops) trait ReluNormOps: Backend {
    /// `input: [M, E]`, `scale`, `shift: [1, E]` → `[M, E]`
    fn relu_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// ReLU and LayerNorm of every row.
///
/// # Shapes
/// `input: [M, E]`, `scale`, `shift: [1, E]` → `[M, E]`
pub(in crate::models) fn relu_norm(
    input: Tensor<2>,
    scale: Tensor<2>,
    shift: Tensor<2>,
) -> Tensor<2> {
    let (input, scale) = (input.into_dispatch(), scale.into_dispatch());
    Tensor::from_dispatch(Dispatch::relu_norm(input, scale, shift.into_dispatch()))
}
