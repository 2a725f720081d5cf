//! Rules of `model`, `learner` and `train`.

use super::check::Check;
use crate::config::{Agent, Learner, Model, Ppo, Schedule, Train};

/// The widest layer.
const WIDEST: usize = 4096;

/// Checks network, algorithm and how the run is kept.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    model(check, &agent.model);
    let Learner::Ppo(ppo) = &agent.learner;
    sizes(check, ppo, agent.env.num_envs);
    coefficients(check, ppo);
    train(check, &agent.train);
}

fn model(check: &mut Check, model: &Model) {
    match model {
        Model::Gru(gru) => {
            check.within("model.gru.encoder", gru.encoder, 1..=WIDEST);
            check.within("model.gru.hidden", gru.hidden, 1..=WIDEST);
            if gru.layers != 1 {
                let text = format!(
                    "`model.gru.layers` must be 1, was {}; stacked layers are not available yet",
                    gru.layers
                );
                check.deny(&["model.gru.layers"], text);
            }
        }
        Model::Mlp(mlp) => {
            check.within("model.mlp.hidden", mlp.hidden, 1..=WIDEST);
            check.within("model.mlp.layers", mlp.layers, 1..=8);
        }
    }
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
    schedule(check, "learner.ppo.learning_rate", ppo.learning_rate, 1.0);
    if ppo.learning_rate.ends() == (0.0, 0.0) {
        let key = "learner.ppo.learning_rate";
        check.deny(&[key], format!("`{key}` must be above 0 somewhere, was 0 all the way"));
    }
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

fn schedule(check: &mut Check, key: &str, schedule: Schedule, most: f64) {
    let ends = match schedule {
        Schedule::Constant(value) => return check.within(key, value, 0.0..=most),
        Schedule::Linear { from, to } => [("linear.from", from), ("linear.to", to)],
        Schedule::Cosine { from, to } => [("cosine.from", from), ("cosine.to", to)],
    };
    for (end, value) in ends {
        check.within(&format!("{key}.{end}"), value, 0.0..=most);
    }
}

fn train(check: &mut Check, train: &Train) {
    check.at_least("train.checkpoint_every_seconds", train.checkpoint_every_seconds, 1);
    check.at_least("train.validate_every_updates", train.validate_every_updates, 1);
    if let Some(validations) = train.early_stop_validations {
        check.at_least("train.early_stop_validations", validations, 1);
    }
}
