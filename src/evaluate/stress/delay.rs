//! Orders that are sent some bars after they were decided.

use std::collections::VecDeque;

use crate::evaluate::{Choice, Strategy, View};
use crate::learners::PolicyError;

/// A strategy whose choices wait `delay_bars` bars before they are sent.
///
/// A choice is decided on what is known at its own row, sized on the close of the row on which it is
/// sent, and filled by the usual rule from there. A row of the action table that is no longer legal by
/// then is not sent. Until the first choice is due, nothing is sent.
pub struct Delayed<'a> {
    strategy: &'a mut dyn Strategy,
    waiting: VecDeque<Choice>,
    delay_bars: usize,
}

impl<'a> Delayed<'a> {
    /// Delays a strategy; 0 changes nothing.
    #[must_use]
    pub fn new(strategy: &'a mut dyn Strategy, delay_bars: usize) -> Self {
        Self { strategy, waiting: VecDeque::new(), delay_bars }
    }
}

impl Strategy for Delayed<'_> {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        self.waiting.push_back(self.strategy.decide(view)?);
        if self.waiting.len() <= self.delay_bars {
            return Ok(Choice::hold());
        }
        let due = self.waiting.pop_front().unwrap_or_else(Choice::hold);
        let is_stale = self.delay_bars > 0
            && due
                .action
                .is_some_and(|action| !view.legal_actions().get(action).is_some_and(|l| *l));
        Ok(if is_stale { Choice::hold() } else { due })
    }
}
