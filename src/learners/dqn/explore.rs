//! Acting: the best action that is known, or another one to learn more.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::loss::best_legal;
use crate::base::Rng;

/// The best legal action of each environment, or any legal one where the first draw says so.
///
/// # Shapes
/// - `values: [N, K] f32`, `legal: [N, K] f32`
/// - `draws: [2, N] f32` of [`uniforms`]: whether to explore, and what
/// - returns `[N]`
///
/// # Source
/// Watkins, "Learning from Delayed Rewards", 1989: ε-greedy.
pub(super) fn epsilon_greedy(
    values: Tensor<2>,
    legal: Tensor<2>,
    draws: &Tensor<2>,
    epsilon: f64,
) -> Tensor<1, Int> {
    let [num_envs, _] = values.dims();
    let greedy = best_legal(values, legal.clone());
    let draw = |row: usize| draws.clone().narrow(0, row, 1).reshape([num_envs]);
    let explores = draw(0).lower_scalar(epsilon);
    greedy.mask_where(explores, any_legal(legal, draw(1)))
}

/// One of the legal actions of each row, all as likely.
fn any_legal(legal: Tensor<2>, draws: Tensor<1>) -> Tensor<1, Int> {
    let [rows, num_actions] = legal.dims();
    let counts = legal.cumsum(1); // [N, K]
    let all = counts.clone().narrow(1, num_actions - 1, 1);
    // A draw of 2⁻²³ steps times the count stays below the count in f32.
    let level = draws.reshape([rows, 1]) * all;
    counts.lower_equal(level).int().sum_dim(1).reshape([rows])
}

/// Uniforms in `[0, 1)` for some steps, `[T, 2, N]`, multiples of 2⁻²³, drawn step by step.
pub(super) fn uniforms(steps: usize, num_envs: usize, rng: &mut Rng, device: &Device) -> Tensor<3> {
    let step = 1.0 / (1_u32 << 23) as f32;
    let count = steps * 2 * num_envs;
    let draws: Vec<f32> = (0..count).map(|_| (rng.bits() >> 41) as f32 * step).collect();
    Tensor::from_data(TensorData::new(draws, [steps, 2, num_envs]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn actions(epsilon: f64) -> Vec<i64> {
        let rows = 40_000;
        let device = Device::flex();
        let row = |values: [f32; 4]| {
            Tensor::<1>::from_floats(values, &device).reshape([1, 4]).repeat(&[rows, 1])
        };
        let mut rng = SeedStream::new(3).child("action").rng();
        let draws = uniforms(1, rows, &mut rng, &device).reshape([2, rows]);
        let (values, legal) = (row([1.0, 3.0, 9.0, 2.0]), row([1.0, 1.0, 0.0, 1.0]));
        epsilon_greedy(values, legal, &draws, epsilon).try_into_vec_as().unwrap()
    }

    fn check(epsilon: f64, expected: [f64; 4]) {
        let actions = actions(epsilon);
        for (action, expected) in expected.into_iter().enumerate() {
            let count = actions.iter().filter(|found| **found == action as i64).count();
            let share = count as f64 / actions.len() as f64;
            assert!((share - expected).abs() < 0.01, "{action} at {epsilon}: {share}");
        }
        assert!(!actions.contains(&2), "an illegal action was taken");
    }

    #[test]
    fn legal_actions_come_with_their_share() {
        check(0.0, [0.0, 1.0, 0.0, 0.0]);
        check(0.3, [0.1, 0.8, 0.0, 0.1]);
        check(1.0, [1.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0]);
    }
}
