//! Sharing work among the cores of a CPU without changing a bit.
//!
//! Rows are cut into blocks of a fixed size and the results are put together in order, so nothing
//! depends on the number of threads. Other devices take all rows at once: they are parallel inside.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use burn::tensor::{Device, Tensor};

use crate::models::{Network, Step};

/// Rows in a block: enough for the matrix products to be efficient, few enough for small caches.
const BLOCK_ROWS: usize = 1024;

/// Rows that one block takes on this device.
pub(in crate::learners) fn block_rows(device: &Device) -> usize {
    if device.clone().inner() == Device::flex() { BLOCK_ROWS } else { usize::MAX }
}

/// The results of `work` for `0..count`, in order, on as many threads as there are cores.
pub(in crate::learners) fn in_parallel<T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if count <= 1 || cores <= 1 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            done.push((index, work(index)));
        }
    };
    let mut results = thread::scope(|scope| {
        let others: Vec<_> = (1..cores.min(count)).map(|_| scope.spawn(take)).collect();
        let mut results = take();
        for other in others {
            match other.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// [`Network::forward_step`] in blocks of environments.
pub(in crate::learners) fn forward_step(
    network: &Network,
    obs: &Tensor<2>,
    hidden: &Tensor<2>,
) -> Step {
    let [rows, _] = obs.dims();
    let size = block_rows(&obs.device());
    if rows <= size {
        return network.forward_step(obs.clone(), hidden.clone());
    }
    let blocks = in_parallel(rows.div_ceil(size), |block| {
        let range = block * size..rows.min((block + 1) * size);
        let obs = obs.clone().slice(range.clone());
        network.forward_step(obs, hidden.clone().slice(range))
    });
    let mut logits = Vec::new();
    let mut values = Vec::new();
    let mut states = Vec::new();
    for step in blocks {
        logits.push(step.logits);
        values.push(step.value);
        states.push(step.hidden);
    }
    Step {
        logits: Tensor::cat(logits, 0),
        value: Tensor::cat(values, 0),
        hidden: Tensor::cat(states, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let squares: Vec<usize> = (0..100).map(|index| index * index).collect();
        assert_eq!(in_parallel(100, |index| index * index), squares);
        assert!(in_parallel(0, |index| index).is_empty());
    }
}
