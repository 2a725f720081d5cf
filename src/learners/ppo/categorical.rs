//! Choosing among the legal actions.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::base::Rng;

/// Added to the logit of an action that is not legal. Its exponential is exactly zero, and products
/// with a probability of zero stay finite.
const ILLEGAL: f32 = 1e9;

/// Logarithms of the probabilities of actions; one that is not legal has probability 0.
///
/// # Shapes
/// - `logits: [B, K] f32`
/// - `legal: [B, K] f32`, 1 or 0
/// - returns `[B, K]`
pub(super) fn log_probabilities(logits: Tensor<2>, legal: Tensor<2>) -> Tensor<2> {
    let masked = logits + legal.sub_scalar(1.0).mul_scalar(ILLEGAL);
    log_softmax(masked, 1)
}

/// The logarithm of the probability of one action in each row, `[B]`.
pub(super) fn of_action(log_probabilities: Tensor<2>, actions: Tensor<1, Int>) -> Tensor<1> {
    let [batch] = actions.dims();
    log_probabilities.gather(1, actions.reshape([batch, 1])).reshape([batch])
}

/// The entropy of each row, `[B]`.
pub(super) fn entropy(log_probabilities: Tensor<2>) -> Tensor<1> {
    let [batch, _] = log_probabilities.dims();
    let terms = log_probabilities.clone().exp() * log_probabilities;
    terms.sum_dim(1).neg().reshape([batch])
}

/// Samples one action a row by inverting the cumulative distribution.
///
/// # Shapes
/// - `log_probabilities: [B, K] f32`
/// - `uniforms: [B] f32` from [`uniforms`]
/// - returns `[B]`
pub(super) fn sample(log_probabilities: Tensor<2>, uniforms: Tensor<1>) -> Tensor<1, Int> {
    let [batch, num_actions] = log_probabilities.dims();
    let cumulative = log_probabilities.exp().cumsum(1); // [B, K]
    let total = cumulative.clone().slice([0..batch, num_actions - 1..num_actions]);
    // A uniform of 2⁻²³ steps times the total stays below the total in f32, so that the last legal
    // action catches what rounding leaves over.
    let level = uniforms.reshape([batch, 1]) * total;
    cumulative.lower_equal(level).int().sum_dim(1).reshape([batch])
}

/// Uniforms in `[0, 1)` for a whole rollout, `[T, N]`, multiples of 2⁻²³, drawn step by step.
pub(super) fn uniforms(shape: [usize; 2], rng: &mut Rng, device: &Device) -> Tensor<2> {
    let step = 1.0 / (1_u32 << 23) as f32;
    let draws: Vec<f32> =
        (0..shape[0] * shape[1]).map(|_| (rng.bits() >> 41) as f32 * step).collect();
    Tensor::from_data(TensorData::new(draws, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn table(values: &[f32], columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), &Device::flex())
    }

    fn check_sample(probabilities: &[f32], legal: &[f32], uniform: f32, expected: i64) {
        let logits: Vec<f32> = probabilities.iter().map(|p| p.ln()).collect();
        let columns = probabilities.len();
        let log = log_probabilities(table(&logits, columns), table(legal, columns));
        let draw = Tensor::<1>::from_floats([uniform], &Device::flex());
        let found: Vec<i64> = sample(log, draw).try_into_vec_as().unwrap();
        assert_eq!(found, [expected], "{probabilities:?} {legal:?} at {uniform}");
    }

    #[test]
    fn samples_by_hand() {
        let all = [1.0, 1.0, 1.0];
        check_sample(&[0.2, 0.5, 0.3], &all, 0.0, 0);
        check_sample(&[0.2, 0.5, 0.3], &all, 0.19, 0);
        check_sample(&[0.2, 0.5, 0.3], &all, 0.21, 1);
        check_sample(&[0.2, 0.5, 0.3], &all, 0.75, 2);
        let largest = 1.0 - 1.0 / (1 << 23) as f32;
        check_sample(&[0.2, 0.5, 0.3], &all, largest, 2);
        check_sample(&[0.2, 0.5, 0.3], &[0.0, 1.0, 1.0], 0.0, 1);
        check_sample(&[0.2, 0.5, 0.3], &[1.0, 1.0, 0.0], largest, 1);
        check_sample(&[0.2, 0.5, 0.3], &[0.0, 1.0, 0.0], 0.6, 1);
    }

    #[test]
    fn frequencies_follow_probabilities_and_masked_actions_never_come() {
        let rows = 50_000;
        let device = Device::flex();
        let logits = table(&[1.0_f32.ln(), 2.0_f32.ln(), 9.0, 1.0_f32.ln()], 4).repeat(&[rows, 1]);
        let legal = table(&[1.0, 1.0, 0.0, 1.0], 4).repeat(&[rows, 1]);
        let mut rng = SeedStream::new(3).child("action").rng();
        let draws = uniforms([1, rows], &mut rng, &device).reshape([rows]);
        let actions: Vec<i64> =
            sample(log_probabilities(logits, legal), draws).try_into_vec_as().unwrap();
        let share = |action: i64| {
            actions.iter().filter(|found| **found == action).count() as f64 / rows as f64
        };
        assert!((share(0) - 0.25).abs() < 0.01 && (share(1) - 0.5).abs() < 0.01);
        assert!(share(2) == 0.0 && (share(3) - 0.25).abs() < 0.01);
    }

    #[test]
    fn entropy_counts_legal_actions_only() {
        let log = log_probabilities(table(&[0.0; 4], 4), table(&[1.0, 0.0, 1.0, 0.0], 4));
        let found: Vec<f32> = entropy(log.clone()).try_into_vec_as().unwrap();
        assert!((found[0] - 2.0_f32.ln()).abs() < 1e-6);
        let action = Tensor::<1, Int>::from_ints([2], &Device::flex());
        let found: Vec<f32> = of_action(log, action).try_into_vec_as().unwrap();
        assert!((found[0] + 2.0_f32.ln()).abs() < 1e-6);
    }
}
