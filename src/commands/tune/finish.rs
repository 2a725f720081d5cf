//! The winner of a study: trained again from nothing, and checked through the door that `eval` uses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::study::StudyFolder;
use super::trial::{JobEnd, JobRequest, Trainer};
use crate::base::{DateRange, Digest};
use crate::commands::judge::{EvalOptions, load_candidate};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::dataset::Lake;
use crate::evaluate::{AgentStrategy, Judgement, validation_score};
use crate::learners::Policy;
use crate::tuner::{Job, Trial, TrialState};

/// The best trial, trained again.
#[derive(Debug, Clone)]
pub(super) struct Winner {
    /// Its bundle.
    pub(super) bundle: PathBuf,
    /// The bundle's digest.
    pub(super) digest: Digest,
    /// Mean over its runs, as the study has it.
    pub(super) value: f64,
    /// The score of the run that the bundle is of.
    pub(super) score: f64,
}

/// Trains a trial again in a folder of its own, writes its bundle, and compares both with the study.
///
/// # Errors
/// [`FailureKind::No`] if a number differs in any bit, [`FailureKind::Stopped`] after a signal.
pub(super) fn train_again(
    trainer: &Trainer<'_>,
    jobs: &[Job],
    trial: usize,
    value: f64,
    folder: &Path,
) -> Result<Winner, Failure> {
    let keeps_rungs = jobs.iter().any(|job| job.parent.is_some());
    let mut place = StudyFolder::new(folder.to_owned(), keeps_rungs);
    let mut last: Option<(JobRequest, JobEnd)> = None;
    for job in ancestry(jobs, trial) {
        let request = place.request(job);
        let end = trainer.run(&request)?;
        if job.trial == trial {
            last = Some((request, end));
        }
    }
    let Some((request, JobEnd::Scored { score, first_score, .. })) = last else {
        if let Some(signal) = trainer.interrupt.stop_requested() {
            let text = "stopped by a signal while the winner was trained again";
            return Err(
                Failure::new(FailureKind::Stopped(signal), text).hint("the same command goes on")
            );
        }
        let text = format!("trial {trial} has no score any more when it is trained again");
        return Err(Failure::new(FailureKind::No, text));
    };
    if score.to_bits() != value.to_bits() {
        let text = format!("trial {trial} was worth {value}, trained again it is worth {score}");
        return Err(Failure::new(FailureKind::No, text));
    }
    let bundle = folder.join("bundle");
    let digest = trainer.bundle(&request, &bundle)?;
    Ok(Winner { bundle, digest, value, score: first_score })
}

/// The jobs that a trial's last checkpoint comes from, in order.
fn ancestry(jobs: &[Job], trial: usize) -> Vec<&Job> {
    let mut needed = BTreeSet::new();
    let last = jobs.iter().filter(|job| job.trial == trial).map(|job| job.rung).max();
    let mut open: Vec<(usize, usize)> = last.map(|rung| (trial, rung)).into_iter().collect();
    while let Some((trial, rung)) = open.pop() {
        let found = jobs.iter().find(|job| job.trial == trial && job.rung == rung);
        let Some(job) = found.filter(|job| needed.insert(job.number)) else { continue };
        if let Some(before) = rung.checked_sub(1) {
            open.push((job.parent.unwrap_or(trial), before));
        }
    }
    jobs.iter().filter(|job| needed.contains(&job.number)).collect()
}

/// The best complete trial, or the best of those that came furthest; the lower number if two are alike.
pub(super) fn best_trial(trials: &[Trial]) -> Option<(&Trial, f64)> {
    let scored = trials.iter().filter(|trial| trial.state != TrialState::Failed);
    let scored = scored.filter_map(|trial| Some((trial, trial.standing()?)));
    let best = scored.reduce(|best, next| {
        let is_better = next.1.0 > best.1.0 || (next.1.0 == best.1.0 && next.1.1 > best.1.1);
        if is_better { next } else { best }
    });
    best.map(|(trial, (_, value))| (trial, value))
}

/// The validation score of a bundle, computed as `eval` computes it.
///
/// # Errors
/// As `eval`.
pub(super) fn score_of_bundle(
    options: &SessionOptions,
    lake: &Lake,
    bundle: &Path,
    validation: DateRange,
) -> Result<f64, Failure> {
    let command = EvalOptions { range: Some(validation), ..EvalOptions::of(bundle) };
    let candidate = load_candidate(options, lake, &command)?;
    let policy = Policy::from_bundle(candidate.bundle())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let judgement: Judgement<'_> = candidate.judgement();
    validation_score(&judgement, &mut AgentStrategy::new(policy))
        .map_err(|error| Failure::new(FailureKind::Data, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: u64, trial: usize, rung: usize, parent: Option<usize>) -> Job {
        Job { number, trial, rung, budget_env_steps: 1, params: Default::default(), parent }
    }

    #[test]
    fn a_trial_comes_from_its_own_jobs_and_those_it_took_over() {
        let jobs = [
            job(0, 0, 0, None),
            job(1, 1, 0, None),
            job(2, 2, 0, None),
            job(3, 0, 1, Some(1)),
            job(4, 1, 1, None),
            job(5, 0, 2, None),
            job(6, 1, 2, Some(0)),
        ];
        let numbers =
            |trial| ancestry(&jobs, trial).iter().map(|job| job.number).collect::<Vec<_>>();
        assert_eq!(numbers(0), [1, 3, 5]);
        assert_eq!(numbers(1), [1, 3, 6]);
        assert_eq!(numbers(2), [2]);
        assert!(numbers(3).is_empty());
    }
}
