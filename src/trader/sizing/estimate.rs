//! Means and covariances of the last bars.

use std::collections::VecDeque;

/// The last returns of all symbols.
#[derive(Debug, Clone)]
pub(super) struct History {
    window: usize,
    closes: Vec<f64>,
    returns: VecDeque<Vec<f64>>,
}

/// Mean and covariance of some symbols' returns per bar, as of a long position in what is bought and a short one in
/// what is sold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimate {
    pub(super) means: Vec<f64>,
    pub(super) covariance: Vec<Vec<f64>>,
}

impl History {
    /// Remembers `window` returns; none for 0.
    pub(super) fn new(window: usize, num_symbols: usize) -> Self {
        Self { window, closes: vec![f64::NAN; num_symbols], returns: VecDeque::new() }
    }

    /// A row with a close that is not above 0 and finite is left out.
    pub(super) fn push(&mut self, closes: &[f64]) {
        let is_sound = closes.iter().all(|&close| close > 0.0 && close.is_finite());
        if self.window == 0 || closes.len() != self.closes.len() || !is_sound {
            return;
        }
        let pairs = closes.iter().zip(&self.closes);
        let returns: Vec<f64> = pairs.map(|(&now, &before)| now / before - 1.0).collect();
        if returns.iter().all(|change| change.is_finite()) {
            self.returns.push_back(returns);
        }
        if self.returns.len() > self.window {
            self.returns.pop_front();
        }
        self.closes.copy_from_slice(closes);
    }

    pub(super) fn is_full(&self) -> bool {
        self.returns.len() >= self.window
    }

    /// The estimate of `symbols`, each on the side of its sign; absent while there are too few returns, and if one of
    /// them did not move.
    pub(super) fn estimate(&self, symbols: &[usize], signs: &[f64]) -> Option<Estimate> {
        if !self.is_full() || self.returns.len() < 2 {
            return None;
        }
        let columns: Vec<Vec<f64>> = symbols
            .iter()
            .zip(signs)
            .map(|(&index, &sign)| self.returns.iter().map(|row| sign * row[index]).collect())
            .collect();
        let estimate = Estimate::of(&columns);
        let moves = (0..symbols.len()).all(|index| estimate.covariance[index][index] > 0.0);
        moves.then_some(estimate)
    }
}

impl Estimate {
    /// Sample mean and sample covariance (one less in the denominator) of columns of equal length, at least 2.
    pub(super) fn of(columns: &[Vec<f64>]) -> Self {
        let num_rows = columns.first().map_or(0, Vec::len) as f64;
        let means: Vec<f64> =
            columns.iter().map(|column| column.iter().sum::<f64>() / num_rows).collect();
        let cross = |i: usize, j: usize| {
            let pairs = columns[i].iter().zip(&columns[j]);
            let sum: f64 = pairs.map(|(a, b)| (a - means[i]) * (b - means[j])).sum();
            sum / (num_rows - 1.0)
        };
        let row = |i| (0..columns.len()).map(|j| cross(i, j)).collect();
        let covariance = (0..columns.len()).map(row).collect();
        Self { means, covariance }
    }

    /// Variance of a portfolio's return per bar.
    pub(super) fn variance(&self, weights: &[f64]) -> f64 {
        let rows = self.covariance.iter().zip(weights);
        rows.map(|(row, weight)| weight * dot(row, weights)).sum()
    }
}

/// Sum of the products.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
