//! Daily returns of the universe.

use super::estimate::{Estimator, Tail};
use super::sums::sum_columns;
use crate::base::Date;
use crate::config::RiskLimits;

/// Days without which nothing is estimated.
const DAYS_MIN: usize = 20;

/// There are too few days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::risk) struct TooShort {
    pub(in crate::risk) days: usize,
    pub(in crate::risk) needed: usize,
}

/// Daily returns, and how the tail of their distribution is estimated.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::risk) struct Tails {
    estimator: Estimator,
    window: usize,
    num_symbols: usize,
    /// The day of the last row, and the closes of the day before it.
    day: Option<Date>,
    before: Vec<f64>,
    last: Vec<f64>,
    /// Days of returns, the running one included.
    days: usize,
    /// One column per symbol with a place for each day of the window, the running day last: a return, NaN where a close
    /// is missing.
    returns: Vec<f64>,
}

/// Room to work in, so that an order is judged without asking for memory.
#[derive(Debug, Clone, Default)]
pub(in crate::risk) struct Scratch {
    /// One weight per symbol.
    pub(in crate::risk) weights: Vec<f64>,
    /// The returns of the book, one per day.
    returns: Vec<f64>,
}

/// What was left over from the last order is no part of a gate.
impl PartialEq for Scratch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Tails {
    /// No day is known yet.
    pub(in crate::risk) fn new(limits: &RiskLimits, num_symbols: usize) -> Self {
        let confidence = limits.var_confidence.unwrap_or(RiskLimits::VAR_CONFIDENCE);
        Self {
            estimator: Estimator::new(limits.var_method.unwrap_or_default(), confidence),
            window: limits.var_window_days.unwrap_or(RiskLimits::VAR_WINDOW_DAYS),
            num_symbols,
            day: None,
            before: Vec::new(),
            last: Vec::new(),
            days: 0,
            returns: Vec::new(),
        }
    }

    /// Days of returns that an estimate needs: enough for one day beyond the confidence to be expected, but not more than
    /// the window.
    pub(in crate::risk) fn days_needed(&self) -> usize {
        self.estimator.days_per_breach().max(DAYS_MIN).min(self.window)
    }

    /// Takes in closes; those of one day replace each other.
    pub(in crate::risk) fn observe(&mut self, day: Date, closes: &[f64]) {
        if closes.len() != self.num_symbols {
            return;
        }
        if self.day != Some(day) {
            self.day = Some(day);
            self.before = std::mem::take(&mut self.last);
            if !self.before.is_empty() {
                self.add_day();
            }
        }
        // A symbol that does not trade keeps its last close.
        let kept = if self.last.is_empty() { &self.before } else { &self.last };
        let known = |(index, &close): (usize, &f64)| {
            let is_known = close.is_finite() && close > 0.0;
            if is_known { close } else { kept.get(index).copied().unwrap_or(f64::NAN) }
        };
        self.last = closes.iter().enumerate().map(known).collect();
        let Some(newest) = self.days.checked_sub(1) else { return };
        let changes = self.last.iter().zip(&self.before).map(|(now, then)| now / then - 1.0);
        for (column, change) in self.returns.chunks_exact_mut(self.window).zip(changes) {
            column[newest] = change;
        }
    }

    /// Makes room for the returns of another day; a full window forgets its first.
    fn add_day(&mut self) {
        if self.days < self.window {
            self.returns.resize(self.num_symbols * self.window, f64::NAN);
            self.days += 1;
            return;
        }
        for column in self.returns.chunks_exact_mut(self.window) {
            column.copy_within(1.., 0);
        }
    }

    /// The tail of a book with the weights in `scratch`, one per symbol.
    pub(in crate::risk) fn estimate(&self, scratch: &mut Scratch) -> Result<Tail, TooShort> {
        let Scratch { weights, returns } = scratch;
        sum_columns(&self.returns, weights, self.days, returns);
        if !returns.iter().all(|change| change.is_finite()) {
            returns.retain(|change| change.is_finite());
        }
        let (days, needed) = (returns.len(), self.days_needed());
        if days < needed {
            return Err(TooShort { days, needed });
        }
        Ok(self.estimator.tail(returns))
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
