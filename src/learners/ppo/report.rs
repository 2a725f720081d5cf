//! What is known about an update once it is done.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::loss::Loss;
use crate::learners::run;

/// One update, as it is logged.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateReport {
    /// Updates done, this one included.
    pub update: u64,
    /// Environment steps done in all.
    pub env_steps: u64,
    /// What was learned.
    pub statistics: UpdateStatistics,
    /// Step size of Adam in this update.
    pub learning_rate: f64,
    /// Weight of the entropy bonus in this update.
    pub ent_coef: f64,
    /// Epochs done; fewer than configured if the KL divergence grew too large.
    pub epochs: usize,
    /// Environment steps per second while collecting.
    pub rollout_steps_per_s: f64,
    /// Environment steps per second while learning from them.
    pub update_steps_per_s: f64,
    /// Environment steps per second of both together.
    pub steps_per_s: f64,
}

/// Means over the minibatches of an update, and facts about its rollout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateStatistics {
    /// The clipped surrogate loss.
    pub policy_loss: f64,
    /// Mean squared error of the value.
    pub value_loss: f64,
    /// Entropy of the policy, nats.
    pub entropy: f64,
    /// Estimated divergence of the policy from the one that collected, nats.
    pub approx_kl: f64,
    /// Share of transitions whose ratio left the clipping range.
    pub clip_frac: f64,
    /// Global norm of the gradient before clipping.
    pub grad_norm: f64,
    /// Largest |ρ − 1| in the first minibatch, before anything was learned: 0 if collecting and
    /// learning compute the same.
    pub first_ratio_error: f64,
    /// Mean reward of a step.
    pub mean_reward: f64,
    /// 1 − Var(target − value) / Var(target): 1 is a perfect value function, 0 a constant.
    pub explained_variance: f64,
}

impl From<UpdateReport> for run::UpdateReport {
    fn from(report: UpdateReport) -> Self {
        let UpdateStatistics {
            policy_loss,
            value_loss,
            entropy,
            approx_kl,
            clip_frac,
            grad_norm,
            first_ratio_error,
            mean_reward,
            explained_variance,
        } = report.statistics;
        let metrics = BTreeMap::from([
            ("policy_loss", policy_loss),
            ("value_loss", value_loss),
            ("entropy", entropy),
            ("approx_kl", approx_kl),
            ("clip_frac", clip_frac),
            ("grad_norm", grad_norm),
            ("first_ratio_error", first_ratio_error),
            ("mean_reward", mean_reward),
            ("explained_variance", explained_variance),
            ("learning_rate", report.learning_rate),
            ("ent_coef", report.ent_coef),
            ("epochs", report.epochs as f64),
        ]);
        Self {
            update: report.update,
            env_steps: report.env_steps,
            metrics,
            rollout_steps_per_s: report.rollout_steps_per_s,
            update_steps_per_s: report.update_steps_per_s,
            steps_per_s: report.steps_per_s,
        }
    }
}

/// Columns of [`Tally`].
const COLUMNS: usize = 6;

/// Sums over minibatches, on the device.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    sums: Option<Tensor<1>>,
    first_ratio_error: Option<Tensor<1>>,
    minibatches: usize,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { sums: None, first_ratio_error: None, minibatches: 0 }
    }

    /// Adds one minibatch.
    pub(super) fn add(self, loss: Loss, grad_norm: Tensor<1>) -> Self {
        let parts =
            vec![loss.policy, loss.value, loss.entropy, loss.approx_kl, loss.clip_frac, grad_norm];
        let row = Tensor::cat(parts, 0); // [6]
        Self {
            sums: Some(match self.sums {
                Some(sums) => sums + row,
                None => row,
            }),
            first_ratio_error: self.first_ratio_error.or(Some(loss.ratio_error)),
            minibatches: self.minibatches + 1,
        }
    }

    /// The sums, the first ratio error and two facts about the rollout, to be read at once: `[9]`.
    pub(super) fn packed(&self, mean_reward: Tensor<1>, explained: Tensor<1>) -> Tensor<1> {
        let device = mean_reward.device();
        let sums = self.sums.clone().unwrap_or_else(|| Tensor::zeros([COLUMNS], &device));
        let first = self.first_ratio_error.clone().unwrap_or_else(|| Tensor::zeros([1], &device));
        Tensor::cat(vec![sums, first, mean_reward, explained], 0)
    }

    /// Means from the values of [`Self::packed`].
    pub(super) fn statistics(&self, packed: &[f32]) -> UpdateStatistics {
        let count = self.minibatches.max(1) as f64;
        let mean = |column: usize| f64::from(packed[column]) / count;
        UpdateStatistics {
            policy_loss: mean(0),
            value_loss: mean(1),
            entropy: mean(2),
            approx_kl: mean(3),
            clip_frac: mean(4),
            grad_norm: mean(5),
            first_ratio_error: f64::from(packed[COLUMNS]),
            mean_reward: f64::from(packed[COLUMNS + 1]),
            explained_variance: f64::from(packed[COLUMNS + 2]),
        }
    }
}

impl UpdateStatistics {
    /// The first quantity that is infinite or not a number, if any is, among those that show that
    /// the parameters are lost.
    pub(super) fn first_not_finite(&self) -> Option<(&'static str, f64)> {
        [
            ("policy_loss", self.policy_loss),
            ("value_loss", self.value_loss),
            ("entropy", self.entropy),
            ("grad_norm", self.grad_norm),
            ("mean_reward", self.mean_reward),
        ]
        .into_iter()
        .find(|(_, value)| !value.is_finite())
    }
}
