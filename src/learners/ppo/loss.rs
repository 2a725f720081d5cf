//! The loss of proximal policy optimisation. Pure functions of tensors.

use burn::tensor::Tensor;

/// Weights and widths of the parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LossCoefs {
    pub(super) clip_coef: f64,
    pub(super) clip_vloss: Option<f64>,
    pub(super) ent_coef: f64,
    pub(super) vf_coef: f64,
}

/// One minibatch in the eyes of the loss, each `[B]`.
#[derive(Debug, Clone)]
pub(super) struct LossInput {
    /// log π(a|s) now.
    pub(super) log_prob: Tensor<1>,
    /// Entropy of π(·|s) now.
    pub(super) entropy: Tensor<1>,
    /// V(s) now.
    pub(super) value: Tensor<1>,
    /// log π(a|s) when the action was taken.
    pub(super) old_log_prob: Tensor<1>,
    /// V(s) when the action was taken.
    pub(super) old_value: Tensor<1>,
    /// Â, normalised if the configuration asks for it.
    pub(super) advantage: Tensor<1>,
    /// Â + V, what the value should be.
    pub(super) value_target: Tensor<1>,
}

/// The loss, and the facts about it that are logged; each `[1]`.
#[derive(Debug, Clone)]
pub(super) struct Loss {
    pub(super) total: Tensor<1>,
    pub(super) policy: Tensor<1>,
    pub(super) value: Tensor<1>,
    pub(super) entropy: Tensor<1>,
    pub(super) approx_kl: Tensor<1>,
    pub(super) clip_frac: Tensor<1>,
    /// Largest |ρ − 1|.
    pub(super) ratio_error: Tensor<1>,
}

impl Loss {
    /// The loss of a minibatch from those of its blocks, each with its share of the rows.
    ///
    /// # Panics
    /// If there is no block.
    pub(super) fn joined(blocks: &[(Self, f64)]) -> Self {
        let mean = |part: fn(&Self) -> &Tensor<1>| {
            let parts = blocks.iter().map(|(loss, share)| part(loss).clone().inner() * *share);
            Tensor::cat(parts.collect(), 0).sum()
        };
        let errors = blocks.iter().map(|(loss, _)| loss.ratio_error.clone());
        Self {
            total: mean(|loss| &loss.total),
            policy: mean(|loss| &loss.policy),
            value: mean(|loss| &loss.value),
            entropy: mean(|loss| &loss.entropy),
            approx_kl: mean(|loss| &loss.approx_kl),
            clip_frac: mean(|loss| &loss.clip_frac),
            ratio_error: Tensor::cat(errors.collect(), 0).max(),
        }
    }
}

/// The clipped surrogate loss with value loss and entropy bonus.
///
/// ```text
/// ρ = exp(log π − log π_old)
/// L = E[ max(−Â·ρ, −Â·clip(ρ, 1 ± ε)) ] + c_v·E[ (V − R)² ] − c_e·E[ H ]
/// KL ≈ E[ (ρ − 1) − log ρ ]
/// ```
///
/// # Source
/// Schulman et al., "Proximal Policy Optimization Algorithms", 2017, eq. 7 and 9. The value loss has no
/// factor ½. The KL estimate is k3 of Schulman, "Approximating KL Divergence", 2020.
pub(super) fn ppo_loss(input: LossInput, coefs: &LossCoefs) -> Loss {
    let log_ratio = input.log_prob - input.old_log_prob;
    let ratio = log_ratio.clone().exp();
    let clipped = ratio.clone().clamp(1.0 - coefs.clip_coef, 1.0 + coefs.clip_coef);
    let downhill = input.advantage.neg();
    let policy = (downhill.clone() * ratio.clone()).max_pair(downhill * clipped).mean();
    let value = value_loss(input.value, input.old_value, input.value_target, coefs.clip_vloss);
    let entropy = input.entropy.mean();
    let total = policy.clone() + value.clone() * coefs.vf_coef - entropy.clone() * coefs.ent_coef;

    let (ratio, log_ratio) = (ratio.inner(), log_ratio.inner());
    let outside = ratio.clone().sub_scalar(1.0);
    let approx_kl = (outside.clone() - log_ratio).mean();
    let distance = outside.abs();
    let clip_frac = distance.clone().greater_scalar(coefs.clip_coef).float().mean();
    Loss {
        total,
        policy: policy.inner(),
        value: value.inner(),
        entropy: entropy.inner(),
        approx_kl,
        clip_frac,
        ratio_error: distance.max(),
    }
}

/// Mean squared error of the value; with a width, the worse of the value and the value clipped to
/// that width around the old one.
fn value_loss(
    value: Tensor<1>,
    old_value: Tensor<1>,
    target: Tensor<1>,
    clip_vloss: Option<f64>,
) -> Tensor<1> {
    let squared = |error: Tensor<1>| error.clone() * error;
    let plain = squared(value.clone() - target.clone());
    match clip_vloss {
        None => plain.mean(),
        Some(width) => {
            let clipped = old_value.clone() + (value - old_value).clamp(-width, width);
            plain.max_pair(squared(clipped - target)).mean()
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    const COEFS: LossCoefs =
        LossCoefs { clip_coef: 0.2, clip_vloss: None, ent_coef: 0.01, vf_coef: 0.5 };

    fn row(values: [f32; 2]) -> Tensor<1> {
        Tensor::from_floats(values, &Device::flex())
    }

    fn scalar(tensor: Tensor<1>) -> f64 {
        f64::from(tensor.try_into_vec_as::<f32>().unwrap()[0])
    }

    fn input(ratios: [f32; 2], advantages: [f32; 2], value: [f32; 2]) -> LossInput {
        LossInput {
            log_prob: row(ratios.map(f32::ln)),
            entropy: row([0.5, 1.5]),
            value: row(value),
            old_log_prob: row([0.0, 0.0]),
            old_value: row([1.0, 1.0]),
            advantage: row(advantages),
            value_target: row([2.0, 0.0]),
        }
    }

    fn check_policy(ratios: [f32; 2], advantages: [f32; 2], expected: f64) {
        let loss = ppo_loss(input(ratios, advantages, [1.0, 1.0]), &COEFS);
        let found = scalar(loss.policy);
        assert!((found - expected).abs() < 1e-6, "{ratios:?} {advantages:?}: {found} {expected}");
    }

    #[test]
    fn the_clipped_surrogate_by_hand() {
        check_policy([1.0, 1.0], [1.0, -2.0], 0.5);
        // A good action that grew too likely counts as 1.2, a bad one that fell counts as 0.8.
        check_policy([2.0, 0.5], [1.0, -1.0], (-1.2 + 0.8) / 2.0);
        // In the other direction nothing is clipped.
        check_policy([0.5, 2.0], [1.0, -1.0], (-0.5 + 2.0) / 2.0);
    }

    #[test]
    fn the_other_parts_by_hand() {
        let loss = ppo_loss(input([1.5, 1.0], [0.0, 0.0], [1.5, 1.0]), &COEFS);
        let value = (0.25 + 1.0) / 2.0;
        assert!((scalar(loss.value) - value).abs() < 1e-6);
        assert!((scalar(loss.entropy) - 1.0).abs() < 1e-6);
        assert!((scalar(loss.total) - (0.5 * value - 0.01)).abs() < 1e-6);
        assert!((scalar(loss.clip_frac) - 0.5).abs() < 1e-6);
        assert!((scalar(loss.approx_kl) - (0.5 - 1.5_f64.ln()) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_clipped_value_cannot_lower_its_loss_by_leaving_the_range() {
        let coefs = LossCoefs { clip_vloss: Some(0.25), ..COEFS };
        let loss = ppo_loss(input([1.0, 1.0], [0.0, 0.0], [1.5, 1.0]), &coefs);
        assert!((scalar(loss.value) - (0.75_f64.powi(2) + 1.0) / 2.0).abs() < 1e-6);
    }
}
