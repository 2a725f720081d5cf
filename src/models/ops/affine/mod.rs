//! An affine map `y = x W + b` of every row.

mod autodiff;
#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
pub(super) mod body;
mod fused;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// What the way back needs: the input `[M, I]` and the weight `[I, O]`.
#[derive(Debug, Clone)]
pub(super) struct AffineRecord<B: Backend> {
    pub(super) input: FloatTensor<B>,
    pub(super) weight: FloatTensor<B>,
}

/// Whether anything before the map can be improved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputGradient {
    Wanted,
    Unused,
}

/// Gradients of input `[M, I]`, weight `[I, O]` and bias `[1, O]`.
pub(super) struct AffineGradient<B: Backend> {
    pub(super) input: Option<FloatTensor<B>>,
    pub(super) weight: FloatTensor<B>,
    pub(super) bias: FloatTensor<B>,
}

/// The way back on one backend; the way forward is [`AffineOps`].
pub(super) trait AffineKernel: AffineOps {
    /// The gradients for `gradient: [M, O]` of the result.
    fn affine_backward(
        record: AffineRecord<Self>,
        gradient: FloatTensor<Self>,
        input_gradient: InputGradient,
    ) -> AffineGradient<Self>;
}

/// The map as an operation of every device.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub(in crate::models::ops) trait AffineOps: Backend {
    /// `input: [M, I]`, `weight: [I, O]`, `bias: [1, O]` → `[M, O]`
    fn affine(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// `y = x W + b` of every row; a row has the same bits whatever the number of rows.
///
/// # Shapes
/// `input: [M, I]`, `weight: [I, O]`, `bias: [1, O]` → `[M, O]`
pub(in crate::models) fn affine(input: Tensor<2>, weight: Tensor<2>, bias: Tensor<2>) -> Tensor<2> {
    let (input, weight) = (input.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(Dispatch::affine(input, weight, bias.into_dispatch()))
}
