//! The rules of each algorithm, and how the run is kept.

use super::{a2c, dqn, ppo};
use crate::config::validate::check::Check;
use crate::config::{Agent, Learner, Train};

/// Checks algorithm and how the run is kept.
pub(in crate::config::validate) fn check(check: &mut Check, agent: &Agent) {
    match &agent.learner {
        Learner::Ppo(settings) => ppo::check(check, settings, agent.env.num_envs),
        Learner::Dqn(settings) => dqn::check(check, settings, agent),
        Learner::A2c(settings) => a2c::check(check, settings),
    }
    train(check, &agent.train);
}

fn train(check: &mut Check, train: &Train) {
    check.at_least("train.checkpoint_every_seconds", train.checkpoint_every_seconds, 1);
    check.at_least("train.validate_every_updates", train.validate_every_updates, 1);
    if let Some(validations) = train.early_stop_validations {
        check.at_least("train.early_stop_validations", validations, 1);
    }
}
