//! Market data of all symbols: messages of the broker in, events of the stream out.

use std::collections::{BTreeMap, VecDeque};

use ibapi::market_data::MarketDataType;
use ibapi::market_data::historical::Bar as IbkrBar;
use ibapi::market_data::realtime::TickTypes;

use super::super::codes::{Effect, effect};
use super::super::values::Moment;
use super::{BarLine, Cause, QuoteLine, Span, Staleness, Tick};
use crate::base::Timestamp;
use crate::domain::{Bar, BookTop, Symbol};
use crate::ports::StreamEvent;

/// Data of a venue as it comes.
#[derive(Debug)]
pub(in super::super) struct Feed {
    span: Span,
    wants_quotes: bool,
    takes_delayed: bool,
    lines: BTreeMap<Symbol, Line>,
    staleness: Staleness,
    queue: VecDeque<StreamEvent>,
}

#[derive(Debug, Default)]
struct Line {
    bars: BarLine,
    quotes: QuoteLine,
    /// When data last came, seconds of our clock.
    last: f64,
    /// Whether the data is live; unknown until the broker says so.
    verdict: Option<Result<(), String>>,
}

impl Feed {
    /// Data of some symbols, of which none has come.
    pub(in super::super) fn new(span: Span, symbols: &[Symbol], wants_quotes: bool, takes_delayed: bool) -> Self {
        let lines = symbols.iter().map(|symbol| (symbol.clone(), Line::default())).collect();
        let (staleness, queue) = (Staleness::default(), VecDeque::new());
        Self { span, wants_quotes, takes_delayed, lines, staleness, queue }
    }

    /// What has come since the last call.
    pub(in super::super) fn drain(&mut self) -> Vec<StreamEvent> {
        self.queue.drain(..).collect()
    }

    /// The answer to a subscription of bars.
    pub(in super::super) fn bars(&mut self, symbol: &Symbol, rows: &[IbkrBar], now: Moment) {
        let Some(line) = self.lines.get_mut(symbol) else { return };
        let bars = line.bars.batch(&self.span, rows, now.time);
        self.push_bars(symbol, bars);
        self.came(symbol, now);
        self.clear(Some(symbol), &Cause::Feed, now.time);
    }

    /// A change of the last bar.
    pub(in super::super) fn bar(&mut self, symbol: &Symbol, row: &IbkrBar, now: Moment) {
        let Some(line) = self.lines.get_mut(symbol) else { return };
        let bars = line.bars.update(&self.span, row, now.time);
        self.push_bars(symbol, bars);
        self.came(symbol, now);
    }

    /// A tick of the book, or of what kind the data is.
    pub(in super::super) fn tick(&mut self, symbol: &Symbol, tick: &TickTypes, now: Moment) {
        if let TickTypes::MarketDataType(kind) = tick {
            self.data_type(symbol, *kind, now);
            return;
        }
        let Some(line) = self.lines.get_mut(symbol) else { return };
        let top = match line.quotes.take(tick, now.time) {
            Tick::Other => return,
            Tick::Live(top) => {
                // What ticks live is live, whether it was announced or not.
                line.verdict.get_or_insert(Ok(()));
                self.clear(None, &Cause::Competing, now.time);
                top
            }
            Tick::Delayed(top) => {
                self.not_live(symbol, "10167 delayed market data is sent", now);
                if !self.takes_delayed {
                    return;
                }
                top
            }
        };
        self.came(symbol, now);
        if let Some(top) = top.filter(|_| self.wants_quotes) {
            self.push_quote(symbol, top);
        }
    }

    /// Something was said about the data of a symbol.
    pub(in super::super) fn notice(&mut self, symbol: &Symbol, code: i32, text: &str, now: Moment) {
        let said = format!("{code} {text}");
        match effect(code) {
            Some(Effect::NotLive) => self.not_live(symbol, &said, now),
            Some(Effect::Competing) => self.competing(&said, now.time),
            _ => {}
        }
    }

    /// The subscription of a symbol ended, for this reason.
    pub(in super::super) fn ended(&mut self, symbol: &Symbol, reason: &str, now: Moment) {
        self.set(Some(symbol), Cause::Feed, reason, now.time);
    }

    /// Another session has the data.
    pub(in super::super) fn competing(&mut self, reason: &str, time: Timestamp) {
        self.set(None, Cause::Competing, reason, time);
    }

    /// The venue cannot be reached.
    pub(in super::super) fn link_lost(&mut self, reason: &str, time: Timestamp) {
        self.set(None, Cause::Link, reason, time);
    }

    /// It can be reached again.
    pub(in super::super) fn link_restored(&mut self, time: Timestamp) {
        self.clear(None, &Cause::Link, time);
    }

    /// A new connection was made: subscriptions and farms begin anew.
    pub(in super::super) fn connected(&mut self, time: Timestamp) {
        self.staleness.forget_farms();
        let symbols: Vec<Symbol> = self.lines.keys().cloned().collect();
        for symbol in symbols {
            self.clear(Some(&symbol), &Cause::Farm, time);
        }
    }

    /// A farm has gone.
    pub(in super::super) fn farm_broken(&mut self, farm: &str, at: f64) {
        self.staleness.farm_broken(farm, at);
    }

    /// A farm is there.
    pub(in super::super) fn farm_well(&mut self, farm: &str, time: Timestamp) {
        if self.staleness.farm_well(farm) {
            let symbols: Vec<Symbol> = self.lines.keys().cloned().collect();
            for symbol in symbols {
                self.clear(Some(&symbol), &Cause::Farm, time);
            }
        }
    }

    /// Time has passed.
    pub(in super::super) fn pass(&mut self, now: Moment) {
        let mut whole = Vec::new();
        for (symbol, line) in &mut self.lines {
            whole.extend(line.bars.tick(now.time).map(|bar| (symbol.clone(), bar)));
        }
        for (symbol, bar) in whole {
            self.push_bars(&symbol, vec![bar]);
        }
        let Some((farm, since)) = self.staleness.farm_overdue(now.at) else { return };
        let reason = format!("2103 market data farm {farm} is gone for 30 s");
        let silent: Vec<Symbol> = self
            .lines
            .iter()
            .filter(|(_, line)| line.last <= since)
            .map(|(symbol, _)| symbol.clone())
            .collect();
        for symbol in silent {
            self.set(Some(&symbol), Cause::Farm, &reason, now.time);
        }
    }

    /// Why data of some symbols is not live; and whether the broker has told of all.
    pub(in super::super) fn verdict(&self) -> (Vec<String>, bool) {
        let refused = self.lines.iter().filter_map(|(symbol, line)| match &line.verdict {
            Some(Err(reason)) => Some(format!("{symbol}: {reason}")),
            _ => None,
        });
        (refused.collect(), self.lines.values().all(|line| line.verdict.is_some()))
    }

    /// Whether the broker has said what kind of data a symbol has.
    pub(in super::super) fn is_judged(&self, symbol: &Symbol) -> bool {
        self.lines.get(symbol).is_none_or(|line| line.verdict.is_some())
    }

    fn data_type(&mut self, symbol: &Symbol, kind: MarketDataType, now: Moment) {
        match kind {
            MarketDataType::Delayed | MarketDataType::DelayedFrozen => {
                let reason = format!("market data type {} (delayed)", kind as i32);
                self.not_live(symbol, &reason, now);
            }
            MarketDataType::Realtime | MarketDataType::Frozen => {
                if let Some(line) = self.lines.get_mut(symbol) {
                    line.verdict = Some(Ok(()));
                }
                self.clear(Some(symbol), &Cause::NotLive, now.time);
            }
            MarketDataType::Unknown => {}
        }
    }

    fn not_live(&mut self, symbol: &Symbol, reason: &str, now: Moment) {
        let Some(line) = self.lines.get_mut(symbol) else { return };
        line.verdict = Some(Err(reason.to_owned()));
        if !self.takes_delayed {
            self.set(Some(symbol), Cause::NotLive, reason, now.time);
        }
    }

    fn came(&mut self, symbol: &Symbol, now: Moment) {
        if let Some(line) = self.lines.get_mut(symbol) {
            line.last = now.at;
        }
        self.clear(Some(symbol), &Cause::Farm, now.time);
    }

    fn set(&mut self, symbol: Option<&Symbol>, cause: Cause, reason: &str, time: Timestamp) {
        self.queue.extend(self.staleness.set(symbol, cause, reason, time));
    }

    fn clear(&mut self, symbol: Option<&Symbol>, cause: &Cause, time: Timestamp) {
        self.queue.extend(self.staleness.clear(symbol, cause, time));
    }

    /// Newer editions of a bar that nobody has fetched take its place: the queue stays short.
    fn push_bars(&mut self, symbol: &Symbol, bars: Vec<Bar>) {
        let span = self.span.timeframe;
        for bar in bars {
            let waiting = self.queue.iter_mut().rev().find_map(|event| match event {
                StreamEvent::Bar { symbol: of, bar, .. } if of == symbol => Some(bar),
                _ => None,
            });
            match waiting {
                Some(old) if old.open_time == bar.open_time => *old = bar,
                _ => self.queue.push_back(StreamEvent::Bar { symbol: symbol.clone(), bar, span }),
            }
        }
    }

    fn push_quote(&mut self, symbol: &Symbol, top: BookTop) {
        let waiting = self.queue.iter_mut().rev().find_map(|event| match event {
            StreamEvent::Quote { symbol: of, top } if of == symbol => Some(top),
            _ => None,
        });
        match waiting {
            Some(old) => *old = top,
            None => self.queue.push_back(StreamEvent::Quote { symbol: symbol.clone(), top }),
        }
    }
}
