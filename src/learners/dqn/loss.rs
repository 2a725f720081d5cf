//! The errors of predicted returns. Pure functions of tensors.

use burn::tensor::activation::log_softmax;
use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

use crate::models::Atoms;

/// Subtracted from the value of an action that is not legal.
const ILLEGAL: f32 = 1e9;

/// The best legal action of each row, `[M]`; the first of equals.
///
/// # Shapes
/// - `values: [M, K] f32`
/// - `legal: [M, K] f32`, 1 or 0
pub(super) fn best_legal(values: Tensor<2>, legal: Tensor<2>) -> Tensor<1, Int> {
    let [rows, _] = values.dims();
    let masked = values + legal.sub_scalar(1.0).mul_scalar(ILLEGAL);
    masked.argmax(1).reshape([rows])
}

/// The outputs of one action in each row: `[M, K, Z]` to `[M, Z]`.
pub(super) fn of_action(outputs: Tensor<3>, actions: Tensor<1, Int>) -> Tensor<2> {
    let [rows, _, count] = outputs.dims();
    let index = actions.reshape([rows, 1, 1]).expand([rows, 1, count]);
    outputs.gather(1, index).reshape([rows, count])
}

/// Errors of one row each, for the loss and for priorities.
#[derive(Debug, Clone)]
pub(super) struct Errors {
    /// `[M]`, what is made small, with gradients.
    pub(super) loss: Tensor<1>,
    /// `[M]`, at least 0: how wrong the prediction was.
    pub(super) surprise: Tensor<1>,
}

/// Huber's loss of the error `d = target − predicted`, `[M]` each.
///
/// ```text
/// ½ d² where |d| ≤ δ, else δ (|d| − ½ δ)
/// ```
///
/// # Source
/// Huber, "Robust Estimation of a Location Parameter", 1964; with δ = 1 the clipped error of Mnih et
/// al., "Human-level control through deep reinforcement learning", 2015.
pub(super) fn huber(predicted: Tensor<1>, target: Tensor<1>, delta: f64) -> Errors {
    let distance = (target - predicted).abs();
    let near = distance.clone().clamp_max(delta);
    let far = distance.clone() - near.clone();
    let loss = near.clone() * near * 0.5 + far * delta;
    Errors { loss, surprise: distance.inner() }
}

/// Cross-entropy of the predicted distribution from the target distribution.
///
/// # Shapes
/// - `logits: [M, Z]`, predicted
/// - `target: [M, Z]`, probabilities
///
/// # Source
/// Bellemare et al., "A Distributional Perspective on Reinforcement Learning", 2017, algorithm 1. It
/// is also the priority, as in Hessel et al., "Rainbow", 2018, section 4, up to the target's entropy.
pub(super) fn cross_entropy(logits: Tensor<2>, target: Tensor<2>) -> Errors {
    let [rows, _] = logits.dims();
    let loss = (log_softmax(logits, 1) * target).sum_dim(1).neg().reshape([rows]);
    Errors { surprise: loss.clone().inner().clamp_min(0.0), loss }
}

/// The distribution of `reward + discount · Z` on the atoms of Z.
///
/// ```text
/// pᵢ = Σⱼ [1 − |clip(r + γ zⱼ) − zᵢ| / Δz] clipped to 0..1 · p(zⱼ)
/// ```
///
/// # Shapes
/// - `logits: [M, Z]` of the distribution of the state that follows
/// - `reward: [M]`, `discount: [M]`
/// - returns probabilities `[M, Z]`
///
/// # Source
/// Bellemare et al. 2017, eq. 7.
pub(super) fn projected(
    logits: Tensor<2>,
    reward: Tensor<1>,
    discount: Tensor<1>,
    atoms: &Atoms,
) -> Tensor<2> {
    let [rows, count] = logits.dims();
    let support = atoms.support(&logits.device());
    let moved = reward.reshape([rows, 1])
        + discount.reshape([rows, 1]) * support.clone().reshape([1, count]);
    let moved = moved.clamp(atoms.min, atoms.max).reshape([rows, 1, count]);
    let distance = (moved - support.reshape([1, count, 1])).abs(); // [M, Z, Z], i before j
    let share = (distance / atoms.spacing()).neg().add_scalar(1.0).clamp_min(0.0);
    let probabilities = softmax(logits, 1).reshape([rows, 1, count]);
    (share * probabilities).sum_dim(2).reshape([rows, count])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn row(values: &[f32]) -> Tensor<1> {
        Tensor::from_floats(values, &Device::flex())
    }

    fn table(values: &[f32], columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), &Device::flex())
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (found, value) in found.iter().zip(expected) {
            assert!((found - value).abs() < 1e-5, "{found} is not {value} of {expected:?}");
        }
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    #[test]
    fn huber_by_hand() {
        let errors = |delta| huber(row(&[1.0, 1.0, 0.0]), row(&[1.5, -2.0, 0.0]), delta);
        assert_close(&values(errors(1.0).loss), &[0.125, 2.5, 0.0]);
        assert_close(&values(errors(2.0).loss), &[0.125, 4.0, 0.0]);
        assert_close(&values(errors(5.0).loss), &[0.125, 4.5, 0.0]);
        assert_close(&values(errors(1.0).surprise), &[0.5, 3.0, 0.0]);
    }

    #[test]
    fn illegal_actions_are_never_best() {
        let q = table(&[1.0, 5.0, 3.0, -2.0, -1.0, -3.0], 3);
        let legal = table(&[1.0, 0.0, 1.0, 1.0, 1.0, 1.0], 3);
        let found: Vec<i64> = best_legal(q, legal).try_into_vec_as().unwrap();
        assert_eq!(found, [2, 1]);
    }

    #[test]
    fn outputs_of_the_action_taken() {
        let outputs = table(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 4).reshape([2, 2, 2]);
        let actions = Tensor::<1, Int>::from_ints([1, 0], &Device::flex());
        assert_eq!(values(of_action(outputs, actions)), [3.0, 4.0, 5.0, 6.0]);
    }

    /// One row: atoms −1, 0, 1 with these probabilities.
    fn check_projected(probabilities: [f32; 3], reward: f32, discount: f32, expected: [f32; 3]) {
        let atoms = Atoms { count: 3, min: -1.0, max: 1.0 };
        let logits = table(&probabilities.map(|p| p.max(1e-30).ln()), 3);
        let found = projected(logits, row(&[reward]), row(&[discount]), &atoms);
        assert_close(&values(found), &expected);
    }

    #[test]
    fn projections_by_hand() {
        let even = [0.25, 0.5, 0.25];
        check_projected(even, 0.0, 1.0, even);
        // After a termination all lies at the reward, here between two atoms.
        check_projected(even, 0.25, 0.0, [0.0, 0.75, 0.25]);
        // Shrunk to −½, 0, ½.
        check_projected(even, 0.0, 0.5, [0.125, 0.75, 0.125]);
        // Moved by a half: −½, ½, and 1½ which counts as 1.
        check_projected(even, 0.5, 1.0, [0.125, 0.125 + 0.25, 0.25 + 0.25]);
        check_projected([0.0, 0.0, 1.0], 7.0, 0.9, [0.0, 0.0, 1.0]);
        check_projected([1.0, 0.0, 0.0], -7.0, 0.9, [1.0, 0.0, 0.0]);
    }

    #[test]
    fn cross_entropy_by_hand() {
        let logits = table(&[0.0, 0.0], 2);
        let errors = cross_entropy(logits, table(&[0.3, 0.7], 2));
        assert_close(&values(errors.loss), &[2.0_f32.ln()]);
        assert_close(&values(errors.surprise), &[2.0_f32.ln()]);
    }
}
