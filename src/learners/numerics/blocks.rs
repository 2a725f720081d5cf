//! Sharing work among the cores of a CPU without changing a bit.
//!
//! Rows are cut into blocks of a fixed size and the results are put together in order, so nothing
//! depends on the number of threads. Other devices take all rows at once: they are parallel inside.

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use crate::models::{Network, Step};

/// Rows in a block: enough for the matrix products to be efficient, few enough for small caches.
const BLOCK_ROWS: usize = 1024;

/// Rows that one block takes on this device.
pub(in crate::learners) fn block_rows(device: &Device) -> usize {
    if is_host(device) { BLOCK_ROWS } else { usize::MAX }
}

/// Whether the device is the CPU, whose values can be read without waiting.
pub(in crate::learners) fn is_host(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// The results of `work` for `0..count`, in order, on as many threads as there are cores.
pub(in crate::learners) fn in_parallel<T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync + Send,
) -> Vec<T> {
    if count <= 1 {
        return (0..count).map(work).collect();
    }
    (0..count).into_par_iter().with_max_len(1).map(work).collect()
}

/// [`Network::forward_step`] in blocks of environments.
pub(in crate::learners) fn forward_step(
    network: &Network,
    obs: &Tensor<2>,
    state: &Tensor<2>,
) -> Step {
    let [rows, _] = obs.dims();
    let size = block_rows(&obs.device());
    if rows <= size {
        return network.forward_step(obs.clone(), state.clone());
    }
    let blocks = in_parallel(rows.div_ceil(size), |block| {
        let range = block * size..rows.min((block + 1) * size);
        let obs = obs.clone().slice(range.clone());
        network.forward_step(obs, state.clone().slice(range))
    });
    let mut logits = Vec::new();
    let mut values = Vec::new();
    let mut states = Vec::new();
    for step in blocks {
        logits.push(step.logits);
        values.push(step.value);
        states.push(step.state);
    }
    Step {
        logits: Tensor::cat(logits, 0),
        value: Tensor::cat(values, 0),
        state: Tensor::cat(states, 0),
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
