//! Hot operations as custom operations of the tensor library.
//!
//! Each is a trait with a body of ordinary tensor operations for every device, a backward pass
//! written by hand, and a fused kernel for the CPU. A kernel runs on the thread that calls it: whoever
//! has many rows cuts them into blocks.

mod adam;
mod affine;
mod categorical;
#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
mod expression;
mod gru;
mod relu_norm;
mod slices;

pub use adam::Adam;
pub(super) use affine::affine;
pub use categorical::{log_prob_and_entropy, sample_actions};
pub(super) use gru::{GruWeights, gru_sequence};
pub(super) use relu_norm::relu_norm;

#[cfg(test)]
mod tests;
