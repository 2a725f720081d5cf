//! One step of Adam along a gradient whose global norm is bounded, over one flat tensor.
//!
//! ```text
//! g ← g · min(1, c / (‖g‖ + 10⁻⁶))
//! m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
//! θ ← θ − α/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
//! ```
//!
//! # Source
//! Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1; the bound as in
//! `clip_grad_norm_` of PyTorch.

#[cfg(any(test, feature = "cuda", feature = "vulkan"))]
pub(super) mod body;
mod fused;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType, backend_extension};
use burn::tensor::Tensor;

/// Decay of the mean of gradients.
const BETA1: f64 = 0.9;
/// Decay of the mean of squared gradients.
const BETA2: f64 = 0.999;
/// Keeps the division by the norm finite.
const NORM_EPSILON: f64 = 1e-6;

/// What a step starts from and leaves, each `[P]`.
#[derive(Debug, Clone, ExtensionType)]
pub(in crate::models::ops) struct AdamTensors<B: Backend> {
    /// θ
    pub parameters: FloatTensor<B>,
    /// m
    pub mean: FloatTensor<B>,
    /// v
    pub square: FloatTensor<B>,
    /// g before a step, `[1]` its norm ‖g‖ after it.
    pub gradient: FloatTensor<B>,
}

/// The numbers of one step.
#[derive(Debug, Clone, Copy)]
pub(in crate::models::ops) struct AdamRates {
    /// α/(1 − β₁ᵗ)
    step_size: f64,
    /// √(1 − β₂ᵗ)
    correction: f64,
    /// ε
    epsilon: f64,
    /// c
    max_norm: f64,
}

#[cfg(test)]
impl AdamRates {
    pub(super) fn example(max_norm: f64) -> Self {
        Self { step_size: 0.1, correction: 0.3, epsilon: 1e-5, max_norm }
    }
}

/// The step as an operation of every device.
#[backend_extension(Flex, Cube: cfg(any(feature = "cuda", feature = "vulkan")))]
pub(in crate::models::ops) trait AdamOps: Backend {
    /// One step.
    fn adam_step(
        #[extension_type] tensors: AdamTensors<Self>,
        rates: AdamRates,
    ) -> AdamTensors<Self>;
}

/// The moments of Adam and the number of steps taken.
#[derive(Debug, Clone)]
pub struct Adam {
    /// First moments, `[P]`.
    pub mean: Tensor<1>,
    /// Second moments, `[P]`.
    pub square: Tensor<1>,
    /// Steps taken.
    pub steps: u64,
    epsilon: f64,
}

impl Adam {
    /// Fresh moments for `parameters: [P]`.
    #[must_use]
    pub fn new(parameters: &Tensor<1>, epsilon: f64) -> Self {
        let zeros = parameters.zeros_like();
        Self { mean: zeros.clone(), square: zeros, steps: 0, epsilon }
    }

    /// The same optimiser with moments from a checkpoint.
    #[must_use]
    pub fn with_moments(&self, mean: Tensor<1>, square: Tensor<1>, steps: u64) -> Self {
        Self { mean, square, steps, epsilon: self.epsilon }
    }

    /// The parameters after one step, and the gradient's norm before the bound `max_norm`, `[1]`.
    ///
    /// The moments are written where they lie unless somebody else holds them too.
    #[must_use]
    pub fn step(
        &mut self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        learning_rate: f64,
        max_norm: f64,
    ) -> (Tensor<1>, Tensor<1>) {
        self.steps += 1;
        let exponent = self.steps as f64;
        let rates = AdamRates {
            step_size: learning_rate / (1.0 - BETA1.powf(exponent)),
            correction: (1.0 - BETA2.powf(exponent)).sqrt(),
            epsilon: self.epsilon,
            max_norm,
        };
        let take = |moment: &mut Tensor<1>| std::mem::replace(moment, gradient.clone());
        let (mean, square) = (take(&mut self.mean), take(&mut self.square));
        let tensors = AdamTensors {
            parameters: parameters.into_dispatch(),
            mean: mean.into_dispatch(),
            square: square.into_dispatch(),
            gradient: gradient.into_dispatch(),
        };
        let after = Dispatch::adam_step(tensors, rates);
        self.mean = Tensor::from_dispatch(after.mean);
        self.square = Tensor::from_dispatch(after.square);
        (Tensor::from_dispatch(after.parameters), Tensor::from_dispatch(after.gradient))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn row(values: &[f32]) -> Tensor<1> {
        Tensor::from_floats(values, &Device::flex())
    }

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    #[test]
    fn two_steps_equal_pytorch() {
        // torch.optim.Adam([1, -2], lr=0.1, eps=1e-5) with gradients [0.5, -1], then [0.1, 0].
        let parameters = row(&[1.0, -2.0]);
        let mut adam = Adam::new(&parameters, 1e-5);
        let (parameters, _) = adam.step(parameters, row(&[0.5, -1.0]), 0.1, 1e9);
        let (parameters, _) = adam.step(parameters, row(&[0.1, 0.0]), 0.1, 1e9);
        let found = values(parameters);
        assert!((found[0] - 0.819_700_1).abs() < 1e-6, "{found:?}");
        assert!((found[1] + 1.832_996_1).abs() < 1e-6, "{found:?}");
        assert_eq!(adam.steps, 2);
    }

    #[test]
    fn a_long_gradient_is_cut_to_the_norm_and_a_short_one_is_kept() {
        let start = || Adam::new(&row(&[0.0, 0.0]), 1e-5);
        let mut adam = start();
        let (_, norm) = adam.step(row(&[0.0, 0.0]), row(&[3.0, 4.0]), 0.1, 0.5);
        assert!((values(norm)[0] - 5.0).abs() < 1e-6);
        let found = values(adam.mean);
        assert!((found[0] - 0.03).abs() < 1e-6 && (found[1] - 0.04).abs() < 1e-6, "{found:?}");
        let mut adam = start();
        let _ = adam.step(row(&[0.0, 0.0]), row(&[0.3, 0.4]), 0.1, 5.0);
        let found = values(adam.mean);
        assert!((found[0] - 0.03).abs() < 1e-6 && (found[1] - 0.04).abs() < 1e-6, "{found:?}");
    }
}
