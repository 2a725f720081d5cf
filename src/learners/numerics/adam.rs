//! Adam with a bound on the global norm of the gradient, over one flat tensor.

use burn::tensor::Tensor;

use super::sums::total;

/// Decay of the mean of gradients.
const BETA1: f64 = 0.9;
/// Decay of the mean of squared gradients.
const BETA2: f64 = 0.999;
/// Keeps the division by the norm finite, as `clip_grad_norm_` of PyTorch does.
const NORM_EPSILON: f64 = 1e-6;

/// The moments of Adam and the number of steps taken.
///
/// # Source
/// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
#[derive(Debug, Clone)]
pub(in crate::learners) struct Adam {
    /// First moments, `[P]`.
    pub(in crate::learners) mean: Tensor<1>,
    /// Second moments, `[P]`.
    pub(in crate::learners) square: Tensor<1>,
    /// Steps taken.
    pub(in crate::learners) steps: u64,
    epsilon: f64,
}

impl Adam {
    /// Fresh moments for `parameters`.
    pub(in crate::learners) fn new(parameters: &Tensor<1>, epsilon: f64) -> Self {
        let zeros = parameters.zeros_like();
        Self { mean: zeros.clone(), square: zeros, steps: 0, epsilon }
    }

    /// The same optimiser with moments from a checkpoint.
    pub(in crate::learners) fn with_moments(
        &self,
        mean: Tensor<1>,
        square: Tensor<1>,
        steps: u64,
    ) -> Self {
        Self { mean, square, steps, epsilon: self.epsilon }
    }

    /// The optimiser and the parameters after one step along `gradient`.
    pub(in crate::learners) fn step(
        self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        learning_rate: f64,
    ) -> (Self, Tensor<1>) {
        let steps = self.steps + 1;
        let mean = self.mean * BETA1 + gradient.clone() * (1.0 - BETA1);
        let square = self.square * BETA2 + gradient.clone() * gradient * (1.0 - BETA2);
        let exponent = steps as f64;
        let step_size = learning_rate / (1.0 - BETA1.powf(exponent));
        let correction = (1.0 - BETA2.powf(exponent)).sqrt();
        let deviation = square.clone().sqrt() / correction + self.epsilon;
        let parameters = parameters - mean.clone() / deviation * step_size;
        (Self { mean, square, steps, epsilon: self.epsilon }, parameters)
    }
}

/// Scales `gradient` down to a norm of at most `max_norm`; also gives the norm before, `[1]`.
pub(in crate::learners) fn clip_global_norm(
    gradient: Tensor<1>,
    max_norm: f64,
) -> (Tensor<1>, Tensor<1>) {
    let norm = total(gradient.clone() * gradient.clone()).sqrt();
    let scale = (norm.clone() + NORM_EPSILON).recip() * max_norm;
    (gradient * scale.clamp_max(1.0), norm)
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
        let adam = Adam::new(&parameters, 1e-5);
        let (adam, parameters) = adam.step(parameters, row(&[0.5, -1.0]), 0.1);
        let (adam, parameters) = adam.step(parameters, row(&[0.1, 0.0]), 0.1);
        let found = values(parameters);
        assert!((found[0] - 0.819_700_1).abs() < 1e-6, "{found:?}");
        assert!((found[1] + 1.832_996_1).abs() < 1e-6, "{found:?}");
        assert_eq!(adam.steps, 2);
    }

    #[test]
    fn a_long_gradient_is_cut_to_the_norm_and_a_short_one_is_kept() {
        let (gradient, norm) = clip_global_norm(row(&[3.0, 4.0]), 0.5);
        assert!((values(norm)[0] - 5.0).abs() < 1e-6);
        let found = values(gradient);
        assert!((found[0] - 0.3).abs() < 1e-6 && (found[1] - 0.4).abs() < 1e-6);
        assert_eq!(values(clip_global_norm(row(&[0.3, 0.4]), 5.0).0), [0.3, 0.4]);
    }
}
