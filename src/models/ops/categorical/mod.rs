//! Choosing among the legal actions: log-probability and entropy, forward and backward, and samples.
//!
//! ```text
//! log πⱼ = lⱼ − log Σ_legal eˡ        H = −Σ πⱼ log πⱼ
//! ∂ log πₐ / ∂lⱼ = [j = a] − πⱼ       ∂H / ∂lⱼ = −πⱼ (log πⱼ + H)
//! ```

mod autodiff;
#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
pub(super) mod body;
mod fused;

#[cfg(test)]
mod tests;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{Int, Tensor};

/// Added to the logit of an action that is not legal.
const ILLEGAL: f32 = -1e9;

/// The evaluation forward and backward on one backend.
pub(super) trait CategoricalKernel: Backend {
    /// What the way back needs of the way forward.
    type Record: Clone + Send + std::fmt::Debug + 'static;

    /// `[M, 2]` log-probability and entropy, and the record for the way back.
    fn categorical_forward(
        logits: FloatTensor<Self>,
        legal: FloatTensor<Self>,
        actions: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, Self::Record);

    /// The gradient of the logits `[M, K]` for that of the results `[M, 2]`.
    fn categorical_backward(record: Self::Record, gradient: FloatTensor<Self>)
    -> FloatTensor<Self>;
}

/// The operations on every device.
#[backend_extension(
    Flex,
    Cube: cfg(any(feature = "cuda", feature = "vulkan")),
    Autodiff
)]
pub(in crate::models::ops) trait CategoricalOps: Backend {
    /// `logits`, `legal: [M, K]`, `actions: [M, 1]` whole numbers → `[M, 2]`: log π of the action, H
    fn categorical(
        logits: FloatTensor<Self>,
        legal: FloatTensor<Self>,
        actions: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// `logits`, `legal: [M, K]`, `uniforms: [M, 1]` in `[0, 1)` → `[M, 2]`: a sampled action and
    /// its log π
    fn sample(
        logits: FloatTensor<Self>,
        legal: FloatTensor<Self>,
        uniforms: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// Log-probability of the action taken and entropy of each row, each `[M]`.
///
/// # Shapes
/// - `logits: [M, K] f32`
/// - `legal: [M, K] f32`, 1 or 0, at least one 1 a row; an action that is not legal has probability 0
/// - `actions: [M]`, legal ones
#[must_use]
pub fn log_prob_and_entropy(
    logits: Tensor<2>,
    legal: Tensor<2>,
    actions: Tensor<1, Int>,
) -> (Tensor<1>, Tensor<1>) {
    let [rows, _] = logits.dims();
    let actions = actions.float().reshape([rows, 1]).into_dispatch();
    let results = Dispatch::categorical(logits.into_dispatch(), legal.into_dispatch(), actions);
    let results = Tensor::<2>::from_dispatch(results); // [M, 2]
    let column = |at: usize| results.clone().narrow(1, at, 1).reshape([rows]);
    (column(0), column(1))
}

/// One sampled action a row and its log-probability, by inverting the cumulative distribution; the
/// log-probability has the bits that [`log_prob_and_entropy`] gives.
///
/// # Shapes
/// - `logits`, `legal: [M, K] f32`
/// - `uniforms: [M] f32` in `[0, 1)`
/// - returns `[M]` and `[M]`
#[must_use]
pub fn sample_actions(
    logits: Tensor<2>,
    legal: Tensor<2>,
    uniforms: Tensor<1>,
) -> (Tensor<1, Int>, Tensor<1>) {
    let [rows, _] = logits.dims();
    let uniforms = uniforms.reshape([rows, 1]).into_dispatch();
    let results = Dispatch::sample(logits.into_dispatch(), legal.into_dispatch(), uniforms);
    let results = Tensor::<2>::from_dispatch(results); // [M, 2]
    let actions = results.clone().narrow(1, 0, 1).reshape([rows]).int();
    (actions, results.narrow(1, 1, 1).reshape([rows]))
}
