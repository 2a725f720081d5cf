//! Fixed weights: bought once, or brought back every so many bars.

use crate::domain::Weights;
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::learners::PolicyError;

/// Trades to the same weights every `every_bars` bars; never again if that is `None`.
pub(super) struct Rebalanced {
    weights: Weights,
    every_bars: Option<usize>,
    bars_since: Option<usize>,
}

impl Rebalanced {
    pub(super) fn once(weights: Weights) -> Self {
        Self { weights, every_bars: None, bars_since: None }
    }

    pub(super) fn every(weights: Weights, every_bars: usize) -> Self {
        Self { weights, every_bars: Some(every_bars), bars_since: None }
    }
}

impl Strategy for Rebalanced {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let bars = self.bars_since.map_or(0, |bars| bars + 1);
        // A symbol without a bar could not be bought: ask again.
        let is_empty = view.weights()[0] > 0.5 && self.weights.as_slice()[0] < 0.5;
        let is_due = self.every_bars.is_some_and(|every| bars >= every);
        let due = self.bars_since.is_none() || is_due || is_empty;
        if due {
            self.bars_since = Some(0);
            return Ok(Choice::weights(self.weights.clone()));
        }
        self.bars_since = Some(bars);
        Ok(Choice::hold())
    }
}
