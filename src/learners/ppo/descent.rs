//! The gradient of one minibatch, in blocks on all cores.

use std::sync::OnceLock;

use burn::tensor::Tensor;

use super::loss::{Loss, LossCoefs, LossInput, ppo_loss};
use super::minibatch::{Minibatch, Transitions};
use crate::learners::numerics::{block_rows, in_parallel, is_host};
use crate::models::{Model, Network, log_prob_and_entropy};

/// The sequences of a minibatch in blocks, each gathered once.
pub(super) struct Blocks<'a> {
    transitions: &'a Transitions,
    chosen: Vec<usize>,
    /// Sequences in a block.
    size: usize,
    gathered: Vec<OnceLock<Minibatch>>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(transitions: &'a Transitions, chosen: Vec<usize>) -> Self {
        let rows = block_rows(&transitions.states.device());
        let size = (rows / transitions.length).max(1);
        let gathered = chosen.chunks(size).map(|_| OnceLock::new()).collect();
        Self { transitions, chosen, size, gathered }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    fn sequences(&self, block: usize) -> &[usize] {
        let first = block * self.size;
        &self.chosen[first..self.chosen.len().min(first + self.size)]
    }

    fn get(&self, block: usize) -> &Minibatch {
        self.gathered[block].get_or_init(|| self.transitions.select(self.sequences(block)))
    }

    /// Loss and gradient of one block, and its share of the sequences.
    fn learn(&self, block: usize, model: &Model, coefs: &LossCoefs) -> (Loss, f64, Tensor<1>) {
        let network = model.training();
        let loss = minibatch_loss(&network, self.get(block).clone(), coefs);
        let share = self.sequences(block).len() as f64 / self.chosen.len() as f64;
        let gradient = network.gradient(&(loss.total.clone() * share));
        (loss, share, gradient)
    }
}

/// The loss of a minibatch, and its gradient as one tensor.
///
/// On the CPU a core that is done with its block gathers the `next` minibatch while it waits for the others.
pub(super) fn loss_and_gradient(
    model: &Model,
    blocks: &Blocks<'_>,
    next: &Blocks<'_>,
    coefs: &LossCoefs,
) -> (Loss, Tensor<1>) {
    let count = blocks.gathered.len();
    let parts = if is_host(&model.parameters().device()) {
        // Each core's share of the tasks begins with a block and ends with gathering.
        let parts = in_parallel(2 * count, |task| {
            let block = task / 2;
            if task % 2 == 0 {
                return Some(blocks.learn(block, model, coefs));
            }
            if block < next.gathered.len() {
                next.get(block);
            }
            None
        });
        parts.into_iter().flatten().collect()
    } else {
        in_parallel(count, |block| blocks.learn(block, model, coefs))
    };
    let gradients = parts.iter().map(|(_, _, gradient)| gradient.clone());
    let gradient = gradients.reduce(|sum, part| sum + part);
    let losses: Vec<_> = parts.into_iter().map(|(loss, share, _)| (loss, share)).collect();
    (Loss::joined(&losses), gradient.unwrap_or_else(|| model.parameters().zeros_like()))
}

/// Runs the network over the minibatch's sequences and forms the loss.
fn minibatch_loss(network: &Network, minibatch: Minibatch, coefs: &LossCoefs) -> Loss {
    let (length, facts) = (minibatch.length, minibatch.facts);
    let [sequences, _] = minibatch.states.dims();
    let [_, num_observations] = minibatch.obs.dims();
    let (logits, value) = network.forward_sequence(
        minibatch.obs.reshape([length, sequences, num_observations]),
        facts.episode_starts.reshape([length, sequences]),
        minibatch.states,
    );
    let (log_prob, entropy) = log_prob_and_entropy(logits, minibatch.legal, facts.actions.int());
    let input = LossInput {
        entropy,
        log_prob,
        value,
        old_log_prob: facts.log_prob,
        old_value: facts.value,
        advantage: facts.advantage,
        value_target: facts.value_target,
    };
    ppo_loss(input, coefs)
}
