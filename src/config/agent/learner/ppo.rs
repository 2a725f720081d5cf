//! Proximal policy optimisation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Schedule;

/// Proximal policy optimisation (Schulman et al. 2017) over whole sequences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ppo {
    /// Environment steps of the whole run, at least 1, rounded up to whole rollouts.
    /// Default 5,000,000.
    pub total_env_steps: u64,
    /// Steps of each environment between updates, 1..=65536, a multiple of `sequence_length`. More
    /// gives longer returns and rarer updates. Default 256.
    pub num_steps: usize,
    /// Steps through which gradients flow, 1..=65536. More remembers longer and costs more memory.
    /// Default 16.
    pub sequence_length: usize,
    /// Transitions in a minibatch, a multiple of `sequence_length` and at most a rollout. More gives
    /// calmer and fewer gradient steps. Default 2048.
    pub minibatch_transitions: usize,
    /// Passes over each rollout, 1..=100. More learns faster and forgets the trust region sooner.
    /// Default 4.
    pub update_epochs: usize,
    /// Step size of Adam, 0..=1. Default cosine from 3e-4 to 0.
    pub learning_rate: Schedule,
    /// Discount γ per bar, 0..=1. More looks further ahead and learns from noisier returns.
    /// Default 0.99.
    pub gamma: f64,
    /// λ of generalised advantage estimation, 0..=1. More trusts the returns, less the value head.
    /// Default 0.95.
    pub gae_lambda: f64,
    /// ε of the clipped ratio, above 0. More allows larger steps. Default 0.2.
    pub clip_coef: f64,
    /// Clip the value loss around the old value by this much, above 0; absent: not clipped.
    pub clip_vloss: Option<f64>,
    /// Weight of the entropy bonus, 0..=10. More explores longer. Default linear from 0.01 to 0.005.
    pub ent_coef: Schedule,
    /// Weight of the value loss, 0..=1000. Default 0.5.
    pub vf_coef: f64,
    /// Largest global gradient norm, above 0. Default 0.5.
    pub max_grad_norm: f64,
    /// Stop an update once the approximate KL divergence exceeds this, above 0; `null`: never.
    /// Default 0.02.
    pub target_kl: Option<f64>,
    /// Normalise advantages over the rollout. Default true.
    pub norm_adv: bool,
    /// ε of Adam, above 0 and at most 0.1. Default 1e-5.
    pub adam_eps: f64,
}

impl Default for Ppo {
    fn default() -> Self {
        Self {
            total_env_steps: 5_000_000,
            num_steps: 256,
            sequence_length: 16,
            minibatch_transitions: 2048,
            update_epochs: 4,
            learning_rate: Schedule::Cosine { from: 3e-4, to: 0.0 },
            gamma: 0.99,
            gae_lambda: 0.95,
            clip_coef: 0.2,
            clip_vloss: None,
            ent_coef: Schedule::Linear { from: 0.01, to: 0.005 },
            vf_coef: 0.5,
            max_grad_norm: 0.5,
            target_kl: Some(0.02),
            norm_adv: true,
            adam_eps: 1e-5,
        }
    }
}
