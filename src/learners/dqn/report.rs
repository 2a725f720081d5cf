//! What is known about an update once it is done.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::train::{DqnError, Trainer, read};
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
    /// Step size of Adam at the end of the update.
    pub learning_rate: f64,
    /// Share of random actions at the end of the update.
    pub epsilon: f64,
    /// Correction of prioritised samples at the end of the update, if there are such.
    pub beta: Option<f64>,
    /// Transitions in the buffer.
    pub replay_transitions: usize,
    /// Gradient steps done in all.
    pub gradient_steps: u64,
    /// Environment steps per second while acting.
    pub rollout_steps_per_s: f64,
    /// Environment steps per second while learning.
    pub update_steps_per_s: f64,
    /// Environment steps per second of both together.
    pub steps_per_s: f64,
}

/// Means over the gradient steps of an update, and facts about its rollout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateStatistics {
    /// Mean reward of a step.
    pub mean_reward: f64,
    /// What the gradient steps found; absent before the first.
    pub learned: Option<LearnedStatistics>,
}

/// Means over gradient steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedStatistics {
    /// Huber's loss, or the cross-entropy of distributions.
    pub loss: f64,
    /// Mean absolute error of a prediction, or its cross-entropy.
    pub td_error: f64,
    /// Global norm of the gradient before clipping.
    pub grad_norm: f64,
    /// Predicted value of the actions taken; absent for distributions.
    pub q_mean: Option<f64>,
}

/// Sums over an update, on the device.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// `[1]` of each step.
    rewards: Vec<Tensor<1>>,
    /// `[3]`: loss, error, norm.
    steps: Option<Tensor<1>>,
    values: Option<Tensor<1>>,
    count: usize,
}

impl Tally {
    /// Notes the rewards of a step, `[N]`.
    pub(super) fn add_reward(&mut self, rewards: Tensor<1>) {
        self.rewards.push(rewards.mean());
    }

    /// Notes a gradient step; each `[1]`.
    pub(super) fn add_step(&mut self, loss: Tensor<1>, error: Tensor<1>, norm: Tensor<1>) {
        let step = Tensor::cat(vec![loss, error, norm], 0);
        self.steps = Some(match self.steps.take() {
            Some(sum) => sum + step,
            None => step,
        });
        self.count += 1;
    }

    /// Notes the mean value of a batch, `[1]`.
    pub(super) fn add_value(&mut self, mean: Tensor<1>) {
        self.values = Some(match self.values.take() {
            Some(sum) => sum + mean,
            None => mean,
        });
    }

    /// Fetches everything from the device at once.
    pub(super) fn statistics(self) -> Result<UpdateStatistics, DqnError> {
        let mut parts = vec![Tensor::cat(self.rewards, 0).mean()];
        let has_values = self.values.is_some();
        parts.extend(self.steps);
        parts.extend(self.values);
        let found = read(Tensor::cat(parts, 0))?;
        let mean = |at: usize| f64::from(found[at]) / self.count.max(1) as f64;
        let learned = (self.count > 0).then(|| LearnedStatistics {
            loss: mean(1),
            td_error: mean(2),
            grad_norm: mean(3),
            q_mean: has_values.then(|| mean(4)),
        });
        Ok(UpdateStatistics { mean_reward: f64::from(found[0]), learned })
    }
}

impl UpdateStatistics {
    /// The first quantity that is infinite or not a number, if any is.
    pub(super) fn first_not_finite(&self) -> Option<(&'static str, f64)> {
        self.metrics().into_iter().find(|(_, value)| !value.is_finite())
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        let mut metrics = vec![("mean_reward", self.mean_reward)];
        if let Some(LearnedStatistics { loss, td_error, grad_norm, q_mean }) = self.learned {
            metrics.extend([("loss", loss), ("td_error", td_error), ("grad_norm", grad_norm)]);
            metrics.extend(q_mean.map(|q_mean| ("q_mean", q_mean)));
        }
        metrics
    }
}

impl Trainer {
    /// The report of an update that took so many seconds to act and to learn.
    pub(super) fn report(
        &mut self,
        statistics: UpdateStatistics,
        [acting, learning]: [f64; 2],
    ) -> UpdateReport {
        let steps = self.config.num_steps * self.environment.shape().num_envs;
        let rate = |seconds: f64| steps as f64 / seconds.max(1e-9);
        UpdateReport {
            update: self.updates,
            env_steps: self.env_steps,
            statistics,
            learning_rate: self.config.learning_rate.at(self.done_frac()),
            epsilon: self.config.exploration(self.done_frac()),
            beta: self.config.prioritized.map(|_| self.beta()),
            replay_transitions: self.replay.num_transitions(),
            gradient_steps: self.gradient_steps,
            rollout_steps_per_s: rate(acting),
            update_steps_per_s: rate(learning),
            steps_per_s: rate(acting + learning),
        }
    }
}

impl From<UpdateReport> for run::UpdateReport {
    fn from(report: UpdateReport) -> Self {
        let mut metrics: BTreeMap<_, _> = report.statistics.metrics().into_iter().collect();
        metrics.extend([
            ("learning_rate", report.learning_rate),
            ("epsilon", report.epsilon),
            ("replay_transitions", report.replay_transitions as f64),
            ("gradient_steps", report.gradient_steps as f64),
        ]);
        metrics.extend(report.beta.map(|beta| ("beta", beta)));
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
