//! Rules of DQN.

use super::schedule::learning_rate;
use crate::config::validate::check::Check;
use crate::config::{Agent, Distributional, Dqn, Prioritized};

/// The largest discounted return that a distribution may reach.
const LARGEST_RETURN: f64 = 1e9;

/// Checks sizes, coefficients and parts.
pub(super) fn check(check: &mut Check, dqn: &Dqn, agent: &Agent) {
    sizes(check, dqn);
    sequences(check, dqn, agent);
    coefficients(check, dqn);
    if let Some(prioritized) = &dqn.prioritized {
        priorities(check, prioritized);
    }
    if let Some(distributional) = &dqn.distributional {
        atoms(check, distributional);
    }
}

fn sizes(check: &mut Check, dqn: &Dqn) {
    check.within("learner.dqn.total_env_steps", dqn.total_env_steps, 1..=1_000_000_000_000);
    check.within("learner.dqn.num_steps", dqn.num_steps, 1..=65_536);
    check.within("learner.dqn.train_frequency", dqn.train_frequency, 1..=65_536);
    check.within("learner.dqn.gradient_steps", dqn.gradient_steps, 1..=10_000);
    check.within("learner.dqn.n_step", dqn.n_step, 1..=100);
    check.within("learner.dqn.target_update_interval", dqn.target_update_interval, 1..=1_000_000);
    check.within("learner.dqn.buffer_size", dqn.buffer_size, 1..=1_000_000_000);
    check.at_least("learner.dqn.batch_size", dqn.batch_size, 1);
    let (steps, every) = (dqn.num_steps, dqn.train_frequency);
    if every > 0 && steps % every != 0 {
        let key = "learner.dqn.num_steps";
        let text = format!("`{key}` must be a multiple of `train_frequency` {every}, was {steps}");
        check.deny(&[key, "learner.dqn.train_frequency"], text);
    }
    let (starts, buffer) = (dqn.learning_starts, dqn.buffer_size);
    if starts >= buffer as u64 {
        let key = "learner.dqn.learning_starts";
        let text = format!("`{key}` must be below `buffer_size` {buffer}, was {starts}");
        check.deny(&[key, "learner.dqn.buffer_size"], text);
    }
}

fn sequences(check: &mut Check, dqn: &Dqn, agent: &Agent) {
    if let Some(length) = dqn.sequence_length {
        check.within("learner.dqn.sequence_length", length, 1..=1024);
    }
    if let Some(burn_in) = dqn.burn_in {
        check.within("learner.dqn.burn_in", burn_in, 0..=1024);
    }
    let window = dqn.window(&agent.model);
    let length = window.length;
    if length == 0 || dqn.n_step == 0 {
        return;
    }
    let batch = dqn.batch_size;
    if !batch.is_multiple_of(length) {
        let key = "learner.dqn.batch_size";
        let text = format!("`{key}` must be a multiple of `sequence_length` {length}, was {batch}");
        check.deny(&[key, "learner.dqn.sequence_length"], text);
    }
    let (envs, buffer) = (agent.env.num_envs, dqn.buffer_size);
    let least = window.least_steps().saturating_mul(envs);
    if buffer < least {
        let key = "learner.dqn.buffer_size";
        let text =
            format!("`{key}` must be at least {least} for {envs} environments, was {buffer}");
        check.deny(&[key, "env.num_envs", "learner.dqn.sequence_length"], text);
    }
}

fn coefficients(check: &mut Check, dqn: &Dqn) {
    learning_rate(check, "learner.dqn.learning_rate", dqn.learning_rate);
    check.within("learner.dqn.gamma", dqn.gamma, 0.0..=1.0);
    check.within("learner.dqn.exploration_initial", dqn.exploration_initial, 0.0..=1.0);
    check.within("learner.dqn.exploration_final", dqn.exploration_final, 0.0..=1.0);
    check.within("learner.dqn.exploration_fraction", dqn.exploration_fraction, 0.0..=1.0);
    check.positive("learner.dqn.tau", dqn.tau, 1.0);
    check.positive("learner.dqn.huber_delta", dqn.huber_delta, 1e9);
    check.positive("learner.dqn.max_grad_norm", dqn.max_grad_norm, 1e9);
    check.positive("learner.dqn.adam_eps", dqn.adam_eps, 0.1);
}

fn priorities(check: &mut Check, prioritized: &Prioritized) {
    let key = |field: &str| format!("learner.dqn.prioritized.{field}");
    check.within(&key("alpha"), prioritized.alpha, 0.0..=1.0);
    check.within(&key("beta_initial"), prioritized.beta_initial, 0.0..=1.0);
    check.within(&key("beta_final"), prioritized.beta_final, 0.0..=1.0);
}

fn atoms(check: &mut Check, distributional: &Distributional) {
    let key = |field: &str| format!("learner.dqn.distributional.{field}");
    check.within(&key("atoms"), distributional.atoms, 2..=501);
    let Distributional { min, max, .. } = *distributional;
    check.within(&key("min"), min, -LARGEST_RETURN..=LARGEST_RETURN);
    check.within(&key("max"), max, -LARGEST_RETURN..=LARGEST_RETURN);
    if min >= max {
        let (low, high) = (key("min"), key("max"));
        check.deny(&[&low, &high], format!("`{low}` must be below `{high}` {max}, was {min}"));
    }
}
