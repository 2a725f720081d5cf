//! Signals that cannot be used: hold, and halt after three in a row.

use super::bench::{Bench, env, nothing, reason, submits};
use super::stage::{BARS_PER_YEAR, WARM_UP, engine_of, play_at};
use crate::base::Timestamp;
use crate::config::{Env, RiskLimits, Trade};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::MarketRow;
use crate::gym::fixtures::{PanelSpec, panel};
use crate::risk::TradingState;
use crate::signals::{DecisionPoint, Opinion, SignalError, SignalSource};
use crate::trader::{
    Alert, AtOnce, Effect, Event, Journal, Kept, LedgerError, LedgerHead, MarketVenue,
    MemoryJournal, NoDecision, Pace, Recording, Shell, Wake, play as play_rows,
};

/// Says the same of every row.
struct Says(fn() -> Result<Opinion, SignalError>);

impl SignalSource for Says {
    fn observe(&mut self, _: &MarketRow) {}

    fn signal(&mut self, _: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        (self.0)()
    }
}

fn limits() -> RiskLimits {
    RiskLimits { bad_signals_max: Some(3), ..RiskLimits::default() }
}

fn check(what: fn() -> Result<Opinion, SignalError>, expected: &NoDecision) {
    let mut bench = Bench::with(&limits());
    let settings = (&Trade::default(), &limits());
    bench.engine = engine_of(&bench.panel, &env(), settings, Box::new(Says(what)));
    bench.start();
    bench.warm();
    let time = bench.now();
    bench.snapshot(nothing(time));
    for miss in 1..=4 {
        let effects = bench.bar();
        assert_eq!(reason(&effects), Some(expected.clone()), "miss {miss}");
        assert!(submits(&effects).is_empty());
        let halted = if miss < 3 { TradingState::Active } else { TradingState::Halted };
        assert_eq!(bench.engine.trading_state(), halted, "miss {miss}");
    }
}

// fault: model_not_a_number
#[test]
fn three_signals_in_a_row_that_are_no_numbers_hold_and_halt() {
    let nan = || Err(SignalError::Action { time: Timestamp::MIN, action: 9, num_actions: 5 });
    check(nan, &NoDecision::BadSignal);
}

// fault: model_panics
#[test]
fn three_panics_of_a_lone_agent_in_a_row_hold_and_halt() {
    // An agent that panics is caught by the ensemble, which then has nobody left.
    let nobody = || {
        let failed = vec![("a".to_owned(), "it panicked".to_owned())];
        Ok(Opinion::NoQuorum { failed })
    };
    check(nobody, &NoDecision::NoQuorum);
}

/// Every decision takes longer than it may, but those of some rows.
struct Slow {
    rows: usize,
    in_time: fn(usize) -> bool,
}

impl Pace for Slow {
    fn wake(&mut self, _: Timestamp) -> Wake {
        self.rows += 1;
        Wake::Due
    }

    fn decision_s_max(&self) -> Option<f64> {
        if (self.in_time)(self.rows) { None } else { Some(0.0) }
    }
}

/// Decisions, late ones, orders that arrived at the venue, and whether trading is halted at the end.
fn play(in_time: fn(usize) -> bool) -> (usize, usize, usize, bool) {
    let panel = panel(&PanelSpec { missing_frac: 0.0, ..PanelSpec::default() });
    let env = Env { ..env() };
    let mut venue = SimulatedVenue::new(&env, BARS_PER_YEAR, &panel.symbols);
    let traded = WARM_UP..panel.rows.len();
    let mut pace = Slow { rows: 0, in_time };
    let settings = (&Trade::default(), &limits());
    let played = play_at(&panel, &env, traded, settings, (&mut venue, &mut pace)).unwrap();
    let effects = || played.record.rows.iter().flat_map(|(_, effects)| effects);
    let late = |effect: &&Effect| matches!(effect, Effect::Alert(Alert::DecisionLate { .. }));
    let halted = |effect: &Effect| matches!(effect, Effect::Alert(Alert::Halted { .. }));
    let decided = effects().filter(|effect| matches!(effect, Effect::Decided(_))).count();
    let late = effects().filter(late).count();
    let told = played.record.rows.iter().filter(|(e, _)| matches!(e, Event::DecisionLate { .. }));
    assert_eq!(told.count(), late);
    (decided, late, venue.truth().orders.len(), effects().any(halted))
}

// fault: model_late
#[test]
fn decisions_beyond_the_deadline_are_not_sent_and_the_third_in_a_row_halts() {
    assert_eq!(play(|_| false), (3, 3, 0, true));
    let (decided, late, arrived, is_halted) = play(|row| row % 3 == 0);
    assert!(decided > 20 && late > 10 && arrived > 0 && !is_halted, "two in a row are no halt");
}

/// A ledger that cannot be written from some row on.
struct Away {
    journal: MemoryJournal,
    from: u64,
}

impl Journal for Away {
    fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError> {
        let kept = self.journal.record(event, effects)?;
        Ok(if self.journal.head().rows < self.from { kept } else { Kept::Behind })
    }

    fn flush(&mut self) -> Result<Kept, LedgerError> {
        self.journal.flush()
    }

    fn head(&self) -> LedgerHead {
        self.journal.head()
    }
}

// fault: disk_full, database_gone
#[test]
fn ledger_that_cannot_be_written_lets_no_order_out_and_pauses_until_a_human_resumes() {
    let panel = panel(&PanelSpec { missing_frac: 0.0, ..PanelSpec::default() });
    let env = env();
    let settings = (&Trade::default(), &RiskLimits::default());
    let run = |from: u64| {
        let mut venue = SimulatedVenue::new(&env, BARS_PER_YEAR, &panel.symbols);
        let mut engine = super::stage::engine(&panel, &env, settings, &std::rc::Rc::default());
        let mut journal = Away { journal: MemoryJournal::new("test"), from };
        let mut record = super::stage::Record::default();
        let mut shell = Shell {
            engine: &mut engine,
            venue: &mut venue as &mut dyn MarketVenue,
            journal: &mut journal,
            pace: &mut AtOnce,
            watcher: &mut record,
        };
        let recording = Recording { panel: &panel, traded: WARM_UP..panel.rows.len() };
        let start = (panel.rows[0].time, crate::risk::RiskState::default());
        play_rows(&mut shell, &recording, 0, start).unwrap();
        (venue.truth().orders.len(), engine.is_paused(), record)
    };
    let (all, is_paused, _) = run(u64::MAX);
    assert!(all > 0 && !is_paused);
    let (arrived, is_paused, record) = run(1);
    assert!(arrived == 0 && is_paused, "{arrived} orders");
    let held_back = |(event, _): &&(Event, Vec<Effect>)| matches!(event, Event::SendFailed { detail, .. } if detail.contains("ledger"));
    assert!(record.rows.iter().filter(held_back).count() > 0);
    let decided = record.rows.iter().flat_map(|(_, effects)| effects);
    let sends = |effect: &&Effect| matches!(effect, Effect::Decided(d) if !d.orders.is_empty());
    assert_eq!(decided.filter(sends).count(), 1, "nothing new is decided");
}
