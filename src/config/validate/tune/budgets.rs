//! Budgets of trials.

use crate::config::validate::check::Check;
use crate::config::{Agent, Learner, Scheduler};

/// The most looks at one trial.
const MOST_LOOKS: u64 = 1000;
/// The largest budget.
const LARGEST: u64 = 1_000_000_000_000;

/// Checks the settings of the scheduler.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let scheduler = &agent.tune.scheduler;
    let total = total_env_steps(&agent.learner);
    match scheduler {
        Scheduler::None => {}
        Scheduler::Asha(asha) => {
            check.within("tune.scheduler.asha.reduction", asha.reduction, 2..=4);
        }
        Scheduler::Hyperband(hyperband) => {
            check.within("tune.scheduler.hyperband.reduction", hyperband.reduction, 2..=4);
            brackets(check, hyperband.brackets, scheduler.budgets(total).len());
        }
        Scheduler::MedianStop(stop) => {
            check.at_least("tune.scheduler.median_stop.min_trials", stop.min_trials, 1);
        }
        Scheduler::Pbt(pbt) => {
            check.within("tune.scheduler.pbt.quantile", pbt.quantile, 0.05..=0.5);
            check.within("tune.scheduler.pbt.resample", pbt.resample, 0.0..=1.0);
        }
    }
    steps(check, scheduler, total);
}

/// Looks at a trial must begin before its end.
fn steps(check: &mut Check, scheduler: &Scheduler, total: u64) {
    let name = format!("tune.scheduler.{}", scheduler.name());
    let most = scheduler.max_env_steps(total);
    let most_key = format!("{name}.max_env_steps");
    if !(1..=LARGEST).contains(&most) {
        // The learner's own budget is checked with the learner.
        if most != total {
            check.within(&most_key, most, 1..=LARGEST);
        }
        return;
    }
    for (field, given) in scheduler.given_env_steps() {
        let key = format!("{name}.{field}");
        let Some(given) = given else { continue };
        if !(1..=most).contains(&given) {
            let text =
                format!("`{key}` must be in 1..={most}, the budget of a whole trial, was {given}");
            check.deny(&[&key, &most_key], text);
        } else if field == "interval_env_steps" && most / given > MOST_LOOKS {
            let text = format!(
                "`{key}` must leave at most {MOST_LOOKS} looks at a trial of {most}, was {given}"
            );
            check.deny(&[&key, &most_key], text);
        }
    }
}

fn brackets(check: &mut Check, brackets: u32, rungs: usize) {
    let key = "tune.scheduler.hyperband.brackets";
    check.within(key, brackets, 1..=8);
    if brackets <= 8 && brackets as usize > rungs {
        let text = format!("`{key}` must be at most the {rungs} rungs, was {brackets}");
        check.deny(&[key, "tune.scheduler.hyperband"], text);
    }
}

const fn total_env_steps(learner: &Learner) -> u64 {
    match learner {
        Learner::Ppo(ppo) => ppo.total_env_steps,
        Learner::Dqn(dqn) => dqn.total_env_steps,
        Learner::A2c(a2c) => a2c.total_env_steps,
    }
}
