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
    /// `[L·S]`
    pub(super) episode_starts: Tensor<1>,
    /// `[L·S]`
    pub(super) actions: Tensor<1, Int>,
    /// `[L·S]`, log π(a|s) when the action was taken.
    pub(super) log_prob: Tensor<1>,
    /// `[L·S]`, V(s) when the action was taken.
    pub(super) value: Tensor<1>,
    /// `[L·S]`
    pub(super) advantage: Tensor<1>,
    /// `[L·S]`
    pub(super) value_target: Tensor<1>,
}

/// Some of the sequences, B of them, laid out as [`Transitions`] are.
#[derive(Debug)]
pub(super) struct Minibatch {
    /// L
    pub(super) length: usize,
    /// `[B, …]`
    pub(super) states: Tensor<2>,
    /// `[L·B, O]`
    pub(super) obs: Tensor<2>,
    /// `[L·B, K]`
    pub(super) legal: Tensor<2>,
    /// `[L·B]`
    pub(super) episode_starts: Tensor<1>,
    /// `[L·B]`
    pub(super) actions: Tensor<1, Int>,
    /// `[L·B]`
    pub(super) log_prob: Tensor<1>,
    /// `[L·B]`
    pub(super) value: Tensor<1>,
    /// `[L·B]`
    pub(super) advantage: Tensor<1>,
    /// `[L·B]`
    pub(super) value_target: Tensor<1>,
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
        let row = |tensor: &Tensor<1>| tensor.clone().select(0, rows.clone());
        let table = |tensor: &Tensor<2>| tensor.clone().select(0, rows.clone());
        Minibatch {
            length: self.length,
            states: self.states.clone().select(0, index_tensor(sequences, &self.states)),
            obs: table(&self.shelf.obs),
            legal: table(&self.shelf.legal),
            episode_starts: row(&self.episode_starts),
            actions: self.actions.clone().select(0, rows.clone()),
            log_prob: row(&self.log_prob),
            value: row(&self.value),
            advantage: row(&self.advantage),
            value_target: row(&self.value_target),
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
