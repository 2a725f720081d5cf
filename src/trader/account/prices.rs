//! The last known prices of the universe.

use crate::base::Timestamp;
use crate::domain::{BookTop, MarketRow};

/// Last closes and best prices, who trades now, and how much has traded.
#[derive(Debug, Clone)]
pub(in crate::trader) struct Prices {
    closes: Vec<f64>,
    is_trading: Vec<bool>,
    bar_times: Vec<Option<Timestamp>>,
    volumes: Vec<f64>,
    tops: Vec<Option<BookTop>>,
}

impl Prices {
    pub(in crate::trader) fn new(num_symbols: usize) -> Self {
        Self {
            closes: vec![f64::NAN; num_symbols],
            is_trading: vec![false; num_symbols],
            bar_times: vec![None; num_symbols],
            volumes: vec![0.0; num_symbols],
            tops: vec![None; num_symbols],
        }
    }

    pub(in crate::trader) fn update(&mut self, row: &MarketRow) {
        for (index, bar) in row.bars.iter().enumerate() {
            self.is_trading[index] = bar.is_some();
            if let Some(bar) = bar {
                self.closes[index] = bar.close;
                self.bar_times[index] = Some(bar.available_at);
                self.volumes[index] += bar.volume;
            }
        }
    }

    /// New best prices of a symbol.
    pub(in crate::trader) fn quote(&mut self, index: usize, top: BookTop) {
        self.tops[index] = Some(top);
    }

    /// The best prices, as they were last told.
    pub(in crate::trader) fn top(&self, index: usize) -> Option<BookTop> {
        self.tops[index]
    }

    /// When the last bar became known.
    pub(in crate::trader) fn bar_time(&self, index: usize) -> Option<Timestamp> {
        self.bar_times[index]
    }

    /// What has traded in the bars so far, shares or contracts.
    pub(in crate::trader) fn volume(&self, index: usize) -> f64 {
        self.volumes[index]
    }

    /// One per symbol; not a number before its first bar.
    pub(in crate::trader) fn closes(&self) -> &[f64] {
        &self.closes
    }

    pub(in crate::trader) fn known_close(&self, index: usize) -> Option<f64> {
        Some(self.closes[index]).filter(|close| !close.is_nan())
    }

    pub(in crate::trader) fn are_complete(&self) -> bool {
        self.closes.iter().all(|close| !close.is_nan())
    }

    /// One flag per symbol: had it a bar on the last row?
    pub(in crate::trader) fn are_trading(&self) -> &[bool] {
        &self.is_trading
    }
}
