//! Deep Q-learning and its options.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::config::Model;

/// Deep Q-learning (Mnih et al. 2015) with the parts of Rainbow (Hessel et al. 2018), each of which
/// can be left out, and with sequences and burn-in for networks with memory (R2D2, Kapturowski et
/// al. 2019).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dqn {
    /// Environment steps of the whole run, at least 1, rounded up to whole updates.
    /// Default 1,000,000.
    pub total_env_steps: u64,
    /// Steps of each environment in an update, after which it is reported and may be validated,
    /// 1..=65536, a multiple of `train_frequency`. It does not change what is learned. Default 64.
    pub num_steps: usize,
    /// Steps of each environment between bouts of learning, 1..=65536. Default 1.
    pub train_frequency: usize,
    /// Gradient steps in a bout, 1..=10000. More learns more from each step and may overfit the
    /// buffer. Default 1.
    pub gradient_steps: usize,
    /// Environment steps before the first gradient step, fewer than `buffer_size`. Default 5,000.
    pub learning_starts: u64,
    /// Transitions kept, at least a few for each environment. More forgets later and costs memory
    /// on the device. Default 200,000.
    pub buffer_size: usize,
    /// Transitions in a gradient step, a multiple of `sequence_length`. More gives calmer steps.
    /// Default 512.
    pub batch_size: usize,
    /// Step size of Adam, 0..=1. Default linear from 1e-3 to 1e-4.
    pub learning_rate: Schedule,
    /// Discount γ per bar, 0..=1. More looks further ahead and learns from noisier targets.
    /// Default 0.99.
    pub gamma: f64,
    /// Rewards that a target sums before it bootstraps, 1..=100. More spreads news faster and leans
    /// on actions of older policies. Default 3.
    pub n_step: usize,
    /// Let the learning network choose the action that the target network values (van Hasselt et
    /// al. 2016). Default true.
    pub double: bool,
    /// A value and an advantage for each action instead of one number (Wang et al. 2016).
    /// Default true.
    pub dueling: bool,
    /// Replay in proportion to the last error; absent: uniformly.
    pub prioritized: Option<Prioritized>,
    /// Learn the distribution of returns instead of their mean; absent: the mean.
    pub distributional: Option<Distributional>,
    /// Explore by noise on the weights of the last layer, which is learned (Fortunato et al. 2018),
    /// instead of by random actions. Default false.
    pub noisy: bool,
    /// Share of random actions at the start, 0..=1. Default 1.
    pub exploration_initial: f64,
    /// Share of random actions once exploration has fallen, 0..=1. Default 0.02.
    pub exploration_final: f64,
    /// Part of the run over which it falls in a straight line, 0..=1. Default 0.2.
    pub exploration_fraction: f64,
    /// Gradient steps between updates of the target network, 1..=1000000. Default 1.
    pub target_update_interval: u64,
    /// Part of the way that an update of the target network goes, above 0 and at most 1; 1 copies.
    /// Default 0.01.
    pub tau: f64,
    /// Steps through which gradients flow, 1..=1024. The buffer keeps the state of the network before
    /// each sequence. Absent: 16 for a network with memory, 1 for one without.
    pub sequence_length: Option<usize>,
    /// Steps that bring the state up to date before a sequence, without gradients, 0..=1024.
    /// Absent: 8 for a network with memory, 0 for one without.
    pub burn_in: Option<usize>,
    /// Errors of a value above this, in units of return, count in proportion and not squared, above 0.
    /// Less shrugs off outliers; too little against the returns cannot learn rare large losses.
    /// Unused by distributions. Default 10.
    pub huber_delta: f64,
    /// Largest global gradient norm, above 0. Default 10.
    pub max_grad_norm: f64,
    /// ε of Adam, above 0 and at most 0.1. Default 1e-5.
    pub adam_eps: f64,
}

/// Prioritised replay (Schaul et al. 2016).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Prioritized {
    /// Power of the error, 0..=1; 0 is uniform. Default 0.6.
    pub alpha: f64,
    /// How far the bias is corrected at the start, 0..=1. Default 0.4.
    pub beta_initial: f64,
    /// The same at the end of the run, reached in a straight line, 0..=1. Default 1.
    pub beta_final: f64,
}

impl Default for Prioritized {
    fn default() -> Self {
        Self { alpha: 0.6, beta_initial: 0.4, beta_final: 1.0 }
    }
}

/// A distribution of returns over fixed atoms (C51, Bellemare et al. 2017).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distributional {
    /// Atoms, 2..=501. Default 51.
    #[serde(default = "default_atoms")]
    pub atoms: usize,
    /// The smallest discounted return; smaller ones count as it.
    pub min: f64,
    /// The largest discounted return, above `min`.
    pub max: f64,
}

/// One sample of the buffer: consecutive steps of one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Steps that bring the state up to date.
    pub burn_in: usize,
    /// Steps that are learned from.
    pub length: usize,
    /// Rewards that a target sums.
    pub n_step: usize,
}

impl Window {
    /// Steps in all: burn-in, the sequence, and the rewards after its last step.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.burn_in + self.length + self.n_step - 1
    }

    /// Steps of each environment that a buffer must keep so that there is always a whole sample.
    #[must_use]
    pub const fn least_steps(&self) -> usize {
        (self.steps().div_ceil(self.length) + 2) * self.length
    }
}

const fn has_memory(model: &Model) -> bool {
    model.has_memory()
}

const fn default_atoms() -> usize {
    51
}

impl Default for Dqn {
    fn default() -> Self {
        Self {
            total_env_steps: 1_000_000,
            num_steps: 64,
            train_frequency: 1,
            gradient_steps: 1,
            learning_starts: 5_000,
            buffer_size: 200_000,
            batch_size: 512,
            learning_rate: Schedule::Linear { from: 1e-3, to: 1e-4 },
            gamma: 0.99,
            n_step: 3,
            double: true,
            dueling: true,
            prioritized: None,
            distributional: None,
            noisy: false,
            exploration_initial: 1.0,
            exploration_final: 0.02,
            exploration_fraction: 0.2,
            target_update_interval: 1,
            tau: 0.01,
            sequence_length: None,
            burn_in: None,
            huber_delta: 10.0,
            max_grad_norm: 10.0,
            adam_eps: 1e-5,
        }
    }
}

impl Dqn {
    /// How a sample of the buffer is cut for this network.
    #[must_use]
    pub fn window(&self, model: &Model) -> Window {
        let (length, burn_in) = if has_memory(model) { (16, 8) } else { (1, 0) };
        Window {
            burn_in: self.burn_in.unwrap_or(burn_in),
            length: self.sequence_length.unwrap_or(length),
            n_step: self.n_step,
        }
    }

    /// Share of random actions at `progress` through the run, 0 to 1.
    #[must_use]
    pub fn exploration(&self, progress: f64) -> f64 {
        if self.noisy {
            return 0.0;
        }
        let (from, to) = (self.exploration_initial, self.exploration_final);
        if progress >= self.exploration_fraction {
            return to;
        }
        from + (to - from) * progress / self.exploration_fraction
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exploration_falls_in_a_straight_line() {
        let dqn = Dqn {
            exploration_initial: 1.0,
            exploration_final: 0.2,
            exploration_fraction: 0.5,
            ..Dqn::default()
        };
        for (progress, expected) in [(0.0, 1.0), (0.25, 0.6), (0.5, 0.2), (1.0, 0.2)] {
            assert!((dqn.exploration(progress) - expected).abs() < 1e-12, "{progress}");
        }
        let at_once = Dqn { exploration_fraction: 0.0, ..dqn.clone() };
        assert!((at_once.exploration(0.0) - 0.2).abs() < 1e-12);
        assert_eq!(Dqn { noisy: true, ..dqn }.exploration(0.0), 0.0);
    }
}
