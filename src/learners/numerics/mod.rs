//! Arithmetic of learning that no algorithm owns.

mod blocks;
mod sums;

pub(super) use blocks::{block_rows, forward_step, in_parallel, is_host};
pub(super) use sums::mean_and_variance;
