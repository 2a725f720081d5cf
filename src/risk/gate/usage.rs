//! How much of each limit is used, for people to look at.

use serde::Serialize;

use super::RiskGate;
use crate::base::Timestamp;
use crate::risk::market::seconds_between;
use crate::risk::tail::Scratch;
use crate::risk::{Book, BookLine};

/// How much of one limit is used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitUse {
    /// Key of the limit, without its section.
    pub key: &'static str,
    /// What it is now, in the unit of the limit; NaN if it cannot be told.
    pub used: f64,
    /// What it may be.
    pub limit: f64,
}

impl RiskGate {
    /// The use of every limit that is set and that the account as a whole can use up; limits of single orders are left
    /// out.
    #[must_use]
    pub fn usage(&self, book: &Book, now: Timestamp) -> Vec<LimitUse> {
        let limits = &self.limits;
        let mut uses = Vec::new();
        let mut add = |key, limit: Option<f64>, used: &dyn Fn() -> Option<f64>| {
            if let Some(limit) = limit {
                uses.push(LimitUse { key, used: used().unwrap_or(f64::NAN), limit });
            }
        };
        let count = |limit: Option<u32>| limit.map(f64::from);
        add("weight_abs_max", limits.weight_abs_max, &|| {
            Some(weights(book)?.iter().fold(0.0, |most: f64, weight| most.max(weight.abs())))
        });
        add("gross_exposure_max", limits.gross_exposure_max, &|| {
            Some(weights(book)?.iter().map(|weight| weight.abs()).sum())
        });
        add("net_exposure_max", limits.net_exposure_max, &|| {
            Some(weights(book)?.iter().sum::<f64>().abs())
        });
        add("cash_frac_min", limits.cash_frac_min, &|| Some(book.cash? / book.equity?));
        add("orders_per_s_max", count(limits.orders_per_s_max), &|| {
            Some(self.state.orders_within(now, 1) as f64)
        });
        add("orders_per_minute_max", count(limits.orders_per_minute_max), &|| {
            Some(self.state.orders_within(now, 60) as f64)
        });
        add("round_trips_per_hour_max", count(limits.round_trips_per_hour_max), &|| {
            Some(self.state.most_trips(now) as f64)
        });
        add("quote_age_s_max", limits.quote_age_s_max, &|| {
            oldest(book, |line| Some(seconds_between(line.top?.time, now)))
        });
        add("bar_age_intervals_max", limits.bar_age_intervals_max, &|| {
            oldest(book, |line| {
                Some(self.market.intervals_between(&self.hours, line.bar_time?, now))
            })
        });
        add("clock_skew_s_max", limits.clock_skew_s_max, &|| self.skew_s.map(f64::abs));
        add("daily_loss_frac_max", limits.daily_loss_frac_max, &|| self.day_loss_frac());
        add("drawdown_frac_max", limits.drawdown_frac_max, &|| self.drawdown_frac());
        let tail = self.tail_now(book);
        add("var_frac_max", limits.var_frac_max, &|| Some(tail?.0));
        add("cvar_frac_max", limits.cvar_frac_max, &|| Some(tail?.1));
        add("rejects_per_minute_max", count(limits.rejects_per_minute_max), &|| {
            Some(self.state.rejects_within_minute(now) as f64)
        });
        add("reconcile_gap_s_max", limits.reconcile_gap_s_max, &|| {
            Some(self.state.differs_since.map_or(0.0, |since| seconds_between(since, now)))
        });
        add("bad_signals_max", count(limits.bad_signals_max), &|| {
            Some(f64::from(self.state.bad_signals))
        });
        uses
    }

    /// Days of closes that must be fed in before a limit of the tail can be checked; 0 without such a limit.
    #[must_use]
    pub fn history_days_needed(&self) -> usize {
        // A return needs two closes.
        if self.limits.limits_tail() { self.tails.days_needed() + 1 } else { 0 }
    }

    fn tail_now(&self, book: &Book) -> Option<(f64, f64)> {
        let equity = book.equity.filter(|equity| *equity > 0.0)?;
        let weight = |_: usize, line: &BookLine| Ok(value(line).unwrap_or(f64::NAN) / equity);
        let mut scratch = Scratch::default();
        self.market.in_order(&book.lines, weight, &mut scratch.weights).ok()?;
        let tail = self.tails.estimate(&mut scratch).ok()?;
        Some((tail.var_frac, tail.cvar_frac))
    }
}

/// The weights of a book; `None` if one of them cannot be told.
fn weights(book: &Book) -> Option<Vec<f64>> {
    let equity = book.equity.filter(|equity| *equity > 0.0)?;
    book.lines.iter().map(|line| Some(value(line)? / equity)).collect()
}

fn value(line: &BookLine) -> Option<f64> {
    if line.quantity == 0.0 {
        return Some(0.0);
    }
    Some(line.quantity * line.price?)
}

/// The largest age over all lines that have one.
fn oldest(book: &Book, age: impl Fn(&BookLine) -> Option<f64>) -> Option<f64> {
    book.lines.iter().filter_map(age).max_by(f64::total_cmp)
}
