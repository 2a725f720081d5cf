//! The last known prices of the universe.

use crate::domain::MarketRow;

/// Last closes, and who trades now.
#[derive(Debug, Clone)]
pub(super) struct Prices {
    closes: Vec<f64>,
    is_trading: Vec<bool>,
}

impl Prices {
    pub(super) fn new(num_symbols: usize) -> Self {
        Self { closes: vec![f64::NAN; num_symbols], is_trading: vec![false; num_symbols] }
    }

    pub(super) fn update(&mut self, row: &MarketRow) {
        for (index, bar) in row.bars.iter().enumerate() {
            self.is_trading[index] = bar.is_some();
            if let Some(bar) = bar {
                self.closes[index] = bar.close;
            }
        }
    }

    /// One per symbol; not a number before its first bar.
    pub(super) fn closes(&self) -> &[f64] {
        &self.closes
    }

    pub(super) fn known_close(&self, index: usize) -> Option<f64> {
        Some(self.closes[index]).filter(|close| !close.is_nan())
    }

    pub(super) fn are_complete(&self) -> bool {
        self.closes.iter().all(|close| !close.is_nan())
    }

    /// One flag per symbol: had it a bar on the last row?
    pub(super) fn are_trading(&self) -> &[bool] {
        &self.is_trading
    }
}
