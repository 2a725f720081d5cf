//! A GRU layer over a sequence.
//!
//! ```text
//! p = k ⊙ hₜ₋₁                              k is 0 where step t starts an episode
//! r = σ(Wᵢᵣ x + bᵢᵣ + Wₕᵣ p + bₕᵣ)
//! z = σ(Wᵢ𝓏 x + bᵢ𝓏 + Wₕ𝓏 p + bₕ𝓏)
//! n = tanh(Wᵢₙ x + bᵢₙ + r ⊙ (Wₕₙ p + bₕₙ))
//! hₜ = n + z ⊙ (p − n)
//! ```
//!
//! # Source
//! Cho et al. 2014 in the variant of cuDNN and PyTorch: the reset gate acts after the product.

mod autodiff;
#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
mod body;
mod fused;
mod gates;

#[cfg(test)]
mod tests;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType, backend_extension};
use burn::tensor::Tensor;

/// A layer's input and weights.
#[derive(Debug, Clone, ExtensionType)]
pub(in crate::models::ops) struct GruInput<B: Backend> {
    /// `[L·B, E]`, all sequences of step 0, then those of step 1, …
    pub input: FloatTensor<B>,
    /// `[L·B, 1]`, 0 where a step starts an episode, else 1.
    pub keep: FloatTensor<B>,
    /// `[B, H]`, before the first step.
    pub hidden: FloatTensor<B>,
    /// `[E, 3H]`, gates r, z, n.
    pub input_weight: FloatTensor<B>,
    /// `[H, 3H]`
    pub hidden_weight: FloatTensor<B>,
    /// `[1, 3H]`
    pub input_bias: FloatTensor<B>,
    /// `[1, 3H]`
    pub hidden_bias: FloatTensor<B>,
}

/// Gradients of what can have one, in the order and the shapes of [`GruInput`].
pub(super) struct GruGradient<B: Backend> {
    input: FloatTensor<B>,
    hidden: FloatTensor<B>,
    input_weight: FloatTensor<B>,
    hidden_weight: FloatTensor<B>,
    input_bias: FloatTensor<B>,
    hidden_bias: FloatTensor<B>,
}

/// The layer forward and backward on one backend.
pub(super) trait GruKernel: Backend {
    /// What the way back needs of the way forward.
    type Record: Clone + Send + std::fmt::Debug + 'static;

    /// The hidden states `[L·B, H]` of all steps, and the record for the way back.
    fn gru_forward(layer: GruInput<Self>) -> (FloatTensor<Self>, Self::Record);

    /// The gradients for `gradient: [L·B, H]` of the hidden states.
    fn gru_backward(record: Self::Record, gradient: FloatTensor<Self>) -> GruGradient<Self>;
}

/// The layer as an operation of every device.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub(in crate::models::ops) trait GruOps: Backend {
    /// The hidden states `[L·B, H]` after each step.
    fn gru_sequence(#[extension_type] layer: GruInput<Self>) -> FloatTensor<Self>;
}

/// A layer's weights.
#[derive(Debug, Clone)]
pub(in crate::models) struct GruWeights {
    /// `[E, 3H]`, gates r, z, n.
    pub(in crate::models) input_weight: Tensor<2>,
    /// `[H, 3H]`
    pub(in crate::models) hidden_weight: Tensor<2>,
    /// `[1, 3H]`
    pub(in crate::models) input_bias: Tensor<2>,
    /// `[1, 3H]`
    pub(in crate::models) hidden_bias: Tensor<2>,
}

/// The hidden states after each of L steps of B sequences.
///
/// # Shapes
/// - `input: [L·B, E]`, `keep: [L·B, 1]`, `hidden: [B, H]` → `[L·B, H]`
pub(in crate::models) fn gru_sequence(
    input: Tensor<2>,
    keep: Tensor<2>,
    hidden: Tensor<2>,
    weights: &GruWeights,
) -> Tensor<2> {
    let layer = GruInput {
        input: input.into_dispatch(),
        keep: keep.into_dispatch(),
        hidden: hidden.into_dispatch(),
        input_weight: weights.input_weight.clone().into_dispatch(),
        hidden_weight: weights.hidden_weight.clone().into_dispatch(),
        input_bias: weights.input_bias.clone().into_dispatch(),
        hidden_bias: weights.hidden_bias.clone().into_dispatch(),
    };
    Tensor::from_dispatch(Dispatch::gru_sequence(layer))
}
