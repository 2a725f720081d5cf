//! Minibatches of whole sequences.

use burn::tensor::{Int, Tensor};

use super::rollout::index_tensor;
use super::shelf::Shelf;
use crate::base::Rng;

/// Experience as S sequences of L steps; the rows of all but `states` are `[L, S]` merged.
#[derive(Debug)]
pub(super) struct Transitions {
    /// L
    pub(super) length: usize,
    /// `[S, …]`, the state before the first step of each sequence.
    pub(super) states: Tensor<2>,
    /// Observations and legal flags.
    pub(super) shelf: Shelf,
    /// What else is known of each transition, `L·S` rows.
    pub(super) facts: Facts,
}

/// Six numbers of each transition beside each other, `[M, 6]`.
///
/// A minibatch takes rows from everywhere, so that each of them costs one line of the processor's
/// cache and not six.
#[derive(Debug)]
pub(super) struct Facts(Tensor<2>);

/// The six numbers as columns, each `[M]`.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// 1 where an episode starts.
    pub(super) episode_starts: Tensor<1>,
    /// Number of the action; f32 holds whole numbers below 2²⁴ exactly.
    pub(super) actions: Tensor<1>,
    /// log π(a|s) when the action was taken.
    pub(super) log_prob: Tensor<1>,
    /// V(s) when the action was taken.
    pub(super) value: Tensor<1>,
    /// Â, normalised if the configuration asks for it.
    pub(super) advantage: Tensor<1>,
    /// Â + V, what the value should be.
    pub(super) value_target: Tensor<1>,
}

impl Facts {
    pub(super) fn new(columns: Columns) -> Self {
        let Columns { episode_starts, actions, log_prob, value, advantage, value_target } = columns;
        let columns = vec![episode_starts, actions, log_prob, value, advantage, value_target];
        Self(Tensor::stack(columns, 1))
    }

    fn select(&self, rows: Tensor<1, Int>) -> Columns {
        let table = self.0.clone().select(0, rows);
        let [count, _] = table.dims();
        let column = |at| table.clone().narrow(1, at, 1).reshape([count]);
        Columns {
            episode_starts: column(0),
            actions: column(1),
            log_prob: column(2),
            value: column(3),
            advantage: column(4),
            value_target: column(5),
        }
    }
}

/// Some of the sequences, B of them, laid out as [`Transitions`] are.
#[derive(Debug, Clone)]
pub(super) struct Minibatch {
    /// L
    pub(super) length: usize,
    /// `[B, …]`
    pub(super) states: Tensor<2>,
    /// `[L·B, O]`
    pub(super) obs: Tensor<2>,
    /// `[L·B, K]`
    pub(super) legal: Tensor<2>,
    /// Each `[L·B]`.
    pub(super) facts: Columns,
}

impl Transitions {
    /// S
    pub(super) fn num_sequences(&self) -> usize {
        self.states.dims()[0]
    }

    /// The sequences with these numbers, in this order.
    pub(super) fn select(&self, sequences: &[usize]) -> Minibatch {
        let all = self.num_sequences();
        let rows: Vec<usize> = (0..self.length)
            .flat_map(|step| sequences.iter().map(move |sequence| step * all + sequence))
            .collect();
        let rows = index_tensor(&rows, &self.states);
        let table = |tensor: &Tensor<2>| tensor.clone().select(0, rows.clone());
        Minibatch {
            length: self.length,
            states: self.states.clone().select(0, index_tensor(sequences, &self.states)),
            obs: table(&self.shelf.obs),
            legal: table(&self.shelf.legal),
            facts: self.facts.select(rows),
        }
    }
}

/// The numbers of all sequences in random order, `per_minibatch` at a time; the last may be fewer.
pub(super) fn shuffled(
    num_sequences: usize,
    per_minibatch: usize,
    shuffle_rng: &mut Rng,
) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..num_sequences).collect();
    shuffle_rng.shuffle(&mut order);
    order.chunks(per_minibatch.max(1)).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    #[test]
    fn every_sequence_comes_once() {
        let mut rng = SeedStream::new(1).child("shuffle").rng();
        let batches = shuffled(10, 4, &mut rng);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        let mut all: Vec<usize> = batches.into_iter().flatten().collect();
        assert_ne!(all, (0..10).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }
}
