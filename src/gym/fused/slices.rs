//! The step's memory, cut into pieces for the threads.

use super::integers::IntegerSlice;
use super::kernel::{LANES, Row};

/// What a step reads and writes of some environments in a row.
#[derive(Debug)]
pub(super) struct Slices<'a> {
    pub(super) actions: IntegerSlice<'a>,
    pub(super) rows: &'a mut [i32],
    pub(super) num_steps: &'a mut [i32],
    pub(super) books: &'a mut [Row],
    pub(super) ring: &'a mut [Row],
    /// `[n, O]`
    pub(super) obs: &'a mut [f32],
    pub(super) reward: &'a mut [f32],
    pub(super) equity: &'a mut [f32],
    pub(super) turnover: &'a mut [f32],
    pub(super) terminated: &'a mut [u8],
    pub(super) truncated: &'a mut [u8],
    pub(super) widths: Widths,
}

/// How much of the longer slices belongs to one environment or one block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths {
    /// Rows of a block's books.
    pub(super) books: usize,
    /// Rows of a block's window of returns.
    pub(super) ring: usize,
    /// Values of an observation.
    pub(super) obs: usize,
}

impl<'a> Slices<'a> {
    /// Blocks of environments, the last one perhaps not full.
    pub(super) fn num_blocks(&self) -> usize {
        self.rows.len().div_ceil(LANES)
    }

    /// Cuts after `num_blocks` blocks.
    pub(super) fn split_at(self, num_blocks: usize) -> (Slices<'a>, Slices<'a>) {
        let middle = (num_blocks * LANES).min(self.rows.len());
        let widths = self.widths;
        let (actions, more_actions) = self.actions.split_at(middle);
        let (rows, more_rows) = self.rows.split_at_mut(middle);
        let (num_steps, more_num_steps) = self.num_steps.split_at_mut(middle);
        let (books, more_books) = self.books.split_at_mut(num_blocks * widths.books);
        let (ring, more_ring) = self.ring.split_at_mut(num_blocks * widths.ring);
        let (obs, more_obs) = self.obs.split_at_mut(middle * widths.obs);
        let (reward, more_reward) = self.reward.split_at_mut(middle);
        let (equity, more_equity) = self.equity.split_at_mut(middle);
        let (turnover, more_turnover) = self.turnover.split_at_mut(middle);
        let (terminated, more_terminated) = self.terminated.split_at_mut(middle);
        let (truncated, more_truncated) = self.truncated.split_at_mut(middle);
        let left = Slices {
            actions,
            rows,
            num_steps,
            books,
            ring,
            obs,
            reward,
            equity,
            turnover,
            terminated,
            truncated,
            widths,
        };
        let right = Slices {
            actions: more_actions,
            rows: more_rows,
            num_steps: more_num_steps,
            books: more_books,
            ring: more_ring,
            obs: more_obs,
            reward: more_reward,
            equity: more_equity,
            turnover: more_turnover,
            terminated: more_terminated,
            truncated: more_truncated,
            widths,
        };
        (left, right)
    }
}
