//! What a study will take, before it is begun.

use std::sync::atomic::AtomicU64;

use serde::Serialize;

use super::trial::{JobRequest, Trainer};
use crate::base::Stopwatch;
use crate::commands::{Failure, FailureKind};
use crate::config::{Scheduler, Tune};
use crate::tuner::{Params, Plan};

/// What a study takes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Estimate {
    /// Version of this layout.
    pub(super) schema_version: u32,
    /// Trials.
    pub(super) trials: usize,
    /// Runs of each.
    pub(super) runs_per_trial: usize,
    /// Budgets of the rungs, environment steps of one run.
    pub(super) budgets: Vec<u64>,
    /// Environment steps of the whole study if one in `reduction` trials goes on at each rung.
    pub(super) env_steps: u64,
    /// Environment steps per second of one run, measured over its first updates.
    pub(super) env_steps_per_s: f64,
    /// Runs at once.
    pub(super) jobs: usize,
    /// Hours of the whole study.
    pub(super) hours: f64,
    /// Memory of this process after those updates, for each run at once, MiB.
    pub(super) memory_mib_per_job: Option<u64>,
}

impl Estimate {
    pub(super) fn to_text(&self) -> String {
        let memory = self.memory_mib_per_job.map_or(String::new(), |mib| {
            format!(", about {} MiB of memory", mib * self.jobs as u64)
        });
        format!(
            "{} trials of {} run(s), rungs at {:?} env steps\n{:.1} M env steps at {:.0} a second and \
             run, {} at once: about {}{memory}\n",
            self.trials,
            self.runs_per_trial,
            self.budgets,
            self.env_steps as f64 / 1e6,
            self.env_steps_per_s,
            self.jobs,
            in_words(self.hours * 60.0),
        )
    }
}

fn in_words(minutes: f64) -> String {
    if minutes < 90.0 {
        format!("{minutes:.1} minutes")
    } else {
        format!("{:.1} hours", minutes / 60.0)
    }
}

/// Environment steps of all runs: each rung costs what it adds to those that reach it.
pub(super) fn expected_env_steps(tune: &Tune, plan: &Plan) -> u64 {
    let reduction = match &tune.scheduler {
        Scheduler::Asha(asha) => f64::from(asha.reduction),
        Scheduler::Hyperband(hyperband) => f64::from(hyperband.reduction),
        // About half of the trials lie below the median, some of them at each look.
        Scheduler::MedianStop(_) => 1.1,
        Scheduler::Pbt(_) | Scheduler::None => 1.0,
    };
    let runs = (tune.seeds * tune.folds) as u64;
    plan.halved_env_steps(tune.trials, reduction).saturating_mul(runs)
}

/// Trains the agent as it is for a little while.
///
/// # Errors
/// As training.
pub(super) fn estimate(
    trainer: &Trainer<'_>,
    meter: &AtomicU64,
    tune: &Tune,
    plan: &Plan,
    jobs: usize,
) -> Result<Estimate, Failure> {
    let folder = std::env::temp_dir().join(format!("releat-estimate-{}", std::process::id()));
    let watch = Stopwatch::start();
    let request = JobRequest {
        params: Params::new(),
        budget_env_steps: 1,
        folder: folder.clone(),
        checkpoints: "checkpoint".to_owned(),
        from: None,
        keep: None,
    };
    let end = trainer.run(&request);
    let seconds = watch.seconds();
    // A folder for temporary files; what is left there harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
    end?;
    let done = meter.load(std::sync::atomic::Ordering::Relaxed);
    if done == 0 {
        return Err(Failure::new(FailureKind::Bug, "no step was done in the trial training"));
    }
    let rate = done as f64 / seconds;
    let env_steps = expected_env_steps(tune, plan);
    Ok(Estimate {
        schema_version: 1,
        trials: tune.trials,
        runs_per_trial: tune.seeds * tune.folds,
        budgets: plan.budgets.clone(),
        env_steps,
        env_steps_per_s: rate,
        jobs,
        hours: env_steps as f64 / rate / jobs as f64 / 3600.0,
        memory_mib_per_job: peak_memory_mib(),
    })
}

/// The largest memory of this process so far, where the system tells it.
fn peak_memory_mib() -> Option<u64> {
    let status = crate::base::read_text(std::path::Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(budgets: &[u64]) -> Plan {
        Plan { budgets: budgets.to_vec(), first_rungs: vec![0] }
    }

    #[test]
    fn rungs_cost_what_they_add() {
        let tune = Tune { trials: 27, ..Tune::default() };
        assert_eq!(expected_env_steps(&tune, &plan(&[10, 30, 90])), 27 * 10 + 9 * 20 + 3 * 60);
        let tune = Tune { trials: 4, seeds: 2, scheduler: Scheduler::None, ..Tune::default() };
        assert_eq!(expected_env_steps(&tune, &plan(&[100])), 800);
    }
}
