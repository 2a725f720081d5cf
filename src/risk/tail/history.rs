//! Daily returns of the universe.

use std::collections::VecDeque;

use super::estimate::{Estimator, Tail};
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
    /// One row per day, the running one last: a return per symbol, NaN where a close is missing.
    returns: VecDeque<Vec<f64>>,
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
            returns: VecDeque::new(),
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
                self.returns.push_back(Vec::new());
            }
        }
        // A symbol that does not trade keeps its last close.
        let kept = if self.last.is_empty() { &self.before } else { &self.last };
        let known = |(index, &close): (usize, &f64)| {
            let is_known = close.is_finite() && close > 0.0;
            if is_known { close } else { kept.get(index).copied().unwrap_or(f64::NAN) }
        };
        self.last = closes.iter().enumerate().map(known).collect();
        if let Some(row) = self.returns.back_mut() {
            *row = self.last.iter().zip(&self.before).map(|(now, then)| now / then - 1.0).collect();
        }
        if self.returns.len() > self.window {
            self.returns.pop_front();
        }
    }

    /// The tail of a book with these weights, one per symbol.
    pub(in crate::risk) fn estimate(&self, weights: &[f64]) -> Result<Tail, TooShort> {
        let of_day = |row: &Vec<f64>| {
            let parts = weights.iter().zip(row).filter(|(weight, _)| **weight != 0.0);
            parts.map(|(weight, change)| weight * change).sum::<f64>()
        };
        let mut returns: Vec<f64> =
            self.returns.iter().map(of_day).filter(|change| change.is_finite()).collect();
        let (days, needed) = (returns.len(), self.days_needed());
        if days < needed {
            return Err(TooShort { days, needed });
        }
        Ok(self.estimator.tail(&mut returns))
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
