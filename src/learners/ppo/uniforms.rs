//! Chance for the choice of actions.

use burn::tensor::{Device, Tensor, TensorData};

use crate::base::Rng;

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
    use crate::models::sample_actions;

    fn table(values: &[f32], columns: usize) -> Tensor<2> {
        let rows = values.len() / columns;
        Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), &Device::flex())
    }

    #[test]
    fn frequencies_follow_probabilities_and_masked_actions_never_come() {
        let rows = 50_000;
        let device = Device::flex();
        let logits = table(&[1.0_f32.ln(), 2.0_f32.ln(), 9.0, 1.0_f32.ln()], 4).repeat(&[rows, 1]);
        let legal = table(&[1.0, 1.0, 0.0, 1.0], 4).repeat(&[rows, 1]);
        let mut rng = SeedStream::new(3).child("action").rng();
        let draws = uniforms([1, rows], &mut rng, &device).reshape([rows]);
        let actions: Vec<i64> = sample_actions(logits, legal, draws).0.try_into_vec_as().unwrap();
        let share = |action: i64| {
            actions.iter().filter(|found| **found == action).count() as f64 / rows as f64
        };
        assert!((share(0) - 0.25).abs() < 0.01 && (share(1) - 0.5).abs() < 0.01);
        assert!(share(2) == 0.0 && (share(3) - 0.25).abs() < 0.01);
    }
}
