//! Asynchronous successive halving.

use std::cmp::Ordering;

use super::Promotion;

/// Asynchronous successive halving of one bracket: the best of a rung go on as soon as the rung holds
/// enough for that.
///
/// # Source
/// Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2
/// (`get_job`): from the second highest rung down, among the best ⌊reports/η⌋ of a rung the best one
/// that has not gone on yet goes on. Trials without a score count as reports and never go on; of equal
/// scores the trial with the lower number is the better.
#[derive(Debug, Clone)]
pub struct Asha {
    reduction: usize,
    first_rung: usize,
    rungs: Vec<Rung>,
}

/// What was reported at one rung, the best first.
#[derive(Debug, Clone, Default)]
struct Rung {
    reports: Vec<Standing>,
    /// Those with a score that have not gone on.
    waiting: Vec<Standing>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    score: f64,
    trial: usize,
}

impl Standing {
    /// Less is better.
    fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.trial.cmp(&other.trial))
    }
}

impl Rung {
    fn add(&mut self, standing: Standing) {
        insert(&mut self.reports, standing);
        if standing.score > f64::NEG_INFINITY {
            insert(&mut self.waiting, standing);
        }
    }

    /// Takes out the best trial that waits, if it is among the best `most` of the rung.
    fn take(&mut self, most: usize) -> Option<usize> {
        let best = *self.waiting.first()?;
        let above = self.reports.partition_point(|other| other.order(&best) == Ordering::Less);
        (above < most).then(|| self.waiting.remove(0).trial)
    }
}

fn insert(list: &mut Vec<Standing>, standing: Standing) {
    let at = list.partition_point(|other| other.order(&standing) == Ordering::Less);
    list.insert(at, standing);
}

impl Asha {
    /// A bracket whose trials begin at `first_rung` of `num_rungs`; one in `reduction` goes on.
    #[must_use]
    pub fn new(num_rungs: usize, first_rung: usize, reduction: u32) -> Self {
        let rungs = vec![Rung::default(); num_rungs];
        Self { reduction: reduction.max(2) as usize, first_rung, rungs }
    }

    /// The rung at which trials begin.
    #[must_use]
    pub const fn first_rung(&self) -> usize {
        self.first_rung
    }

    /// A trial reached a rung; `None` or a score that is not finite is worse than every score. A rung
    /// that does not exist is passed over.
    pub fn report(&mut self, trial: usize, rung: usize, score: Option<f64>) {
        // Adding zero makes one zero of both.
        let score = score.filter(|score| score.is_finite()).map_or(f64::NEG_INFINITY, |s| s + 0.0);
        if let Some(rung) = self.rungs.get_mut(rung) {
            rung.add(Standing { score, trial });
        }
    }

    /// The next trial to go on, if there is one. It counts as gone.
    pub fn promote(&mut self) -> Option<Promotion> {
        let below_last = self.rungs.len().saturating_sub(1);
        for rung in (self.first_rung..below_last).rev() {
            let most = self.rungs[rung].reports.len() / self.reduction;
            if let Some(trial) = self.rungs[rung].take(most) {
                return Some(Promotion { trial, rung: rung + 1, parent: None });
            }
        }
        None
    }

    /// Whether a trial has a score at the last rung.
    pub(super) fn is_complete(&self) -> bool {
        let best = self.rungs.last().and_then(|rung| rung.reports.first());
        best.is_some_and(|best| best.score > f64::NEG_INFINITY)
    }

    /// The highest rung below the last where a trial waits.
    pub(super) fn highest_waiting(&self) -> Option<usize> {
        let below_last = self.rungs.len().saturating_sub(1);
        (self.first_rung..below_last).rev().find(|rung| !self.rungs[*rung].waiting.is_empty())
    }

    /// Lets the best trial that waits at `rung` go on, whatever its share.
    pub(super) fn push(&mut self, rung: usize) -> Option<Promotion> {
        let trial = self.rungs.get_mut(rung)?.take(usize::MAX)?;
        Some(Promotion { trial, rung: rung + 1, parent: None })
    }
}
