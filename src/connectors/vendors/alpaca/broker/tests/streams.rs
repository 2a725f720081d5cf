//! Bars and quotes: past, present, and after a break.

use std::collections::BTreeMap;

use super::bench::{opened, options, symbol, wait_until};
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::stream::AlpacaStream;
use crate::connectors::vendors::alpaca::sim::{AlpacaSim, Fault, FaultKind, Moment, SimOptions};
use crate::domain::{Bar, Symbol, Timeframe};
use crate::ports::{MarketStream, StreamEvent};

#[derive(Default)]
struct Seen {
    bars: BTreeMap<(Timeframe, Symbol, Timestamp), Bar>,
    quotes: usize,
    words: Vec<&'static str>,
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
                StreamEvent::Note { .. } => self.words.push("note"),
            }
        }
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
        seen.check(&sim, &mut stream);
    }
}

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
