//! The prices of one symbol of a made-up market.

use super::clock::BarLength;
use super::shared::{Step, root};
use crate::base::Rng;
use crate::config::{Planted, SyntheticSource};
use crate::domain::{Bar, CorporateAction, CorporateActionKind, Symbol};

/// Standard deviation of the gap between close and next open, as a fraction of the bar's.
const GAP_DAILY: f64 = 0.3;
const GAP_INTRADAY: f64 = 0.05;
/// Standard deviation of the logarithm of volume.
const VOLUME_NOISE: f64 = 0.2;
/// Usual traded value of a session, currency units.
const SESSION_VALUE: f64 = 1e8;
/// Outside these prices a split brings the price back.
const LEAST_PRICE: f64 = 10.0;
const GREATEST_PRICE: f64 = 1000.0;
const SPLIT: f64 = 10.0;

/// The state of one symbol.
pub(super) struct Path {
    rng: Rng,
    planted: Option<Planted>,
    /// The position of the symbol among the favorites, from 1.
    position: usize,
    num_symbols: f64,
    loading: f64,
    tail_degrees: usize,
    drift_log: f64,
    gap: f64,
    /// Usual volume in shares of the first day.
    usual_shares: f64,
    /// Shares of today for a share of the first day.
    shares_per_first: f64,
    close: f64,
}

impl Path {
    /// The symbol at `index` of a universe of `num_symbols`, before its first bar.
    pub(super) fn new(
        market: &SyntheticSource,
        symbol: &Symbol,
        (index, num_symbols): (usize, usize),
        length: &BarLength,
    ) -> Self {
        let mut rng = root(market).child("symbol").child(symbol.as_str()).rng();
        let close = 40.0 + 120.0 * rng.uniform();
        let usual_value = SESSION_VALUE * length.sessions * (0.5 * rng.normal()).exp();
        Self {
            rng,
            planted: market.planted,
            position: index + 1,
            num_symbols: num_symbols as f64,
            loading: market.correlation.sqrt(),
            tail_degrees: market.tail_degrees,
            drift_log: drift_log(market, symbol, length),
            gap: if length.is_daily() { GAP_DAILY } else { GAP_INTRADAY },
            usual_shares: usual_value / close,
            shares_per_first: 1.0,
            close,
        }
    }

    /// The next bar, and the split before it if there is one.
    pub(super) fn update(&mut self, step: &Step) -> (Bar, Option<CorporateAction>) {
        let split = self.split(step);
        let gap = self.gap * step.volatility * self.rng.normal();
        // The gap tells nothing, so the planted drift is earned by those who buy at the open.
        let inside = self.log_return(step) - gap;
        let open = self.close * gap.exp();
        let close = open * inside.exp();
        let (low, high) = self.extremes(open, inside, step.volatility);
        let volume = self.volume(step);
        self.close = close;
        let slot = step.slot;
        let bar = Bar {
            open_time: slot.open_time,
            available_at: slot.available_at,
            open,
            high: high.max(open).max(close),
            low: low.min(open).min(close),
            close,
            volume,
        };
        (bar, split)
    }

    fn split(&mut self, step: &Step) -> Option<CorporateAction> {
        let ratio = match self.close {
            close if close < LEAST_PRICE => 1.0 / SPLIT,
            close if close > GREATEST_PRICE => SPLIT,
            _ => return None,
        };
        if !step.slot.is_session_start {
            return None;
        }
        self.close /= ratio;
        self.shares_per_first *= ratio;
        let kind = CorporateActionKind::Split { ratio };
        Some(CorporateAction { ex_date: step.slot.date, kind })
    }

    /// From close to close.
    fn log_return(&mut self, step: &Step) -> f64 {
        let own = self.rng.student_t(self.tail_degrees);
        let shock = self.loading * step.factor + (1.0 - self.loading.powi(2)).sqrt() * own;
        self.drift_log + step.volatility * shock + self.edge(step)
    }

    fn edge(&self, step: &Step) -> f64 {
        match (self.planted, step.favored) {
            (Some(planted), Some(favored)) => {
                let edge = planted.edge_bps * 1e-4;
                if favored == self.position { edge } else { -edge / self.num_symbols }
            }
            _ => 0.0,
        }
    }

    /// Low and high of a Brownian bridge from `open` over the log move `inside`.
    fn extremes(&mut self, open: f64, inside: f64, volatility: f64) -> (f64, f64) {
        let mut reach = || {
            let u = 1.0 - self.rng.uniform();
            (inside * inside - 2.0 * volatility * volatility * u.ln()).sqrt()
        };
        let (up, down) = (0.5 * (inside + reach()), 0.5 * (inside - reach()));
        (open * down.exp(), open * up.exp())
    }

    /// Whole shares; without trend and, adjusted for splits, without jump.
    fn volume(&mut self, step: &Step) -> f64 {
        let noise = (VOLUME_NOISE * self.rng.normal()).exp();
        let multiple = match self.planted {
            Some(planted) if step.favorite == self.position => planted.volume_multiple,
            _ => 1.0,
        };
        (self.usual_shares * self.shares_per_first * noise * multiple).round().max(1.0)
    }
}

/// The expected log return of a bar without favorites. The drift is one of logarithms, so that it
/// does not depend on the regime.
pub(super) fn drift_log(market: &SyntheticSource, symbol: &Symbol, length: &BarLength) -> f64 {
    let own = market.drift_by_symbol.get(symbol).copied().unwrap_or_default();
    (market.drift_annual + own) * length.years
}
