//! Seeded random walks for tests, in the shape of a daily market.

use crate::base::{Rng, SeedStream, Timestamp};
use crate::config::Env;
use crate::domain::{Bar, MarketRow, Panel, Timeframe};
use crate::gym::Tape;

const SECONDS_PER_DAY: i64 = 86_400;

/// What a test market looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PanelSpec {
    /// Seed of the walk.
    pub(crate) seed: u64,
    /// Bars.
    pub(crate) rows: usize,
    /// Symbols, cash not included.
    pub(crate) num_symbols: usize,
    /// Deviation of a bar's log return.
    pub(crate) volatility: f64,
    /// Share of bars that are missing.
    pub(crate) missing_frac: f64,
}

impl Default for PanelSpec {
    fn default() -> Self {
        Self { seed: 1, rows: 400, num_symbols: 3, volatility: 0.01, missing_frac: 0.0 }
    }
}

/// A correlated random walk with opening gaps, highs and lows.
pub(crate) fn panel(spec: &PanelSpec) -> Panel {
    let names = ["SPY", "QQQ", "IWM", "TLT", "GLD", "EFA", "EEM"];
    let mut rng = SeedStream::new(spec.seed).child("fixture").rng();
    let mut prices: Vec<f64> = (0..spec.num_symbols).map(|s| 50.0 * (s + 1) as f64).collect();
    let mut rows = Vec::with_capacity(spec.rows);
    for index in 0..spec.rows {
        let common = 0.6 * rng.normal();
        let mut bars = Vec::with_capacity(spec.num_symbols);
        for price in &mut prices {
            let bar = walk(price, common, spec.volatility, index, &mut rng);
            let is_missing = rng.uniform() < spec.missing_frac && index > 0;
            bars.push((!is_missing).then_some(bar));
        }
        rows.push(MarketRow { time: day(index), bars });
    }
    let symbols = names[..spec.num_symbols].iter().map(|name| name.parse().unwrap()).collect();
    Panel { symbols, timeframe: Timeframe::Day, rows }
}

/// A tape of [`panel`] with `num_features` columns of noise in ±1.
pub(crate) fn tape(spec: &PanelSpec, num_features: usize, env: &Env) -> Tape {
    let mut rng = SeedStream::new(spec.seed).child("features").rng();
    let features: Vec<f32> =
        (0..spec.rows * num_features).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect();
    Tape::try_new(&panel(spec), &features, num_features, env, 252.0).unwrap()
}

fn walk(price: &mut f64, common: f64, volatility: f64, index: usize, rng: &mut Rng) -> Bar {
    let open = *price * (volatility * 0.3 * rng.normal()).exp();
    let close = open * (volatility * (common + 0.8 * rng.normal())).exp();
    let high = open.max(close) * (volatility * 0.5 * rng.normal().abs()).exp();
    let low = open.min(close) * (-volatility * 0.5 * rng.normal().abs()).exp();
    *price = close;
    let volume = 1e4 * (1.0 + rng.uniform());
    let open_time = day(index).saturating_add_nanos(-23_400 * 1_000_000_000);
    Bar { open_time, available_at: day(index), open, high, low, close, volume }
}

fn day(index: usize) -> Timestamp {
    Timestamp::from_seconds(1_262_304_000 + index as i64 * SECONDS_PER_DAY)
}
