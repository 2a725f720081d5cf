//! How many trials, and how they are chosen.

use super::{budgets, space};
use crate::config::validate::check::Check;
use crate::config::{Agent, Sampler, Scheduler};

/// Checks what is searched and how.
pub(in crate::config::validate) fn check(check: &mut Check, agent: &Agent) {
    let tune = &agent.tune;
    check.at_least("tune.trials", tune.trials, 1);
    check.within("tune.seeds", tune.seeds, 1..=32);
    check.within("tune.folds", tune.folds, 1..=16);
    check.within("tune.lookahead", tune.lookahead, 1..=1024);
    if let Sampler::Tpe(tpe) = &tune.sampler {
        check.at_least("tune.sampler.tpe.startup_trials", tpe.startup_trials, 1);
        check.within("tune.sampler.tpe.candidates", tpe.candidates, 1..=10_000);
    }
    if matches!(tune.scheduler, Scheduler::Pbt(_)) && tune.trials < 2 {
        let text = format!(
            "`tune.trials` must be at least 2 for a population (`tune.scheduler.pbt`), was {}",
            tune.trials
        );
        check.deny(&["tune.trials", "tune.scheduler"], text);
    }
    budgets::check(check, agent);
    space::check(check, agent);
}
