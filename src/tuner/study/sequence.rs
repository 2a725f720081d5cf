//! Jobs in the order of their numbers, whatever the order of their ends.

use std::collections::BTreeMap;

use super::search::Search;
use crate::config::Tune;
use crate::tuner::{Job, Params, Plan, PlanError, SpaceError, Trial};

/// A study: jobs numbered 0, 1, 2, …, each decided from the reports of all jobs up to `lookahead`
/// before it and from nothing else.
///
/// So the trials are the same for any number of workers and any timing, and a study goes on after a
/// crash by being built anew and fed with the reports that are known, in any order.
#[derive(Debug)]
pub struct Study {
    search: Search,
    lookahead: usize,
    slots: Vec<Slot>,
    /// Slots whose outcomes the search knows.
    known: usize,
    /// Reports of jobs that have no number yet.
    early: BTreeMap<u64, Outcome>,
    is_done: bool,
}

#[derive(Debug)]
enum Slot {
    /// There was nothing to do until more was known.
    Idle,
    /// A job and what came of it.
    Job(Box<Job>, Option<Outcome>),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Run this job and report it. More jobs may be asked for at once.
    Run(Job),
    /// Nothing before another report.
    Wait,
    /// The study is over.
    Done,
}

/// What came of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The best validation score of the trial so far; higher is better. One that is not finite counts as
    /// failed.
    Score(f64),
    /// The run broke off.
    Failed,
}

impl Outcome {
    /// The score, if there is one.
    pub(super) fn score(self) -> Option<f64> {
        match self {
            Self::Score(score) if score.is_finite() => Some(score),
            _ => None,
        }
    }
}

/// Why a study cannot begin, or a report cannot be taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TunerError {
    /// The search space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The budgets.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A report of a job that does not exist.
    #[error(
        "expected a report of a job of this study, found one of job {job}, where there was nothing to do"
    )]
    NoSuchJob {
        /// The number.
        job: u64,
    },
    /// Another report of the same job.
    #[error("expected one report of job {job}, found {second:?} after {first:?}")]
    TwoReports {
        /// The number.
        job: u64,
        /// The first report.
        first: Outcome,
        /// The other one.
        second: Outcome,
    },
}

impl Study {
    /// A study without reports. `total_env_steps` is that of the learner; `warm` are settings and scores
    /// of earlier trials, from which the TPE sampler learns.
    ///
    /// # Errors
    /// [`TunerError`] for a space or budgets that make no sense.
    pub fn try_new(
        tune: &Tune,
        total_env_steps: u64,
        seed: u64,
        warm: &[(Params, f64)],
    ) -> Result<Self, TunerError> {
        Ok(Self {
            search: Search::try_new(tune, total_env_steps, seed, warm)?,
            lookahead: tune.lookahead.max(1),
            slots: Vec::new(),
            known: 0,
            early: BTreeMap::new(),
            is_done: false,
        })
    }

    /// The next job that has no report yet.
    #[expect(
        clippy::should_implement_trait,
        reason = "a study waits in between, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Next {
        while !self.is_done {
            if !self.learn() {
                return Next::Wait;
            }
            let number = self.slots.len() as u64;
            let is_at_work = || self.slots[self.known..].iter().any(|s| matches!(s, Slot::Job(..)));
            let job = match self.search.decide(number) {
                Some(job) => job,
                None if is_at_work() => {
                    self.slots.push(Slot::Idle);
                    continue;
                }
                None => match self.search.finish(number) {
                    Some(job) => job,
                    None => {
                        self.search.end();
                        self.is_done = true;
                        continue;
                    }
                },
            };
            let outcome = self.early.remove(&number);
            self.slots.push(Slot::Job(Box::new(job.clone()), outcome));
            if outcome.is_none() {
                return Next::Run(job);
            }
        }
        Next::Done
    }

    /// Tells the search everything that the next slot may know, in the order of slots; false if a report
    /// is missing.
    fn learn(&mut self) -> bool {
        while self.known + self.lookahead <= self.slots.len() {
            match &self.slots[self.known] {
                Slot::Idle => {}
                Slot::Job(_, None) => return false,
                Slot::Job(job, Some(outcome)) => self.search.take(job, *outcome),
            }
            self.known += 1;
        }
        true
    }

    /// Takes the report of a job. Reports may come in any order, even before [`Self::next`] gave the
    /// job out, and twice.
    ///
    /// # Errors
    /// [`TunerError::NoSuchJob`] for a number without a job, [`TunerError::TwoReports`] for a second
    /// report that says something else.
    pub fn report(&mut self, job: u64, outcome: Outcome) -> Result<(), TunerError> {
        let slot = usize::try_from(job).ok().and_then(|index| self.slots.get_mut(index));
        let first = match slot {
            None if self.is_done => return Err(TunerError::NoSuchJob { job }),
            None => *self.early.entry(job).or_insert(outcome),
            Some(Slot::Idle) => return Err(TunerError::NoSuchJob { job }),
            Some(Slot::Job(_, known)) => *known.get_or_insert(outcome),
        };
        if first.score() == outcome.score() {
            return Ok(());
        }
        Err(TunerError::TwoReports { job, first, second: outcome })
    }

    /// All trials in the order of their numbers, as far as their reports were taken into account; all
    /// of them once [`Self::next`] said [`Next::Done`].
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        self.search.trials()
    }

    /// All jobs given out so far, in the order of their numbers, and their outcomes where known.
    pub fn jobs(&self) -> impl Iterator<Item = (&Job, Option<Outcome>)> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Idle => None,
            Slot::Job(job, outcome) => Some((&**job, *outcome)),
        })
    }

    /// Reports that were taken before their jobs and have found none so far. Once the study waits or
    /// is over there must be none, or the reports are of another study.
    #[must_use]
    pub fn unmatched(&self) -> Vec<u64> {
        self.early.keys().copied().collect()
    }

    /// The budgets.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        self.search.plan()
    }
}
