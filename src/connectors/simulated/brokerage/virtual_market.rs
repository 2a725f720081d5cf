//! A market that was never there.

use super::hours::Hours;
use super::noise::{Extreme, Noise};
use crate::base::Timestamp;
use crate::domain::{Bar, BookTop, Calendar, CalendarName, Session, Symbol};

/// Currency units.
pub(super) const TICK: f64 = 0.01;
const TICKS_PER_UNIT: f64 = 100.0;

/// Prices of any symbol at any time, from a seed; steps of 0.01, a spread of one or two of them, and no trade outside the
/// sessions of the calendar: then the last prices of the session before stand still.
#[derive(Debug, Clone)]
pub struct VirtualMarket {
    seed: u64,
    hours: Hours,
}

impl VirtualMarket {
    /// The market of a seed, open when the calendar says so.
    #[must_use]
    pub fn new(seed: u64, calendar: CalendarName) -> Self {
        Self { seed, hours: Hours::new(calendar) }
    }

    /// The best prices.
    #[must_use]
    pub fn top(&self, symbol: &Symbol, at: Timestamp) -> BookTop {
        let noise = self.noise(symbol);
        let seconds = self.traded_until(at);
        let trade = ticks(noise, seconds);
        let second = floor(seconds);
        // One tick (the last trade at the bid or at the ask) or two.
        let (below, above) = match noise.chance(1, second) {
            chance if chance < 0.4 => (1.0, 0.0),
            chance if chance < 0.8 => (0.0, 1.0),
            _ => (1.0, 1.0),
        };
        let size = |purpose| 100.0 * (1.0 + (9.0 * noise.chance(purpose, second)).floor());
        BookTop {
            time: at,
            bid: (trade - below) / TICKS_PER_UNIT,
            ask: (trade + above) / TICKS_PER_UNIT,
            bid_quantity: size(2),
            ask_quantity: size(3),
        }
    }

    /// The price of the last trade.
    #[must_use]
    pub fn last(&self, symbol: &Symbol, at: Timestamp) -> f64 {
        ticks(self.noise(symbol), self.traded_until(at)) / TICKS_PER_UNIT
    }

    /// Whether there is trading.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.hours.current(at).is_some()
    }

    /// The session that is on, or else the next one.
    #[must_use]
    pub fn coming_session(&self, at: Timestamp) -> Option<Session> {
        self.hours.coming(at)
    }

    /// The last session that has opened.
    #[must_use]
    pub fn last_session(&self, at: Timestamp) -> Option<Session> {
        self.hours.last(at)
    }

    /// The calendar of the market.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        self.hours.calendar()
    }

    /// What was traded from `open_time` to `end`, that instant excluded, in as many sessions as lie between; nothing if there
    /// was none. The bar begins and ends with the trading in it.
    ///
    /// Bars of short spans add up to the bars of long ones exactly.
    #[must_use]
    pub fn bar(&self, symbol: &Symbol, open_time: Timestamp, end: Timestamp) -> Option<Bar> {
        let noise = self.noise(symbol);
        let mut whole: Option<Bar> = None;
        let mut at = open_time;
        while let Some(session) = self.hours.coming(at).filter(|session| session.open < end) {
            let part = piece(noise, session.open.max(open_time), session.close.min(end));
            whole = Some(whole.map_or(part, |bar| joined(&bar, &part)));
            at = session.close;
        }
        whole
    }

    pub(super) fn noise(&self, symbol: &Symbol) -> Noise {
        Noise::new(self.seed, symbol.as_str())
    }

    pub(super) const fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The last instant at which there was trading, seconds since 1970.
    fn traded_until(&self, at: Timestamp) -> f64 {
        let last = self.hours.last(at).map_or(at, |session| at.min(session.close));
        seconds(last)
    }
}

fn piece(noise: Noise, open: Timestamp, close: Timestamp) -> Bar {
    let range = seconds(open)..seconds(close);
    let price = |log: f64| rounded(noise, log) / TICKS_PER_UNIT;
    let rate = 40.0 + 400.0 * noise.chance(5, 0);
    let shares = |time: f64| (rate * noise.pace(time)).floor();
    Bar {
        open_time: open,
        available_at: close,
        open: price(noise.value(range.start)),
        high: price(noise.extreme(&range, Extreme::High)),
        low: price(noise.extreme(&range, Extreme::Low)),
        close: price(noise.value(range.end)),
        volume: shares(range.end) - shares(range.start),
    }
}

fn joined(early: &Bar, late: &Bar) -> Bar {
    Bar {
        open_time: early.open_time,
        available_at: late.available_at,
        open: early.open,
        high: early.high.max(late.high),
        low: early.low.min(late.low),
        close: late.close,
        volume: early.volume + late.volume,
    }
}

fn ticks(noise: Noise, time: f64) -> f64 {
    rounded(noise, noise.value(time))
}

/// The price in ticks: 30 to 400 currency units on average, by symbol.
fn rounded(noise: Noise, log: f64) -> f64 {
    let base = 30.0 * (noise.chance(4, 0) * (400.0_f64 / 30.0).ln()).exp();
    (base * log.exp() * TICKS_PER_UNIT).round().max(2.0)
}

fn seconds(time: Timestamp) -> f64 {
    time.nanos() as f64 / 1e9
}

#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970")]
fn floor(time: f64) -> i64 {
    time.floor() as i64
}
