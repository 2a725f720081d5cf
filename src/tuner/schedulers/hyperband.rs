//! Brackets of successive halving; one bracket is plain successive halving.

use std::collections::BTreeMap;

use super::{Asha, Policy, Promotion, Verdict};

/// Asynchronous Hyperband.
///
/// # Source
/// Li et al., "Hyperband", JMLR 2018: of the brackets s = `s_max`, …, 0 the one that begins at rung b
/// gets trials in proportion to ⌈(`s_max` + 1)·ηˢ/(s + 1)⌉ with s = `s_max` − b. The paper fills one
/// bracket after the other; here new trials are dealt to all of them at once, so that any number of
/// trials keeps the proportions. Each bracket is asynchronous ([`Asha`]).
///
/// Where few trials end below the last rung, the best one goes on nevertheless, rung by rung: a study
/// is over when one trial was seen whole. That is our addition.
#[derive(Debug)]
pub(super) struct Hyperband {
    brackets: Vec<Asha>,
    weights: Vec<f64>,
    sizes: Vec<usize>,
    bracket_of: BTreeMap<usize, usize>,
}

impl Hyperband {
    /// Brackets that begin at `first_rungs`.
    pub(super) fn new(rungs: usize, first_rungs: &[usize], reduction: u32) -> Self {
        let highest = rungs.saturating_sub(1);
        let eta = f64::from(reduction.max(2));
        let weight = |first: &usize| {
            let s = highest.saturating_sub(*first) as f64;
            ((highest as f64 + 1.0) * eta.powf(s) / (s + 1.0)).ceil()
        };
        Self {
            brackets: first_rungs.iter().map(|first| Asha::new(rungs, *first, reduction)).collect(),
            weights: first_rungs.iter().map(weight).collect(),
            sizes: vec![0; first_rungs.len()],
            bracket_of: BTreeMap::new(),
        }
    }

    /// The bracket that is furthest behind its share; the first of equals.
    fn neediest(&self) -> usize {
        let behind = |bracket: usize| (self.sizes[bracket] as f64 + 1.0) / self.weights[bracket];
        let all = 0..self.brackets.len();
        all.min_by(|a, b| behind(*a).total_cmp(&behind(*b))).unwrap_or_default()
    }
}

impl Policy for Hyperband {
    fn start(&mut self, trial: usize) -> usize {
        let bracket = self.neediest();
        self.sizes[bracket] += 1;
        self.bracket_of.insert(trial, bracket);
        bracket
    }

    fn report(&mut self, trial: usize, rung: usize, score: Option<f64>) -> Verdict {
        if let Some(bracket) = self.bracket_of.get(&trial) {
            self.brackets[*bracket].report(trial, rung, score);
        }
        Verdict::Open
    }

    fn promote(&mut self) -> Option<Promotion> {
        self.brackets.iter_mut().find_map(Asha::promote)
    }

    fn finish(&mut self) -> Option<Promotion> {
        if self.brackets.iter().any(Asha::is_complete) {
            return None;
        }
        let waiting = self.brackets.iter().map(Asha::highest_waiting).enumerate();
        let waiting = waiting.filter_map(|(bracket, rung)| rung.map(|rung| (rung, bracket)));
        // The highest rung; of equals the first bracket.
        let (rung, bracket) = waiting.min_by_key(|(rung, _)| std::cmp::Reverse(*rung))?;
        self.brackets[bracket].push(rung)
    }
}
