//! What every scheduler can do.

use std::fmt::Debug;

use super::hyperband::Hyperband;
use super::median::MedianStop;
use super::pbt::Population;
use super::whole::Whole;
use crate::base::SeedStream;
use crate::config::{Scheduler, Tune};
use crate::tuner::Plan;

/// A trial goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promotion {
    /// The trial.
    pub trial: usize,
    /// The rung that it goes on to.
    pub rung: usize,
    /// The trial whose checkpoint and settings it takes over.
    pub parent: Option<usize>,
}

/// Whether a trial may go on later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tuner) enum Verdict {
    /// It may.
    Open,
    /// It never will.
    Stopped,
}

/// A scheduler, fed with reports in the order of jobs.
pub(in crate::tuner) trait Policy: Debug + Send {
    /// A new trial begins; the answer is its bracket.
    fn start(&mut self, trial: usize) -> usize;
    /// A trial reached a rung.
    fn report(&mut self, trial: usize, rung: usize, score: Option<f64>) -> Verdict;
    /// The next trial to go on, if there is one. It counts as gone.
    fn promote(&mut self) -> Option<Promotion>;
    /// No more trials will begin.
    fn close(&mut self) {}
    /// The trial to go on when nothing is left to do and no trial was seen at the last rung.
    fn finish(&mut self) -> Option<Promotion> {
        None
    }
}

/// The scheduler of a study.
pub(in crate::tuner) fn policy(tune: &Tune, plan: &Plan, seeds: &SeedStream) -> Box<dyn Policy> {
    let rungs = plan.budgets.len();
    match &tune.scheduler {
        Scheduler::None => Box::new(Whole),
        Scheduler::Asha(asha) => Box::new(Hyperband::new(rungs, &plan.first_rungs, asha.reduction)),
        Scheduler::Hyperband(settings) => {
            Box::new(Hyperband::new(rungs, &plan.first_rungs, settings.reduction))
        }
        Scheduler::MedianStop(stop) => Box::new(MedianStop::new(rungs, stop.min_trials)),
        Scheduler::Pbt(pbt) => {
            Box::new(Population::new(rungs, pbt.quantile, seeds.child("exploit")))
        }
    }
}
