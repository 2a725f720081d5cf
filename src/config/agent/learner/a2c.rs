//! Advantage actor-critic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ppo, Schedule};

/// Advantage actor-critic (Mnih et al. 2016, the synchronous variant): one gradient step over each
/// whole rollout. It is PPO with one epoch and one minibatch, where the ratio is 1 and nothing is
/// clipped (Huang et al., "A2C is a special case of PPO", 2022).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct A2c {
    /// Environment steps of the whole run, at least 1, rounded up to whole rollouts.
    /// Default 5,000,000.
    pub total_env_steps: u64,
    /// Steps of each environment between updates, 1..=65536, a multiple of `sequence_length`. More
    /// gives longer returns and rarer updates. Default 16.
    pub num_steps: usize,
    /// Steps through which gradients flow, 1..=65536. More remembers longer and costs more memory.
    /// Default 16.
    pub sequence_length: usize,
    /// Step size of Adam, 0..=1. Default linear from 1e-3 to 0.
    pub learning_rate: Schedule,
    /// Discount γ per bar, 0..=1. More looks further ahead and learns from noisier returns.
    /// Default 0.99.
    pub gamma: f64,
    /// λ of generalised advantage estimation, 0..=1; 1 is the paper's plain return. Default 1.
    pub gae_lambda: f64,
    /// Weight of the entropy bonus, 0..=10. More explores longer. Default 0.01.
    pub ent_coef: Schedule,
    /// Weight of the value loss, 0..=1000. Default 0.5.
    pub vf_coef: f64,
    /// Largest global gradient norm, above 0. Default 0.5.
    pub max_grad_norm: f64,
    /// Normalise advantages over the rollout. Default false.
    pub norm_adv: bool,
    /// ε of Adam, above 0 and at most 0.1. Default 1e-5.
    pub adam_eps: f64,
}

impl Default for A2c {
    fn default() -> Self {
        Self {
            total_env_steps: 5_000_000,
            num_steps: 16,
            sequence_length: 16,
            learning_rate: Schedule::Linear { from: 1e-3, to: 0.0 },
            gamma: 0.99,
            gae_lambda: 1.0,
            ent_coef: Schedule::Constant(0.01),
            vf_coef: 0.5,
            max_grad_norm: 0.5,
            norm_adv: false,
            adam_eps: 1e-5,
        }
    }
}

impl A2c {
    /// The same algorithm in the words of PPO.
    #[must_use]
    pub fn as_ppo(&self, num_envs: usize) -> Ppo {
        Ppo {
            total_env_steps: self.total_env_steps,
            num_steps: self.num_steps,
            sequence_length: self.sequence_length,
            minibatch_transitions: self.num_steps * num_envs,
            update_epochs: 1,
            learning_rate: self.learning_rate,
            gamma: self.gamma,
            gae_lambda: self.gae_lambda,
            ent_coef: self.ent_coef,
            vf_coef: self.vf_coef,
            max_grad_norm: self.max_grad_norm,
            target_kl: None,
            norm_adv: self.norm_adv,
            adam_eps: self.adam_eps,
            ..Ppo::default()
        }
    }
}
