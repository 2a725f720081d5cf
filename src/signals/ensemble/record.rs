//! How the members agreed lately.

use std::collections::VecDeque;

use crate::config::{ConsensusEnsemble, EnsembleMethod};
use crate::signals::Diagnostics;

/// The latest decisions of an ensemble.
#[derive(Debug, Clone)]
pub(super) struct Record {
    window: usize,
    deviation_max: f64,
    agreed: VecDeque<bool>,
    moved: VecDeque<f64>,
    votes: Option<Vec<f64>>,
}

impl Record {
    /// An empty record. Methods without a rule of agreement are judged by the default of `consensus`.
    pub(super) fn new(method: &EnsembleMethod) -> Self {
        let deviation_max = match method {
            EnsembleMethod::Consensus(settings) => settings.deviation_max,
            _ => ConsensusEnsemble::default().deviation_max,
        };
        Self {
            window: method.window(),
            deviation_max,
            agreed: VecDeque::new(),
            moved: VecDeque::new(),
            votes: None,
        }
    }

    /// Adds a decision and tells how the members agree.
    ///
    /// # Shapes
    /// `votes`: one share per member, 0 for one without an opinion; `distances`: one per member with an opinion.
    pub(super) fn add(
        &mut self,
        votes: Vec<f64>,
        distances: &[f64],
        deviation: f64,
    ) -> Diagnostics {
        push(&mut self.agreed, deviation < self.deviation_max, self.window);
        if let Some(before) = &self.votes {
            let moved: f64 =
                votes.iter().zip(before).map(|(now, before)| (now - before).abs()).sum();
            push(&mut self.moved, 0.5 * moved, self.window);
        }
        self.votes = Some(votes);
        let agreed = self.agreed.iter().filter(|agreed| **agreed).count();
        Diagnostics {
            deviation,
            diversity: mean(distances.iter()),
            consensus_rate: agreed as f64 / self.agreed.len() as f64,
            weight_stability: 1.0 - mean(self.moved.iter()),
        }
    }
}

fn push<T>(latest: &mut VecDeque<T>, value: T, most: usize) {
    latest.push_back(value);
    if latest.len() > most {
        latest.pop_front();
    }
}

/// 0 of nothing.
fn mean<'a>(values: impl ExactSizeIterator<Item = &'a f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}
