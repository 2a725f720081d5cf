//! Made-up panels and feature lists for the tests of this room.

use crate::base::{DateRange, Rng, SeedStream, Timestamp};
use crate::config::FeatureSpec;
use crate::domain::{Bar, Calendar, CalendarName, MarketRow, Panel, Symbol, Timeframe};

const NANOS: i64 = 1_000_000_000;

/// Every kind of feature, and groups of a week and a month.
pub(super) const DAILY: &str = r#"[
    {"return": {"window": 1}}, {"log_return": {"window": 2}}, {"volatility": {"window": 5}},
    {"z_score": {"window": 6}}, {"sma": {"window": 4}}, {"ema": {"window": 5}},
    {"macd": {"fast": 3, "slow": 6, "signal": 3}}, {"rsi": {"window": 5}}, {"adx": {"window": 4}},
    {"aroon": {"window": 5}}, {"atr": {"window": 4}}, {"bollinger": {"window": 5}},
    {"stochastic": {"k": 5}}, {"cci": {"window": 5}}, {"roc": {"window": 3}}, {"obv": {}},
    {"correlation": {"with": "SPY", "window": 6}}, {"beta": {"with": "SPY", "window": 6}},
    {"differencing": {"window": 3}}, {"mean": {"window": 4, "input": "volume"}},
    {"min": {"window": 4}}, {"max": {"window": 4}}, {"skew": {"window": 6}},
    {"gradient": {"window": 5}}, {"gradient_peaks": {"window": 16}}, {"inflection": {"window": 9}},
    {"group": {"timeframe": "1w", "features": [
        {"log_return": {"window": 1}}, {"atr": {"window": 2}},
        {"correlation": {"with": "SPY", "window": 3}}, {"min": {"window": 2}}]}},
    {"group": {"timeframe": "1mo", "features": [{"max": {"window": 2}}]}}
]"#;

/// Features on bars of a minute with groups of minutes, an hour and a day.
pub(super) const MINUTES: &str = r#"[
    {"log_return": {"window": 1}}, {"rsi": {"window": 3}},
    {"group": {"timeframe": "5min", "features": [
        {"differencing": {"window": 1}}, {"beta": {"with": "SPY", "window": 2}}]}},
    {"group": {"timeframe": "1h", "features": [{"min": {"window": 2}}]}},
    {"group": {"timeframe": "1d", "features": [{"return": {"window": 1}}]}}
]"#;

pub(super) fn specs(json: &str) -> Vec<FeatureSpec> {
    serde_json::from_str(json).unwrap()
}

pub(super) fn symbols(names: &[&str]) -> Vec<Symbol> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(super) fn xnys() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

pub(super) fn range(text: &str) -> DateRange {
    text.parse().unwrap()
}

/// Daily bars of every session in the range; each bar is missing with the given chance.
pub(super) fn daily(names: &[&str], days: &str, seed: u64, missing_percent: usize) -> Panel {
    let mut market = Market::new(names.len(), seed, missing_percent);
    let sessions = xnys().sessions(range(days)).unwrap();
    let rows = sessions.iter().map(|session| market.row(session.open, session.close)).collect();
    Panel { symbols: symbols(names), timeframe: Timeframe::Day, rows }
}

/// Bars of a minute from the open of one session on, `count` in each session of the range.
pub(super) fn minutes(names: &[&str], days: &str, seed: u64, missing_percent: usize) -> Panel {
    let mut market = Market::new(names.len(), seed, missing_percent);
    let mut rows = Vec::new();
    for session in xnys().sessions(range(days)).unwrap() {
        let mut open = session.open;
        while open < session.close {
            let close = open.saturating_add_nanos(60 * NANOS);
            rows.push(market.row(open, close.saturating_add_nanos(NANOS)));
            open = close;
        }
    }
    Panel { symbols: symbols(names), timeframe: Timeframe::Seconds(60), rows }
}

struct Market {
    rng: Rng,
    prices: Vec<f64>,
    missing_percent: usize,
}

impl Market {
    fn new(num_symbols: usize, seed: u64, missing_percent: usize) -> Self {
        let rng = SeedStream::new(seed).child("panel").rng();
        Self { rng, prices: vec![100.0; num_symbols], missing_percent }
    }

    fn row(&mut self, open_time: Timestamp, available_at: Timestamp) -> MarketRow {
        let rng = &mut self.rng;
        let bars = self.prices.iter_mut().map(|price| {
            let open = *price * (0.005 * rng.normal()).exp();
            let close = open * (0.01 * rng.student_t(5)).exp();
            let high = open.max(close) * (1.0 + 0.005 * rng.uniform());
            let low = open.min(close) * (1.0 - 0.005 * rng.uniform());
            let volume = (1e6 * rng.uniform()).floor();
            *price = close;
            let is_missing = rng.below(100) < self.missing_percent;
            (!is_missing).then_some(Bar { open_time, available_at, open, high, low, close, volume })
        });
        MarketRow { time: available_at, bars: bars.collect() }
    }
}
