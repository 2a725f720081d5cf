//! Rules of A2C.

use super::schedule::{learning_rate, schedule};
use crate::config::A2c;
use crate::config::validate::check::Check;

/// Checks sizes and coefficients.
pub(super) fn check(check: &mut Check, a2c: &A2c) {
    check.within("learner.a2c.total_env_steps", a2c.total_env_steps, 1..=1_000_000_000_000);
    check.within("learner.a2c.num_steps", a2c.num_steps, 1..=65_536);
    check.within("learner.a2c.sequence_length", a2c.sequence_length, 1..=65_536);
    let (steps, sequence) = (a2c.num_steps, a2c.sequence_length);
    if sequence > 0 && steps % sequence != 0 {
        let key = "learner.a2c.num_steps";
        let text =
            format!("`{key}` must be a multiple of `sequence_length` {sequence}, was {steps}");
        check.deny(&[key, "learner.a2c.sequence_length"], text);
    }
    learning_rate(check, "learner.a2c.learning_rate", a2c.learning_rate);
    schedule(check, "learner.a2c.ent_coef", a2c.ent_coef, 10.0);
    check.within("learner.a2c.gamma", a2c.gamma, 0.0..=1.0);
    check.within("learner.a2c.gae_lambda", a2c.gae_lambda, 0.0..=1.0);
    check.within("learner.a2c.vf_coef", a2c.vf_coef, 0.0..=1000.0);
    check.positive("learner.a2c.max_grad_norm", a2c.max_grad_norm, 1e9);
    check.positive("learner.a2c.adam_eps", a2c.adam_eps, 0.1);
}
