//! Stopping by the median.

use std::collections::BTreeSet;

use super::{Policy, Promotion, Verdict};

/// A trial stops at a rung where its score lies below the median of the others that were there before.
///
/// # Source
/// Golovin et al., "Google Vizier", KDD 2017, §3.2.2. The paper takes the median of the running means
/// of complete trials; as scores are the best so far, this takes the median of the scores at the same
/// rung, of all trials that had reached it (Optuna's `MedianPruner` does so with complete ones).
#[derive(Debug)]
pub(super) struct MedianStop {
    min_trials: usize,
    /// Scores at each rung but the last, ascending.
    scores: Vec<Vec<f64>>,
    /// Trials that go on, and to which rung; the trial with the lowest number first.
    ready: BTreeSet<(usize, usize)>,
}

impl MedianStop {
    /// Looks at every rung but the last.
    pub(super) fn new(rungs: usize, min_trials: usize) -> Self {
        let scores = vec![Vec::new(); rungs.saturating_sub(1)];
        Self { min_trials: min_trials.max(1), scores, ready: BTreeSet::new() }
    }
}

impl Policy for MedianStop {
    fn start(&mut self, _trial: usize) -> usize {
        0
    }

    fn report(&mut self, trial: usize, rung: usize, score: Option<f64>) -> Verdict {
        let (Some(others), Some(score)) = (self.scores.get_mut(rung), score) else {
            return Verdict::Open;
        };
        let is_low = others.len() >= self.min_trials && score < median(others);
        others.insert(others.partition_point(|other| *other < score), score);
        if is_low {
            return Verdict::Stopped;
        }
        self.ready.insert((trial, rung + 1));
        Verdict::Open
    }

    fn promote(&mut self) -> Option<Promotion> {
        let (trial, rung) = self.ready.pop_first()?;
        Some(Promotion { trial, rung, parent: None })
    }
}

/// The median of ascending numbers, at least one.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) }
}
