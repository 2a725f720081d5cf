//! Samples and entropies by hand.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::*;

fn table(values: &[f32]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, values.len()]), &Device::flex())
}

fn check_sample(probabilities: &[f32], legal: &[f32], uniform: f32, expected: i64) {
    let logits: Vec<f32> = probabilities.iter().map(|value| value.ln()).collect();
    let draw = Tensor::from_floats([uniform], &Device::flex());
    let (actions, _) = sample_actions(table(&logits), table(legal), draw);
    let found: Vec<i64> = actions.try_into_vec_as().unwrap();
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
fn entropy_counts_legal_actions_only() {
    let action = Tensor::<1, Int>::from_ints([2], &Device::flex());
    let (log_prob, entropy) =
        log_prob_and_entropy(table(&[0.0; 4]), table(&[1.0, 0.0, 1.0, 0.0]), action);
    let found: Vec<f32> = entropy.try_into_vec_as().unwrap();
    assert!((found[0] - 2.0_f32.ln()).abs() < 1e-6);
    let found: Vec<f32> = log_prob.try_into_vec_as().unwrap();
    assert!((found[0] + 2.0_f32.ln()).abs() < 1e-6);
}
