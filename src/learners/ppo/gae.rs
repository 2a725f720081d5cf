//! Generalised advantage estimation.

use burn::tensor::Tensor;

/// What one time step of a rollout contributes, each `[N]`.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// V(sₜ), as the policy saw it when it acted.
    pub value: Tensor<1>,
    /// rₜ
    pub reward: Tensor<1>,
    /// 1 where the episode reached an end of its own.
    pub terminated: Tensor<1>,
    /// 1 where the episode was cut off.
    pub truncated: Tensor<1>,
    /// V of the last state of an episode that was cut off, else 0.
    pub final_value: Tensor<1>,
}

/// Advantages of all steps, newest last.
///
/// ```text
/// δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ)        V(sₜ₊₁) = 0 after a termination, V(final_obs) after a truncation
/// Âₜ = δₜ + γλ·Âₜ₊₁                  Âₜ₊₁ = 0 after either
/// ```
///
/// # Shapes
/// - `outcomes`: T steps of `[N]`
/// - `last_value: [N]`, V of the state after the last step
/// - returns T tensors of `[N]`
///
/// # Source
/// Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation",
/// 2016, eq. 16; bootstrapping at time limits as in Pardo et al., "Time Limits in Reinforcement
/// Learning", 2018.
#[must_use]
pub fn advantages(
    outcomes: &[Outcome],
    last_value: Tensor<1>,
    gamma: f64,
    gae_lambda: f64,
) -> Vec<Tensor<1>> {
    let mut next_value = last_value;
    let mut next_advantage = next_value.zeros_like();
    let mut newest_first = Vec::with_capacity(outcomes.len());
    for outcome in outcomes.iter().rev() {
        let going =
            (outcome.terminated.clone() + outcome.truncated.clone()).lower_equal_scalar(0.0);
        let going = going.float();
        let survived = outcome.terminated.clone().neg().add_scalar(1.0);
        let cut_off = outcome.truncated.clone() * survived;
        let after = next_value * going.clone() + outcome.final_value.clone() * cut_off;
        let delta = outcome.reward.clone() + after * gamma - outcome.value.clone();
        next_advantage = delta + next_advantage * going * (gamma * gae_lambda);
        newest_first.push(next_advantage.clone());
        next_value = outcome.value.clone();
    }
    newest_first.reverse();
    newest_first
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[derive(Clone, Copy)]
    enum End {
        Goes,
        Terminated,
        Truncated,
        Both,
    }

    fn one(value: f32) -> Tensor<1> {
        Tensor::from_floats([value], &Device::flex())
    }

    fn outcome(value: f32, reward: f32, end: End, final_value: f32) -> Outcome {
        let (terminated, truncated) = match end {
            End::Goes => (0.0, 0.0),
            End::Terminated => (1.0, 0.0),
            End::Truncated => (0.0, 1.0),
            End::Both => (1.0, 1.0),
        };
        Outcome {
            value: one(value),
            reward: one(reward),
            terminated: one(terminated),
            truncated: one(truncated),
            final_value: one(final_value),
        }
    }

    /// γ = 0.5, λ = 0.5; values 1, 2, 3; rewards 1, 1, 1; V after the last step 4.
    fn check(middle: End, final_value: f32, expected: [f32; 3]) {
        let outcomes = [
            outcome(1.0, 1.0, End::Goes, 0.0),
            outcome(2.0, 1.0, middle, final_value),
            outcome(3.0, 1.0, End::Goes, 0.0),
        ];
        let found = advantages(&outcomes, one(4.0), 0.5, 0.5);
        for (step, (found, expected)) in found.into_iter().zip(expected).enumerate() {
            let found: Vec<f32> = found.try_into_vec_as().unwrap();
            assert!((found[0] - expected).abs() < 1e-6, "step {step}: {} {expected}", found[0]);
        }
    }

    #[test]
    fn three_steps_by_hand() {
        // δ₂ = 1 + 0.5·4 − 3 = 0;  δ₁ = 1 + 0.5·3 − 2 = 0.5;  δ₀ = 1 + 0.5·2 − 1 = 1.
        check(End::Goes, 0.0, [1.125, 0.5, 0.0]);
        // δ₁ = 1 − 2 = −1; nothing flows back over the end.
        check(End::Terminated, 0.0, [0.75, -1.0, 0.0]);
        // δ₁ = 1 + 0.5·8 − 2 = 3; nothing but the value of the last state flows back.
        check(End::Truncated, 8.0, [1.75, 3.0, 0.0]);
        check(End::Both, 8.0, [0.75, -1.0, 0.0]);
    }

    #[test]
    fn with_lambda_one_it_is_the_discounted_return_minus_the_value() {
        let rewards = [0.3, -0.2, 0.7, 1.1];
        let values = [0.5, -0.4, 0.2, 0.9];
        let outcomes: Vec<Outcome> =
            (0..4).map(|t| outcome(values[t], rewards[t], End::Goes, 0.0)).collect();
        let found = advantages(&outcomes, one(0.6), 0.9, 1.0);
        for (t, found) in found.into_iter().enumerate() {
            let mut expected = 0.6 * 0.9_f32.powi(4 - t as i32) - values[t];
            for (k, reward) in rewards.iter().enumerate().skip(t) {
                expected += reward * 0.9_f32.powi((k - t) as i32);
            }
            let found: Vec<f32> = found.try_into_vec_as().unwrap();
            assert!((found[0] - expected).abs() < 1e-5);
        }
    }
}
