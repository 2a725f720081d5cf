//! Halts and peaks survive every restart.

use super::*;
use crate::base::{Rng, SeedStream};

const SEEDS: u64 = 500;

/// What happens to a gate, to be done to several.
#[derive(Debug, Clone)]
enum Fact {
    Value(f64),
    Rejected,
    Compared(bool),
    Signal(bool),
    Filled(f64),
    Order(u64, f64),
    Halt(HaltCause, bool),
    Resume,
}

fn random_fact(rng: &mut Rng, number: u64, equity: &mut f64) -> Fact {
    match rng.below(40) {
        0..12 => {
            *equity *= 1.0 + 0.01 * rng.normal();
            Fact::Value(*equity)
        }
        12..16 => Fact::Rejected,
        16..20 => Fact::Compared(rng.below(2) == 0),
        20..24 => Fact::Signal(rng.below(2) == 0),
        24..30 => Fact::Filled([1.0, -1.0, 2.0, -2.0][rng.below(4)]),
        30..37 => Fact::Order(number, (rng.uniform() - 0.5) * 20.0),
        37 => Fact::Halt(HaltCause::ALL[rng.below(12)], rng.below(2) == 0),
        38 => Fact::Resume,
        _ => Fact::Value(f64::NAN),
    }
}

fn apply(gate: &mut RiskGate, fact: &Fact, now: Timestamp) {
    let spy = symbol("SPY");
    match *fact {
        Fact::Value(equity) => drop(gate.value(now, equity)),
        Fact::Rejected => drop(gate.rejected(now)),
        Fact::Compared(differs) => drop(gate.compared(now, differing(differs))),
        Fact::Signal(is_good) => drop(gate.signal_was(now, is_good)),
        Fact::Filled(signed) => drop(gate.filled(&fill(signed, now))),
        Fact::Order(id, signed) => drop(gate.review(order(id, signed), &mut book(3.0), now)),
        Fact::Halt(cause, whole) => drop(gate.halt(cause, (!whole).then_some(&spy), now)),
        Fact::Resume => gate.resume(now),
    }
}

fn again(state: &RiskState) -> RiskState {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

/// A gate that lives through, one that is killed at random moments, and one that is rebuilt from the beginning with a
/// state that was kept too early.
fn check(seed: u64) {
    let mut rng = SeedStream::new(seed).child("restart").rng();
    let limits = RiskLimits {
        round_trips_per_hour_max: Some(2),
        reconcile_gap_s_max: Some(5.0),
        ..all_limits()
    };
    let mut through = gate(limits.clone());
    let mut killed = gate(limits.clone());
    let mut facts = Vec::new();
    let mut kept = Vec::new();
    let (mut time, mut equity, mut restarts) = (0.0, 1e4, 0);
    for number in 0..200 {
        time += [1.0, 10.0, 4000.0, 40_000.0][rng.below(4)] * rng.uniform();
        let fact = random_fact(&mut rng, number, &mut equity);
        let before = through.state().clone();
        apply(&mut through, &fact, at(time));
        apply(&mut killed, &fact, at(time));
        if !matches!(fact, Fact::Resume) {
            for halt in before.halts() {
                let is_over = halt.cause == HaltCause::DailyLoss && matches!(fact, Fact::Value(_));
                assert!(is_over || through.state().halts().contains(halt), "seed {seed}: {fact:?}");
            }
        }
        facts.push((fact, at(time)));
        kept.push(again(through.state()));
        if rng.below(10) == 0 {
            restarts += 1;
            killed = RiskGate::try_new(&limits, &market(), again(killed.state())).unwrap();
        }
        assert_eq!(killed.state(), through.state(), "seed {seed}, fact {number}");
        assert_eq!(killed.trading_state(), through.trading_state());
    }
    assert!(restarts > 0);
    // Rebuilt from the ledger, then handed a state from before the end.
    let mut rebuilt = gate(limits.clone());
    for (fact, time) in &facts {
        apply(&mut rebuilt, fact, *time);
    }
    let _ = rebuilt.carry(kept[rng.below(kept.len())].clone());
    assert_eq!(rebuilt.state(), through.state(), "seed {seed}: rebuilt");
    let _ = rebuilt.carry(RiskState::default());
    assert_eq!(rebuilt.state(), through.state(), "seed {seed}: nothing was kept");
}

// fault: halted_last_time
#[test]
fn no_restart_resumes() {
    for seed in 0..SEEDS {
        check(seed);
    }
}

// fault: halted_last_time
#[test]
fn each_halt_denies_after_a_restart() {
    for cause in HaltCause::ALL {
        let mut first = gate(RiskLimits::default());
        let _ = first.halt(cause, None, at(0.0));
        let carried = again(first.state());
        let mut second = RiskGate::try_new(first.limits(), &market(), carried).unwrap();
        let said = say(&mut second, order(1, 1.0), &mut book(0.0), at(9e6));
        assert!(said.starts_with("TRADING_"), "{cause}: {said}");
    }
}

#[test]
fn the_peak_survives() {
    let limits = RiskLimits { drawdown_frac_max: Some(0.1), ..RiskLimits::default() };
    let mut first = gate(limits.clone());
    let _ = first.value(at(0.0), 1e4);
    let mut second = RiskGate::try_new(&limits, &market(), again(first.state())).unwrap();
    assert_eq!(second.value(at(1.0), 9_001.0), []);
    assert_eq!(second.value(at(2.0), 9_000.0).len(), 1);
}

// fault: restart_other_limits_of_account
#[test]
fn wider_limits_halt_and_tighter_ones_do_not() {
    let base = RiskLimits { gross_exposure_max: Some(1.0), ..RiskLimits::default() };
    let mut first = gate(base.clone());
    let _ = first.value(at(0.0), 1e4);
    let restart = |limits: &RiskLimits, state: &RiskState| {
        RiskGate::try_new(limits, &market(), again(state)).unwrap()
    };
    let tighter = RiskLimits { gross_exposure_max: Some(0.5), ..base.clone() };
    let wider = RiskLimits { gross_exposure_max: Some(1.5), ..base.clone() };
    let tight = restart(&tighter, first.state());
    assert_eq!(tight.trading_state(), TradingState::Active);
    assert_eq!(restart(&base, tight.state()).trading_state(), TradingState::Halted);
    assert_eq!(
        restart(&RiskLimits::default(), first.state()).trading_state(),
        TradingState::Halted
    );
    let mut wide = restart(&wider, first.state());
    assert_eq!(wide.state().halts()[0].cause, HaltCause::LimitsChanged);
    // Neither another restart nor the old limits lift it, a human does.
    assert_eq!(restart(&wider, wide.state()).trading_state(), TradingState::Halted);
    assert_eq!(restart(&base, wide.state()).trading_state(), TradingState::Halted);
    wide.resume(at(1.0));
    assert_eq!(restart(&wider, wide.state()).trading_state(), TradingState::Active);
}
