//! Population-based training.

use std::collections::{BTreeMap, VecDeque};

use super::{Policy, Promotion, Verdict};
use crate::base::SeedStream;

/// A population that goes from rung to rung together; at each rung the worst take over weights and
/// settings of the best.
///
/// # Source
/// Jaderberg et al., "Population Based Training of Neural Networks", 2017: truncation selection (§4.1.1).
/// The paper lets members go on as they are ready; here a rung is complete before the next one begins,
/// so that the same members meet however fast each of them is. Failed members leave the population.
#[derive(Debug)]
pub(super) struct Population {
    rungs: usize,
    quantile: f64,
    seeds: SeedStream,
    rung: usize,
    members: usize,
    is_closed: bool,
    /// Reports of the rung that is being worked on.
    reports: BTreeMap<usize, Option<f64>>,
    ready: VecDeque<Promotion>,
}

impl Population {
    /// A population without members yet.
    pub(super) fn new(rungs: usize, quantile: f64, seeds: SeedStream) -> Self {
        Self {
            rungs,
            quantile,
            seeds,
            rung: 0,
            members: 0,
            is_closed: false,
            reports: BTreeMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// Sends the whole population to the next rung.
    fn advance(&mut self) {
        let reports = std::mem::take(&mut self.reports);
        let mut ranked: Vec<(f64, usize)> = reports
            .into_iter()
            .filter_map(|(trial, score)| score.map(|score| (score, trial)))
            .collect();
        self.rung += 1;
        self.members = ranked.len();
        if self.rung >= self.rungs {
            self.members = 0;
            return;
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let count = ranked.len();
        let moving = ((count as f64 * self.quantile).ceil() as usize).min(count / 2);
        let mut promotions: Vec<Promotion> = Vec::with_capacity(count);
        for (place, (_, trial)) in ranked.iter().enumerate() {
            let parent = (place + moving >= count).then(|| {
                let mut rng = self.seeds.index(self.rung).index(*trial).rng();
                ranked[rng.below(moving)].1
            });
            promotions.push(Promotion { trial: *trial, rung: self.rung, parent });
        }
        promotions.sort_by_key(|promotion| promotion.trial);
        self.ready.extend(promotions);
    }
}

impl Policy for Population {
    fn start(&mut self, _trial: usize) -> usize {
        self.members += 1;
        0
    }

    fn report(&mut self, trial: usize, rung: usize, score: Option<f64>) -> Verdict {
        if rung == self.rung {
            self.reports.insert(trial, score);
        }
        Verdict::Open
    }

    fn promote(&mut self) -> Option<Promotion> {
        if self.ready.is_empty()
            && self.is_closed
            && self.members > 0
            && self.reports.len() == self.members
        {
            self.advance();
        }
        self.ready.pop_front()
    }

    fn close(&mut self) {
        self.is_closed = true;
    }
}
