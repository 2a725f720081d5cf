//! A made-up market by formula: the same bars for everybody who asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::civil::Date;

use super::days::{Day, sessions};

/// The key that the doubles accept.
pub(crate) const KEY: &str = "double-key-1f9c";
/// The secret that goes with it.
pub(crate) const SECRET: &str = "double-secret-77aa";

/// Symbols, days, and the prices as they were printed.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) symbols: Vec<String>,
    pub(crate) days: Vec<Day>,
    /// Day (its index) and ratio of splits, the same for each symbol.
    pub(crate) splits: Vec<(usize, f64)>,
    /// Days between dividends of a quarter percent; 0 for none.
    pub(crate) dividend_every: usize,
    /// Each revision moves the prices of every tenth day by a cent.
    pub(crate) revision: Arc<AtomicU32>,
}

/// A daily bar as printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) day: Day,
    pub(crate) open: f64,
    pub(crate) high: f64,
    pub(crate) low: f64,
    pub(crate) close: f64,
    pub(crate) volume: f64,
}

impl Market {
    /// The sessions of New York; a 2:1 split after a third of the days, dividends every 63 days.
    pub(crate) fn new(symbols: &[&str], first: &str, last: &str) -> Self {
        let days = sessions(first, last);
        Self {
            symbols: symbols.iter().map(|&symbol| symbol.to_owned()).collect(),
            splits: vec![(days.len() / 3, 2.0)],
            days,
            dividend_every: 63,
            revision: Arc::default(),
        }
    }

    /// With `S000`, `S001` and so on.
    pub(crate) fn of(count: usize, first: &str, last: &str) -> Self {
        let names: Vec<String> = (0..count).map(|index| format!("S{index:03}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Self::new(&names, first, last)
    }

    pub(crate) fn index(&self, symbol: &str) -> Option<usize> {
        self.symbols.iter().position(|known| known == symbol)
    }

    /// The days of a range, both included, with their indices.
    pub(crate) fn between(&self, first: Date, last: Date) -> std::ops::Range<usize> {
        let start = self.days.partition_point(|day| day.date < first);
        let end = self.days.partition_point(|day| day.date <= last);
        start..end.max(start)
    }

    pub(crate) fn row(&self, symbol: usize, day: usize) -> Row {
        let open = cents(self.level(symbol, day) * (1.0 + 0.002 * (day as f64).cos()));
        let close = self.close(symbol, day);
        let volume = ((1_000 + 37 * symbol + 11 * (day % 101)) * 100) as f64;
        Row {
            day: self.days[day],
            open,
            high: cents(open.max(close) * 1.005),
            low: cents(open.min(close) * 0.995),
            close,
            volume,
        }
    }

    pub(crate) fn close(&self, symbol: usize, day: usize) -> f64 {
        let revised = if day % 10 == 3 { self.revision.load(Ordering::Relaxed) } else { 0 };
        cents(self.level(symbol, day) + 0.01 * f64::from(revised))
    }

    /// Cash per share as counted before the ex-date, if a dividend is paid for on that day.
    pub(crate) fn dividend(&self, symbol: usize, day: usize) -> Option<f64> {
        let pays = self.dividend_every > 0 && day % self.dividend_every == 5 && day > 5;
        pays.then(|| cents(self.close(symbol, day - 1) * 0.0025))
    }

    /// The product of the ratios of all splits after a day.
    pub(crate) fn split_after(&self, day: usize) -> f64 {
        self.splits.iter().filter(|(index, _)| *index > day).map(|(_, ratio)| ratio).product()
    }

    fn level(&self, symbol: usize, day: usize) -> f64 {
        let (s, d) = (symbol as f64, day as f64);
        let whole = (40.0 + 7.0 * (symbol % 41) as f64)
            * (1.0 + 0.2 * (d / 50.0 + s).sin() + 0.01 * (d * 1.7 + s).sin());
        let past = self.splits.iter().filter(|(index, _)| *index <= day);
        whole / past.map(|(_, ratio)| ratio).product::<f64>()
    }
}

fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}
