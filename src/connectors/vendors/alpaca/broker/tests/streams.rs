//! Bars and quotes: past, present, and after a break.

use std::collections::BTreeMap;

use super::bench::{approved, opened, options, symbol, wait_until};
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::stream::AlpacaStream;
use crate::connectors::vendors::alpaca::sim::{AlpacaSim, Fault, FaultKind, Moment, SimOptions};
use crate::domain::{Bar, OrderId, OrderRequest, Symbol, Timeframe};
use crate::ports::{Broker, MarketStream, StreamEvent};

#[derive(Default)]
struct Seen {
    bars: BTreeMap<(Timeframe, Symbol, Timestamp), Bar>,
    quotes: usize,
    words: Vec<&'static str>,
    notes: Vec<String>,
}

const MINUTE: Timeframe = Timeframe::Seconds(60);

impl Seen {
    fn poll(&mut self, stream: &mut AlpacaStream) {
        for event in stream.poll().unwrap() {
            match event {
                StreamEvent::Bar { symbol, bar, span } => {
                    self.bars.insert((span, symbol, bar.open_time), bar);
                }
                StreamEvent::Quote { top, .. } => {
                    assert!(top.is_sound());
                    self.quotes += 1;
                }
                StreamEvent::Stale { .. } => self.words.push("stale"),
                StreamEvent::Fresh { .. } => self.words.push("fresh"),
                StreamEvent::Note { text, .. } => self.notes.push(text),
            }
        }
    }

    fn has_note(&self, start: &str) -> bool {
        self.notes.iter().any(|note| note.starts_with(start))
    }

    fn of(&self, span: Timeframe, name: &str) -> Vec<&Bar> {
        let wanted = |key: &&(Timeframe, Symbol, Timestamp)| key.0 == span && key.1 == symbol(name);
        self.bars.keys().filter(wanted).map(|key| &self.bars[key]).collect()
    }

    /// Whether pieces follow each other without a hole.
    fn is_whole(&self) -> bool {
        let follows = |pair: &[&Bar]| pair[0].available_at == pair[1].open_time;
        ["SPY", "QQQ"].iter().all(|name| self.of(MINUTE, name).windows(2).all(follows))
    }

    /// Pieces follow each other without a hole and are what the market printed.
    fn check(&mut self, sim: &AlpacaSim, stream: &mut AlpacaStream) {
        wait_until(|| {
            self.poll(stream);
            self.is_whole()
        });
        for name in ["SPY", "QQQ"] {
            let pieces = self.of(MINUTE, name);
            for piece in pieces {
                let truth = sim.with_house(|house| {
                    house.market().bar(&symbol(name), piece.open_time, piece.available_at).unwrap()
                });
                assert_eq!((piece.open, piece.close), (truth.open, truth.close), "{name}");
            }
        }
    }
}

#[test]
fn history_pieces_and_quotes() {
    let sim = AlpacaSim::start(SimOptions { speed: 200.0, ..options(7, Vec::new()) }).unwrap();
    let (_broker, mut stream) = opened(&sim, "s");
    let mut seen = Seen::default();
    wait_until(|| {
        seen.poll(&mut stream);
        seen.of(MINUTE, "QQQ").len() >= 12 && seen.quotes > 3
    });
    let whole = seen.of(Timeframe::Seconds(300), "SPY");
    // The last hour of the day before, and the first half hour of this one.
    assert!(whole.len() >= 18, "{}", whole.len());
    assert_eq!(whole[0].open_time.to_string(), "2024-01-09T20:00:00Z");
    assert_eq!(whole[11].available_at.to_string(), "2024-01-09T21:00:00Z");
    let end = whole.last().unwrap().available_at;
    assert!(seen.of(MINUTE, "SPY")[0].open_time <= end);
    seen.check(&sim, &mut stream);
    assert!(stream.venue_time().unwrap() >= end);
}

#[test]
fn a_break_leaves_no_hole() {
    for kind in [FaultKind::CloseSockets, FaultKind::Silence(600)] {
        let fault = Fault { kind, at: Moment::TimeS(150.0) };
        let sim = AlpacaSim::start(SimOptions { speed: 200.0, ..options(8, vec![fault]) }).unwrap();
        let (_broker, mut stream) = opened(&sim, "s");
        let mut seen = Seen::default();
        wait_until(|| {
            seen.poll(&mut stream);
            seen.words.contains(&"fresh") && seen.of(MINUTE, "SPY").len() >= 15
        });
        assert_eq!(seen.words[..2], ["stale", "fresh"]);
        assert!(seen.has_note("market data: the line is back after"), "{:?}", seen.notes);
        seen.check(&sim, &mut stream);
    }
}

#[test]
fn what_the_broker_has_to_say_comes_with_the_market_data() {
    let faults = vec![
        Fault { kind: FaultKind::UnknownStatus, at: Moment::Order(1) },
        Fault { kind: FaultKind::CloseSockets, at: Moment::TimeS(150.0) },
    ];
    let sim = AlpacaSim::start(SimOptions { speed: 200.0, ..options(11, faults) }).unwrap();
    let (mut broker, mut stream) = opened(&sim, "s");
    let time = stream.venue_time().unwrap();
    let order = OrderRequest::market(OrderId(1), symbol("SPY"), 1.0, time);
    broker.submit(approved(order)).unwrap();
    let mut seen = Seen::default();
    wait_until(|| {
        broker.poll().unwrap();
        seen.poll(&mut stream);
        seen.has_note("news of orders come again after")
    });
    for text in ["unknown status `held_by_the_moon`", "no news of orders come: "] {
        assert!(seen.has_note(text), "{text} in {:?}", seen.notes);
    }
    assert!(seen.notes.len() < 12, "{:?}", seen.notes);
}

// fault: half_open
#[test]
fn a_line_that_is_open_but_brings_nothing_is_given_up() {
    let fault = Fault { kind: FaultKind::StaleData(1000), at: Moment::TimeS(100.0) };
    let sim = AlpacaSim::start(SimOptions { speed: 200.0, ..options(9, vec![fault]) }).unwrap();
    let (_broker, stream) = opened(&sim, "s");
    let mut stream = stream.with_age(0.4);
    let mut seen = Seen::default();
    wait_until(|| {
        seen.poll(&mut stream);
        seen.words.contains(&"fresh") && seen.of(MINUTE, "SPY").len() >= 15
    });
    assert_eq!(seen.words[..2], ["stale", "fresh"]);
    seen.check(&sim, &mut stream);
}
