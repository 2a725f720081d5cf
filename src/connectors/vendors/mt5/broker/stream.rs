//! Bars and best prices, asked for now and then.

use std::sync::Arc;

use serde::Deserialize;

use super::desk::{Line, time};
use crate::base::Timestamp;
use crate::connectors::vendors::bar_span::BarSpan;
use crate::connectors::vendors::http::in_path;
use crate::domain::{Bar, BookTop, Calendar, Symbol, Timeframe};
use crate::ports::{BrokerError, MarketStream, StreamEvent, VenueWish};

/// Between two looks, seconds.
const LOOK_S: f64 = 1.0;
const BARS_S: f64 = 5.0;
/// One request asks for bars of so many days at most.
const DAYS_MAX: i64 = 20;
const DAY_S: i64 = 86_400;

/// A bar of the bridge, its time in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Rate {
    time: i64,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    tick_volume: f64,
    #[serde(default)]
    real_volume: f64,
}

/// Market data by asking: bars of a minute, older ones as long as they fit.
#[derive(Debug)]
pub(super) struct Mt5Stream {
    line: Arc<Line>,
    symbols: Vec<Symbol>,
    calendar: Calendar,
    /// Bars of the past are this long: they fit into sessions and the wanted timeframe.
    past: Timeframe,
    with_quotes: bool,
    /// From where on bars of each symbol are wanted.
    wanted: Vec<Timestamp>,
    looked_s: f64,
    barred_s: f64,
    now: Timestamp,
    is_stale: bool,
}

impl Mt5Stream {
    pub(super) fn new(line: Arc<Line>, wish: &VenueWish, now: Timestamp) -> Self {
        let past = match wish.timeframe.seconds() {
            Some(seconds) if seconds % 1800 != 0 => Timeframe::Seconds(60),
            _ => Timeframe::Seconds(1800),
        };
        Self {
            line,
            symbols: wish.symbols.clone(),
            calendar: Calendar::new(wish.calendar),
            past,
            with_quotes: wish.quotes,
            wanted: vec![wish.history_since; wish.symbols.len()],
            looked_s: f64::NEG_INFINITY,
            barred_s: f64::NEG_INFINITY,
            now,
            is_stale: false,
        }
    }

    fn quotes(&mut self, events: &mut Vec<StreamEvent>) -> Result<(), String> {
        for symbol in &self.symbols {
            let quote = self.line.quote(symbol)?;
            let (bid, ask) = (quote.bid, quote.ask);
            let at = time(quote.time_msc);
            self.now = self.now.max(at);
            let top = BookTop { time: at, bid, ask, bid_quantity: 0.0, ask_quantity: 0.0 };
            if self.with_quotes && top.is_sound() {
                events.push(StreamEvent::Quote { symbol: symbol.clone(), top });
            }
        }
        Ok(())
    }

    /// A piece of the bars of each symbol; tells whether more of the past is to come.
    fn bars(&mut self, events: &mut Vec<StreamEvent>) -> Result<bool, String> {
        let mut has_more = false;
        for index in 0..self.symbols.len() {
            let (Some(symbol), Some(&from)) = (self.symbols.get(index), self.wanted.get(index))
            else {
                continue;
            };
            let start_s = from.nanos() / 1_000_000_000;
            let behind_s = (self.now.nanos() - from.nanos()) / 1_000_000_000;
            let is_past = behind_s > DAY_S / 12;
            let span = if is_past { self.past } else { Timeframe::Seconds(60) };
            let seconds = span.seconds().unwrap_or(60);
            let end_s = start_s + behind_s.min(DAYS_MAX * DAY_S);
            let path = format!("/rates_range/{}", in_path(symbol.as_str()));
            let code = if seconds == 60 { "M1" } else { "M30" };
            let ask = self.line.ask(path).query("timeframe", code);
            let rates: Vec<Rate> = self
                .line
                .get(&ask.query("start", start_s).query("end", end_s), "a list of bars")?;
            let mut next =
                if behind_s > DAYS_MAX * DAY_S { Timestamp::from_seconds(end_s) } else { from };
            for rate in rates {
                let span_of = BarSpan::of_seconds(Timestamp::from_seconds(rate.time), seconds);
                if span_of.available_at > self.now {
                    continue;
                }
                next = next.max(span_of.available_at);
                if span_of.is_in_session(&self.calendar).unwrap_or(false) {
                    let bar = bar(&rate, span_of);
                    events.push(StreamEvent::Bar { symbol: symbol.clone(), bar, span });
                }
            }
            has_more |= behind_s > DAYS_MAX * DAY_S;
            if let Some(wanted) = self.wanted.get_mut(index) {
                *wanted = next;
            }
        }
        Ok(has_more)
    }
}

impl MarketStream for Mt5Stream {
    fn poll(&mut self) -> Result<Vec<StreamEvent>, BrokerError> {
        let seconds = self.line.watch.seconds();
        let mut events = Vec::new();
        let time = self.now;
        let notes = self.line.take_notes().into_iter();
        events.extend(notes.map(|text| StreamEvent::Note { text, time }));
        if seconds - self.looked_s < LOOK_S {
            return Ok(events);
        }
        self.looked_s = seconds;
        let mut outcome = self.quotes(&mut events);
        if outcome.is_ok() && seconds - self.barred_s >= BARS_S {
            outcome = self.bars(&mut events).map(|has_more| {
                self.barred_s = if has_more { f64::NEG_INFINITY } else { seconds };
            });
        }
        let time = self.now;
        match outcome {
            Ok(()) if std::mem::take(&mut self.is_stale) => {
                events.insert(0, StreamEvent::Fresh { symbol: None, time });
            }
            Err(reason) if !std::mem::replace(&mut self.is_stale, true) => {
                events.push(StreamEvent::Stale { symbol: None, reason, time });
            }
            Ok(()) | Err(_) => {}
        }
        Ok(events)
    }

    /// The time of the newest price: the bridge has no clock.
    fn venue_time(&mut self) -> Result<Timestamp, BrokerError> {
        Ok(self.now)
    }
}

const fn bar(rate: &Rate, span: BarSpan) -> Bar {
    let volume = if rate.real_volume > 0.0 { rate.real_volume } else { rate.tick_volume };
    Bar {
        open_time: span.open_time,
        available_at: span.available_at,
        open: rate.open,
        high: rate.high,
        low: rate.low,
        close: rate.close,
        volume,
    }
}
