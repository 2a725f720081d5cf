//! The market as a tape: one row per decision time, on the host, in f64.

use std::ops::Range;
use std::sync::Arc;

use super::params::cash_return_per_bar;
use crate::base::Timestamp;
use crate::config::{Benchmark, Env, FillRule, QuoteFill};
use crate::domain::{Bar, Panel, Symbol};

const NANOS_PER_MS: i64 = 1_000_000;

/// Why a tape cannot be built.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
pub enum TapeError {
    /// Features and bars do not belong together.
    #[error("features must hold {rows} rows of {num_features} columns, found {found} values")]
    FeatureCount {
        /// Rows of the panel.
        rows: usize,
        /// Columns of the feature graph.
        num_features: usize,
        /// Values that were given.
        found: usize,
    },
    /// There is nothing to trade.
    #[error("a tape needs at least 1 symbol, found none")]
    NoSymbols,
    /// A decision needs a bar to be filled on.
    #[error(
        "a tape needs at least {needed} rows after warm-up, found {found} of {total} (the rest \
         lack a feature or a price)"
    )]
    TooFewRows {
        /// The least number.
        needed: usize,
        /// Rows that are ready.
        found: usize,
        /// Rows of the panel.
        total: usize,
    },
    /// A feature is NaN or infinite after the first complete row.
    #[error("feature column {column} must be finite after warm-up, was {value} at {time}")]
    Feature {
        /// Which column.
        column: usize,
        /// When.
        time: Timestamp,
        /// What was found.
        value: f32,
    },
    /// A price cannot be traded at.
    #[error("prices of {symbol} must be finite and above 0, was {price} at {time}")]
    Price {
        /// Whose price.
        symbol: Symbol,
        /// When.
        time: Timestamp,
        /// What was found.
        price: f64,
    },
    /// Yearly rates need the length of a year.
    #[error("bars per year must be finite and above 0, was {found}")]
    BarsPerYear {
        /// What was found.
        found: f64,
    },
}

/// One symbol at one row. Without a bar every price is the last close and nothing can be traded.
///
/// # Units
/// Prices in adjusted currency units per share; `bar_notional` is volume times close, 0 if unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote {
    /// First price of the bar.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Volume times close.
    pub bar_notional: f64,
    /// Whether the symbol had a bar.
    pub is_tradable: bool,
}

impl Quote {
    /// The prices of a bar.
    #[must_use]
    pub fn from_bar(bar: &Bar) -> Self {
        Self {
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
            bar_notional: bar.volume * bar.close,
            is_tradable: true,
        }
    }

    fn without_bar(last_close: f64) -> Self {
        Self {
            open: last_close,
            high: last_close,
            low: last_close,
            close: last_close,
            bar_notional: 0.0,
            is_tradable: false,
        }
    }
}

/// Rows of market and features; a slice shares the memory of the whole.
#[derive(Debug, Clone)]
pub struct Tape {
    columns: Arc<Columns>,
    rows: Range<usize>,
}

#[derive(Debug)]
struct Columns {
    symbols: Vec<Symbol>,
    times: Vec<Timestamp>,
    num_features: usize,
    features: Vec<f32>,
    quotes: Vec<Quote>,
    /// What the bar of each row fills an order at that was decided on the row before; empty unless
    /// the settings fill from quotes.
    latent_prices: Vec<f64>,
    cash_return: f64,
    bars_per_year: f64,
}

impl Tape {
    /// The fewest rows on which one decision can be made and filled.
    pub const MIN_ROWS: usize = 2;

    /// Joins a panel with its transformed feature rows (row-major, `num_features` each).
    ///
    /// Leading rows on which a feature or the first price of a symbol is missing are cut.
    ///
    /// # Errors
    /// [`TapeError`] if the two do not fit, too few rows remain, or a value is not finite.
    pub fn try_new(
        panel: &Panel,
        features: &[f32],
        num_features: usize,
        env: &Env,
        bars_per_year: f64,
    ) -> Result<Self, TapeError> {
        let total = panel.rows.len();
        if panel.symbols.is_empty() {
            return Err(TapeError::NoSymbols);
        }
        if features.len() != total * num_features {
            let found = features.len();
            return Err(TapeError::FeatureCount { rows: total, num_features, found });
        }
        if !(bars_per_year.is_finite() && bars_per_year > 0.0) {
            return Err(TapeError::BarsPerYear { found: bars_per_year });
        }
        let first = first_ready_row(panel, features, num_features);
        if total - first < Self::MIN_ROWS {
            let found = total - first;
            return Err(TapeError::TooFewRows { needed: Self::MIN_ROWS, found, total });
        }
        let columns = Columns {
            symbols: panel.symbols.clone(),
            times: panel.rows[first..].iter().map(|row| row.time).collect(),
            num_features,
            features: features[first * num_features..].to_vec(),
            quotes: quotes(panel, first)?,
            latent_prices: latent_prices(panel, first, env.fill),
            cash_return: cash_return_per_bar(env, bars_per_year),
            bars_per_year,
        };
        check_features(&columns)?;
        let rows = 0..columns.times.len();
        Ok(Self { columns: Arc::new(columns), rows })
    }

    /// The same tape narrowed to `rows` of it, without a copy.
    ///
    /// # Panics
    /// If the range reaches past the end.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        assert!(
            rows.start <= rows.end && rows.end <= self.len(),
            "invariant: rows lie on the tape"
        );
        let rows = self.rows.start + rows.start..self.rows.start + rows.end;
        Self { columns: Arc::clone(&self.columns), rows }
    }

    /// The rows with `from <= time < to`.
    #[must_use]
    pub fn rows_between(&self, from: Timestamp, to: Timestamp) -> Range<usize> {
        let times = self.times();
        let start = times.partition_point(|&time| time < from);
        start..times.partition_point(|&time| time < to).max(start)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The universe, cash not included.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.columns.symbols
    }

    /// How many symbols there are, cash not included.
    #[must_use]
    pub fn num_symbols(&self) -> usize {
        self.columns.symbols.len()
    }

    /// How many feature columns there are.
    #[must_use]
    pub fn num_features(&self) -> usize {
        self.columns.num_features
    }

    /// Bars in a year, for rates and annual figures.
    #[must_use]
    pub fn bars_per_year(&self) -> f64 {
        self.columns.bars_per_year
    }

    /// The decision times, strictly increasing.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.columns.times[self.rows.clone()]
    }

    /// The features of one row.
    #[must_use]
    pub fn features(&self, row: usize) -> &[f32] {
        let width = self.columns.num_features;
        &self.columns.features[(self.rows.start + row) * width..][..width]
    }

    /// Every symbol at one row.
    #[must_use]
    pub fn quotes(&self, row: usize) -> &[Quote] {
        let width = self.columns.symbols.len();
        &self.columns.quotes[(self.rows.start + row) * width..][..width]
    }

    /// What cash earns over any one bar, a fraction.
    #[must_use]
    pub fn cash_return(&self) -> f64 {
        self.columns.cash_return
    }

    /// Whether a symbol lacks a bar on any row.
    #[must_use]
    pub fn has_halts(&self) -> bool {
        (0..self.len()).any(|row| self.quotes(row).iter().any(|quote| !quote.is_tradable))
    }

    /// The price at which a decision made at `row` is filled for one symbol.
    ///
    /// # Panics
    /// If `row` is the last one, or for `quotes` on a tape of settings with another fill rule.
    #[must_use]
    pub fn fill_price(&self, fill: FillRule, row: usize, symbol_index: usize) -> f64 {
        match fill {
            FillRule::NextOpen => self.quotes(row + 1)[symbol_index].open,
            FillRule::NextClose => self.quotes(row + 1)[symbol_index].close,
            FillRule::SameClose => self.quotes(row)[symbol_index].close,
            FillRule::Quotes(_) => {
                let row = self.rows.start + row + 1;
                self.columns.latent_prices[row * self.num_symbols() + symbol_index]
            }
        }
    }

    /// The return of a benchmark from the close of `row` to the next.
    ///
    /// # Panics
    /// If `row` is the last one.
    #[must_use]
    pub fn benchmark_return(&self, benchmark: Benchmark, row: usize) -> f64 {
        let growth = |s: usize| self.quotes(row + 1)[s].close / self.quotes(row)[s].close - 1.0;
        match benchmark {
            Benchmark::EqualWeight => {
                let total: f64 = (0..self.num_symbols()).map(growth).sum();
                total / self.num_symbols() as f64
            }
            Benchmark::Cash => self.cash_return(),
            Benchmark::FirstSymbol => growth(0),
        }
    }
}

/// The middle of the quote when an order that was decided at `decided_at` reaches the market.
///
/// It arrives `latency_ms` later, or when the bar opens if that is later still. Inside the bar the
/// price runs in a straight line from open to close; after its end it is the close.
#[must_use]
pub fn quote_price(quotes: QuoteFill, decided_at: Timestamp, bar: &Bar) -> f64 {
    let latency = i64::from(quotes.latency_ms) * NANOS_PER_MS;
    let arrival = decided_at.nanos().saturating_add(latency);
    let length = (bar.available_at.nanos() - bar.open_time.nanos()).max(1);
    let passed = (arrival - bar.open_time.nanos()).clamp(0, length);
    bar.open + (bar.close - bar.open) * (passed as f64 / length as f64)
}

/// The first row on which every feature is finite and every symbol has had a bar.
fn first_ready_row(panel: &Panel, features: &[f32], num_features: usize) -> usize {
    let mut seen = vec![false; panel.symbols.len()];
    for (index, row) in panel.rows.iter().enumerate() {
        for (seen, bar) in seen.iter_mut().zip(&row.bars) {
            *seen |= bar.is_some();
        }
        let values = &features[index * num_features..][..num_features];
        if seen.iter().all(|&seen| seen) && values.iter().all(|value| value.is_finite()) {
            return index;
        }
    }
    panel.rows.len()
}

fn quotes(panel: &Panel, first: usize) -> Result<Vec<Quote>, TapeError> {
    let mut last_close = vec![f64::NAN; panel.symbols.len()];
    let mut quotes = Vec::with_capacity((panel.rows.len() - first) * panel.symbols.len());
    for (index, row) in panel.rows.iter().enumerate() {
        for (s, bar) in row.bars.iter().enumerate() {
            if let Some(bar) = bar {
                check_prices(&panel.symbols[s], row.time, bar)?;
                last_close[s] = bar.close;
            }
            if index >= first {
                quotes.push(
                    bar.as_ref().map_or_else(|| Quote::without_bar(last_close[s]), Quote::from_bar),
                );
            }
        }
    }
    Ok(quotes)
}

/// One price for each row and symbol from `first` on; the first row fills nothing.
fn latent_prices(panel: &Panel, first: usize, fill: FillRule) -> Vec<f64> {
    let FillRule::Quotes(quotes) = fill else { return Vec::new() };
    let mut last_close = vec![f64::NAN; panel.symbols.len()];
    let mut prices = Vec::new();
    for (index, row) in panel.rows.iter().enumerate() {
        let decided_at = panel.rows[index.saturating_sub(1)].time;
        for (last_close, bar) in last_close.iter_mut().zip(&row.bars) {
            let price =
                bar.as_ref().map_or(*last_close, |bar| quote_price(quotes, decided_at, bar));
            *last_close = bar.as_ref().map_or(*last_close, |bar| bar.close);
            if index >= first {
                prices.push(price);
            }
        }
    }
    prices
}

fn check_prices(symbol: &Symbol, time: Timestamp, bar: &Bar) -> Result<(), TapeError> {
    let prices = [bar.open, bar.high, bar.low, bar.close];
    match prices.into_iter().find(|price| !(price.is_finite() && *price > 0.0)) {
        Some(price) => Err(TapeError::Price { symbol: symbol.clone(), time, price }),
        None => Ok(()),
    }
}

fn check_features(columns: &Columns) -> Result<(), TapeError> {
    match columns.features.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(TapeError::Feature {
            column: position % columns.num_features,
            time: columns.times[position / columns.num_features],
            value: columns.features[position],
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gym::fixtures::{PanelSpec, panel};

    fn spec() -> PanelSpec {
        PanelSpec { rows: 6, ..PanelSpec::default() }
    }

    fn build(panel: &Panel, features: &[f32]) -> Result<Tape, TapeError> {
        Tape::try_new(panel, features, 1, &Env::default(), 252.0)
    }

    #[test]
    fn rows_without_features_or_prices_are_cut() {
        let mut panel = panel(&spec());
        panel.rows[2].bars[1] = None;
        panel.rows[0].bars[0] = None;
        panel.rows[1].bars[0] = None;
        panel.rows[4].bars[1] = None;
        let tape = build(&panel, &[f32::NAN, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((tape.len(), tape.features(0)), (4, [2.0].as_slice()));
        assert_eq!(tape.times()[0], panel.rows[2].time);
        let halted = tape.quotes(0)[1];
        assert_eq!(halted.close, panel.rows[1].bars[1].unwrap().close);
        assert!(!halted.is_tradable && tape.quotes(1)[1].is_tradable);
        assert_eq!(tape.quotes(2)[1].open, tape.quotes(1)[1].close);
    }

    #[test]
    fn a_slice_shares_rows() {
        let panel = panel(&spec());
        let tape = build(&panel, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let part = tape.slice(2..5).slice(1..3);
        assert_eq!((part.len(), part.features(0)[0], part.features(1)[0]), (2, 3.0, 4.0));
        assert_eq!(part.quotes(0), tape.quotes(3));
        assert_eq!(tape.rows_between(tape.times()[1], tape.times()[3]), 1..3);
    }

    #[test]
    fn fills_and_benchmarks_by_hand() {
        let panel = panel(&spec());
        let tape = build(&panel, &[0.0; 6]).unwrap();
        let (now, next) = (tape.quotes(1), tape.quotes(2));
        assert_eq!(tape.fill_price(FillRule::NextOpen, 1, 0), next[0].open);
        assert_eq!(tape.fill_price(FillRule::NextClose, 1, 0), next[0].close);
        assert_eq!(tape.fill_price(FillRule::SameClose, 1, 0), now[0].close);
        let growth: Vec<f64> = (0..3).map(|s| next[s].close / now[s].close - 1.0).collect();
        assert_eq!(tape.benchmark_return(Benchmark::FirstSymbol, 1), growth[0]);
        let mean = growth.iter().sum::<f64>() / 3.0;
        assert!((tape.benchmark_return(Benchmark::EqualWeight, 1) - mean).abs() < 1e-15);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut panel = panel(&spec());
        let error = build(&panel, &[0.0; 5]).unwrap_err();
        assert_eq!(error, TapeError::FeatureCount { rows: 6, num_features: 1, found: 5 });
        let error = build(&panel, &[f32::NAN; 6]).unwrap_err();
        assert!(matches!(error, TapeError::TooFewRows { needed: 2, found: 0, total: 6 }));
        let error = build(&panel, &[0.0, 0.0, f32::NAN, 0.0, 0.0, 0.0]).unwrap_err();
        assert!(matches!(error, TapeError::Feature { column: 0, .. }));
        let bar = panel.rows[3].bars[0].as_mut().unwrap();
        bar.low = 0.0;
        assert!(matches!(build(&panel, &[0.0; 6]).unwrap_err(), TapeError::Price { .. }));
    }

    #[test]
    fn a_quote_after_a_latency_lies_between_open_and_close() {
        let at = Timestamp::from_seconds;
        let (open_time, available_at) = (at(100), at(160));
        let bar = Bar {
            open_time,
            available_at,
            open: 10.0,
            high: 20.0,
            low: 5.0,
            close: 16.0,
            volume: 1.0,
        };
        let price =
            |decided_at, latency_ms| quote_price(QuoteFill { latency_ms }, at(decided_at), &bar);
        // The market opens later: the order waits for the open.
        assert_eq!((price(40, 1), price(40, 60_000)), (10.0, 10.0));
        // Bars without a gap: a quarter of the bar is a quarter of the way.
        assert_eq!(
            (price(100, 15_000), price(100, 60_000), price(100, 90_000)),
            (11.5, 16.0, 16.0)
        );
        assert_eq!(price(90, 40_000), 13.0);
    }

    #[test]
    fn a_tape_fills_from_quotes_and_keeps_the_last_close_of_a_halt() {
        let mut panel = panel(&spec());
        panel.rows[3].bars[0] = None;
        // Bars open 23,400 s before the row, a day after the row before: 62,000 s of closed market.
        let quotes = QuoteFill { latency_ms: 1000 * (86_400 - 23_400 + 2_340) };
        let env = Env { fill: FillRule::Quotes(quotes), ..Env::default() };
        let tape = Tape::try_new(&panel, &[0.0; 6], 1, &env, 252.0).unwrap();
        let next = tape.quotes(2)[1];
        let expected = next.open + 0.1 * (next.close - next.open);
        assert!((tape.slice(1..4).fill_price(env.fill, 0, 1) - expected).abs() < 1e-12);
        assert_eq!(tape.fill_price(env.fill, 2, 0), tape.quotes(2)[0].close);
    }
}
