//! Every trial at once with its whole budget.

use super::{Policy, Promotion, Verdict};

/// Nothing is stopped, nothing goes on.
#[derive(Debug)]
pub(super) struct Whole;

impl Policy for Whole {
    fn start(&mut self, _trial: usize) -> usize {
        0
    }

    fn report(&mut self, _trial: usize, _rung: usize, _score: Option<f64>) -> Verdict {
        Verdict::Open
    }

    fn promote(&mut self) -> Option<Promotion> {
        None
    }
}
