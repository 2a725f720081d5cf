//! Numbers worked by hand, failures, threads and restarts.

mod agents;
mod isolation;
mod methods;
mod quorum;
mod rooms;
mod scores;
mod slots;

use super::Ensemble;
use crate::base::{Timestamp, digest_bytes};
use crate::config::{EnsembleMethod, PositionRules, Trade};
use crate::domain::{Bar, MarketRow, Weights};
use crate::gym::{Holdings, PositionState, SlotCounts, Standing};
use crate::signals::{
    DecisionPoint, Joint, Opinion, Signal, SignalError, SignalSource, Target, Views,
};

/// A member that says what it is told to, and may panic on a row.
struct Puppet<F> {
    say: F,
    panics_at: Option<usize>,
    rows: usize,
}

impl<F> SignalSource for Puppet<F>
where
    F: FnMut(usize) -> Result<Opinion, SignalError>,
{
    fn observe(&mut self, _: &MarketRow) {
        self.rows += 1;
        assert_ne!(Some(self.rows), self.panics_at, "this row is too much");
    }

    fn signal(&mut self, _: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        (self.say)(self.rows)
    }
}

type Source = Box<dyn SignalSource + Send>;

/// A member that answers with what `say` makes of the rows that it has seen.
fn puppet(say: impl FnMut(usize) -> Result<Opinion, SignalError> + Send + 'static) -> Source {
    Box::new(Puppet { say, panics_at: None, rows: 0 })
}

fn weights(values: &[f64]) -> Target {
    Target::Weights(Weights::try_new(values.to_vec()).unwrap())
}

fn opinion(target: Target, confidence: f64, views: Option<Views>) -> Opinion {
    let signal = Signal {
        time: time(0),
        action: 2,
        target,
        confidence,
        value: 10.0 * confidence,
        observation: digest_bytes(b"seen"),
        views,
    };
    Opinion::Signal(Box::new(Joint::lone(signal, vec![true, false, true])))
}

/// A member that always says the same.
fn says(target: Target, confidence: f64) -> Source {
    puppet(move |_| Ok(opinion(target.clone(), confidence, None)))
}

fn ensemble(sources: Vec<Source>, trade: &Trade) -> Ensemble {
    of(sources, trade, None)
}

fn of(sources: Vec<Source>, trade: &Trade, slots: Option<SlotCounts>) -> Ensemble {
    let name = |index: usize| char::from(b'a' + index as u8).to_string();
    let named = sources.into_iter().enumerate().map(|(i, source)| (name(i), source)).collect();
    Ensemble::of_sources(named, slots, trade, 0.001).unwrap()
}

fn trade(ensemble: EnsembleMethod) -> Trade {
    Trade { ensemble, ..Trade::default() }
}

fn time(row: i64) -> Timestamp {
    Timestamp::from_seconds(1_262_304_000 + row * 86_400)
}

fn row(index: i64, closes: &[f64]) -> MarketRow {
    let bar = |close: &f64| {
        let (open_time, available_at) = (time(index), time(index));
        let (open, high, low, close) = (*close, *close, *close, *close);
        close.is_finite().then_some(Bar {
            open_time,
            available_at,
            open,
            high,
            low,
            close,
            volume: 1.0,
        })
    };
    MarketRow { time: time(index), bars: closes.iter().map(bar).collect() }
}

/// Asks an ensemble that looks at an account which holds these weights of two symbols.
fn ask(ensemble: &mut Ensemble, held: &[f64]) -> Opinion {
    let position = PositionState { weights: held.to_vec(), ..PositionState::flat(held.len()) };
    let holdings = Holdings::new(1000.0, held.len() - 1);
    let (prices, trading) = (vec![1.0; held.len() - 1], vec![true; held.len() - 1]);
    let standing = Standing {
        holdings: &holdings,
        rules: &PositionRules::default(),
        slots: None,
        prices: &prices,
        num_trades: 0,
        is_ruined: false,
    };
    let point = DecisionPoint {
        time: time(0),
        position: &position,
        standing: &standing,
        trading: &trading,
    };
    ensemble.signal(&point).unwrap()
}

fn joint(opinion: Opinion) -> Joint {
    match opinion {
        Opinion::Signal(joint) => *joint,
        other => panic!("expected a wish, found {other:?}"),
    }
}

const FLAT: [f64; 3] = [1.0, 0.0, 0.0];

fn assert_near(found: &[f64], expected: &[f64]) {
    let is_near = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
    assert!(is_near, "{found:?} != {expected:?}");
}

fn target_of(joint: &Joint) -> Vec<f64> {
    match &joint.signal.target {
        Target::Weights(weights) => weights.as_slice().to_vec(),
        other => panic!("expected weights, found {other:?}"),
    }
}

fn votes_of(joint: &Joint) -> Vec<f64> {
    joint.members.iter().map(|member| member.vote).collect()
}
