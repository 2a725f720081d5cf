//! Rules of PPO.

use super::schedule::{learning_rate, schedule};
use crate::config::Ppo;
use crate::config::validate::check::Check;

/// Checks sizes and coefficients.
pub(super) fn check(check: &mut Check, ppo: &Ppo, num_envs: usize) {
    sizes(check, ppo, num_envs);
    coefficients(check, ppo);
}

fn sizes(check: &mut Check, ppo: &Ppo, num_envs: usize) {
    check.within("learner.ppo.total_env_steps", ppo.total_env_steps, 1..=1_000_000_000_000);
    check.within("learner.ppo.num_steps", ppo.num_steps, 1..=65_536);
    check.within("learner.ppo.sequence_length", ppo.sequence_length, 1..=65_536);
    check.at_least("learner.ppo.minibatch_transitions", ppo.minibatch_transitions, 1);
    check.within("learner.ppo.update_epochs", ppo.update_epochs, 1..=100);
    let multiples = [
        ("learner.ppo.num_steps", ppo.num_steps),
        ("learner.ppo.minibatch_transitions", ppo.minibatch_transitions),
    ];
    let sequence = ppo.sequence_length;
    for (key, value) in multiples {
        if sequence > 0 && value % sequence != 0 {
            let text =
                format!("`{key}` must be a multiple of `sequence_length` {sequence}, was {value}");
            check.deny(&[key, "learner.ppo.sequence_length"], text);
        }
    }
    let rollout = ppo.num_steps.saturating_mul(num_envs);
    let minibatch = ppo.minibatch_transitions;
    if rollout > 0 && minibatch > rollout {
        let key = "learner.ppo.minibatch_transitions";
        let text = format!(
            "`{key}` must be at most a rollout of num_envs × num_steps = {rollout}, was {minibatch}"
        );
        check.deny(&[key, "env.num_envs", "learner.ppo.num_steps"], text);
    }
}

fn coefficients(check: &mut Check, ppo: &Ppo) {
    learning_rate(check, "learner.ppo.learning_rate", ppo.learning_rate);
    schedule(check, "learner.ppo.ent_coef", ppo.ent_coef, 10.0);
    check.within("learner.ppo.gamma", ppo.gamma, 0.0..=1.0);
    check.within("learner.ppo.gae_lambda", ppo.gae_lambda, 0.0..=1.0);
    check.positive("learner.ppo.clip_coef", ppo.clip_coef, 10.0);
    check.within("learner.ppo.vf_coef", ppo.vf_coef, 0.0..=1000.0);
    check.positive("learner.ppo.max_grad_norm", ppo.max_grad_norm, 1e9);
    check.positive("learner.ppo.adam_eps", ppo.adam_eps, 0.1);
    if let Some(clip) = ppo.clip_vloss {
        check.positive("learner.ppo.clip_vloss", clip, 1e9);
    }
    if let Some(kl) = ppo.target_kl {
        check.positive("learner.ppo.target_kl", kl, 1000.0);
    }
}
