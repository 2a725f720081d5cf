//! Symbols that must be left alone: positions that are not the venue's, data in doubt, instruments that are gone.

use std::collections::BTreeSet;

use super::bench::{Bench, alerts, nothing, submits};
use crate::config::RiskLimits;
use crate::domain::{Fill, OrderRequest, Symbol};
use crate::ports::{BrokerEvent, BrokerSnapshot, RejectReason};
use crate::risk::{HaltCause, TradingState};
use crate::trader::{Alert, Command, Effect, Event};

fn limits() -> RiskLimits {
    RiskLimits { reconcile_gap_s_max: Some(30.0), ..RiskLimits::default() }
}

fn ready() -> Bench {
    let mut bench = Bench::with(&limits());
    bench.start();
    bench.warm();
    let time = bench.now();
    bench.snapshot(nothing(time));
    // From the first decision on the account is the ledger's.
    trade(&mut bench, 1, None);
    bench
}

/// What became of some decisions whose orders the venue refused.
#[derive(Debug, Default)]
struct Traded {
    sent: Vec<OrderRequest>,
    denied: BTreeSet<(Symbol, &'static str)>,
}

impl Traded {
    fn symbols(&self) -> BTreeSet<&Symbol> {
        self.sent.iter().map(|order| &order.symbol).collect()
    }

    fn was_denied(&self, symbol: &Symbol, code: &'static str) -> bool {
        self.denied.contains(&(symbol.clone(), code))
    }
}

/// Decides on some rows; `lacks` has no bar on them.
fn trade(bench: &mut Bench, rows: usize, lacks: Option<&Symbol>) -> Traded {
    let mut traded = Traded::default();
    for _ in 0..rows {
        let mut row = bench.panel.rows[bench.next].clone();
        bench.next += 1;
        if let Some(index) = bench.panel.symbols.iter().position(|symbol| Some(symbol) == lacks) {
            row.bars[index] = None;
        }
        let effects = bench.give(Event::Bar(row));
        let orders = submits(&effects);
        for effect in &effects {
            let Effect::Decided(decision) = effect else { continue };
            for denied in &decision.denials {
                traded.denied.insert((denied.order.symbol.clone(), denied.denial.code()));
            }
        }
        for order in &orders {
            let (reason, time) = (RejectReason::NotTrading, bench.now());
            bench.news(BrokerEvent::Rejected { order_id: order.id, reason, time });
        }
        traded.sent.extend(orders);
    }
    traded
}

/// Some symbol is bought; the venue's account afterwards.
fn holding(bench: &mut Bench) -> (Symbol, BrokerSnapshot) {
    loop {
        let orders = bench.orders();
        let bought = orders.iter().find(|order| order.signed_quantity() > 0.0).cloned();
        for order in &orders {
            if Some(order.id) != bought.as_ref().map(|bought| bought.id) {
                let (reason, time) = (RejectReason::NotTrading, bench.now());
                bench.news(BrokerEvent::Rejected { order_id: order.id, reason, time });
            }
        }
        let Some(order) = bought else { continue };
        let index = bench.panel.symbols.iter().position(|s| *s == order.symbol).unwrap();
        let price = bench.engine.price(index).unwrap();
        let fill = Fill { price, ..super::bench::fill(&order, "x1", order.quantity) };
        bench.news(BrokerEvent::Filled(fill));
        let mut theirs = nothing(bench.now());
        theirs.account.cash = bench.engine.holdings().cash;
        theirs.account.positions.push((order.symbol.clone(), order.quantity));
        return (order.symbol, theirs);
    }
}

fn held(bench: &Bench, symbol: &Symbol) -> f64 {
    let index = bench.panel.symbols.iter().position(|s| s == symbol).unwrap();
    bench.engine.holdings().positions[index].quantity
}

fn mismatches(effects: &[Effect]) -> usize {
    alerts(effects).iter().filter(|alert| matches!(alert, Alert::Mismatch { .. })).count()
}

fn adopted(effects: &[Effect]) -> bool {
    alerts(effects).iter().any(|alert| matches!(alert, Alert::Adopted { .. }))
}

fn resume(bench: &mut Bench, by: &str) {
    let (by, time) = (by.to_owned(), bench.now());
    bench.give(Event::Command { command: Command::Resume, by, time });
}

/// A snapshot that says at its own time what was seen before.
fn again(bench: &mut Bench, theirs: &BrokerSnapshot) -> Vec<Effect> {
    let time = bench.now();
    bench.snapshot(BrokerSnapshot { time, ..theirs.clone() })
}

// fault: position_mismatch
#[test]
fn position_mismatch_halts_that_symbol_is_never_traded_away_and_the_others_trade() {
    let mut bench = ready();
    let symbol = bench.panel.symbols[0].clone();
    let mut theirs = nothing(bench.now());
    theirs.account.positions.push((symbol.clone(), 7.0));
    let effects = again(&mut bench, &theirs);
    assert_eq!((mismatches(&effects), submits(&effects).len()), (1, 0));
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 0, "told once");
    let traded = trade(&mut bench, 30, None);
    assert!(!traded.symbols().contains(&symbol), "{traded:?}");
    assert!(traded.symbols().len() == 2 && traded.was_denied(&symbol, "POSITION_DIFFERS"));
    // Beyond the limit it is a halt, which the two agreeing again does not lift.
    let effects = again(&mut bench, &theirs);
    let halt = Alert::Halted { cause: HaltCause::ReconcileGap, symbol: Some(symbol.clone()) };
    assert!(alerts(&effects).contains(&&halt), "{effects:?}");
    let time = bench.now();
    bench.snapshot(nothing(time));
    assert!(bench.engine.is_halted(&symbol));
    assert_eq!(bench.engine.trading_state(), TradingState::Active);
    assert!(!trade(&mut bench, 30, None).symbols().contains(&symbol));
    resume(&mut bench, "cli");
    bench.snapshot(nothing(time));
    assert!(trade(&mut bench, 30, None).symbols().contains(&symbol));
}

// fault: split_overnight
#[test]
fn split_overnight_is_left_alone_until_a_human_confirms_and_then_taken_over() {
    let mut bench = ready();
    let (symbol, mut theirs) = holding(&mut bench);
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 0);
    let ours = held(&bench, &symbol);
    theirs.account.positions[0].1 *= 2.0;
    bench.restart();
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 1);
    let traded = trade(&mut bench, 30, None);
    assert!(!traded.symbols().contains(&symbol) && !traded.sent.is_empty(), "{traded:?}");
    assert_eq!(held(&bench, &symbol), ours);
    resume(&mut bench, "cli");
    assert_eq!(held(&bench, &symbol), ours, "only the venue's answer counts");
    assert!(adopted(&again(&mut bench, &theirs)));
    assert_eq!(held(&bench, &symbol), 2.0 * ours);
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 0);
    assert!(trade(&mut bench, 30, None).symbols().contains(&symbol));
    // The next process finds it so.
    bench.restart();
    assert_eq!(held(&bench, &symbol), 2.0 * ours);
}

// fault: split_overnight
#[test]
fn a_resume_from_before_the_start_confirms_only_what_was_told_before() {
    let mut bench = ready();
    let (symbol, mut theirs) = holding(&mut bench);
    theirs.account.positions[0].1 *= 2.0;
    bench.restart();
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 1);
    resume(&mut bench, Command::BEFORE_START);
    assert!(!adopted(&again(&mut bench, &theirs)), "nobody had seen it");
    assert!(!trade(&mut bench, 30, None).symbols().contains(&symbol));
    bench.restart();
    assert_eq!(mismatches(&again(&mut bench, &theirs)), 1, "told again by each process");
    resume(&mut bench, Command::BEFORE_START);
    assert!(adopted(&again(&mut bench, &theirs)));
}

// fault: position_mismatch
#[test]
fn a_position_that_changed_after_it_was_confirmed_is_told_anew() {
    let mut bench = ready();
    let (symbol, mut theirs) = holding(&mut bench);
    let ours = held(&bench, &symbol);
    theirs.account.positions[0].1 = 2.0 * ours;
    again(&mut bench, &theirs);
    resume(&mut bench, "cli");
    theirs.account.positions[0].1 = 3.0 * ours;
    let effects = again(&mut bench, &theirs);
    assert_eq!((mismatches(&effects), adopted(&effects)), (1, false));
    assert_eq!(held(&bench, &symbol), ours);
}

// fault: symbol_change
#[test]
fn symbol_change_leaves_the_old_name_alone_and_sells_nothing() {
    let mut bench = ready();
    let (symbol, mut theirs) = holding(&mut bench);
    theirs.account.positions[0].0 = "RENAMED".parse().unwrap();
    let effects = again(&mut bench, &theirs);
    let gone = |alert: &&Alert| matches!(alert, Alert::Mismatch { what, theirs, .. } if *what == symbol.to_string() && *theirs == 0.0);
    assert!(alerts(&effects).iter().any(gone), "{effects:?}");
    let traded = trade(&mut bench, 30, None);
    assert!(!traded.symbols().contains(&symbol) && !traded.sent.is_empty(), "{traded:?}");
}

// fault: delisting
#[test]
fn delisting_halts_that_symbol_once_and_the_others_trade() {
    let mut bench = ready();
    let symbol = bench.panel.symbols[1].clone();
    let unknown = |bench: &mut Bench| {
        let (time, detail) = (bench.now(), "the venue trades no such thing".to_owned());
        let symbol = bench.panel.symbols[1].clone();
        bench.give(Event::NotTraded { symbol, detail, time })
    };
    let effects = unknown(&mut bench);
    assert!(
        matches!(alerts(&effects)[..], [Alert::NotTraded { .. }, Alert::Halted { .. }]),
        "{effects:?}"
    );
    assert_eq!(alerts(&unknown(&mut bench)), Vec::<&Alert>::new());
    let traded = trade(&mut bench, 30, None);
    assert!(!traded.symbols().contains(&symbol) && !traded.sent.is_empty(), "{traded:?}");
    assert!(traded.was_denied(&symbol, "SYMBOL_HALTED"));
    bench.restart();
    assert!(bench.engine.is_halted(&symbol), "also after a restart");
}

fn stale(bench: &mut Bench, symbol: Option<&Symbol>, reason: &str) {
    let (symbol, reason, time) = (symbol.cloned(), reason.to_owned(), bench.now());
    bench.give(Event::Stale { symbol, reason, time });
}

fn fresh(bench: &mut Bench, symbol: Option<&Symbol>) {
    let (symbol, time) = (symbol.cloned(), bench.now());
    bench.give(Event::Fresh { symbol, time });
}

// fault: trading_halt
#[test]
fn trading_halt_luld_lets_a_position_be_left_and_none_be_entered() {
    let mut bench = ready();
    let (symbol, _) = holding(&mut bench);
    let ours = held(&bench, &symbol);
    stale(&mut bench, Some(&symbol), "trading is halted (LULD)");
    let traded = trade(&mut bench, 60, Some(&symbol));
    let of_symbol: Vec<&OrderRequest> =
        traded.sent.iter().filter(|order| order.symbol == symbol).collect();
    assert!(!of_symbol.is_empty(), "it may be left");
    for order in of_symbol {
        assert!(order.signed_quantity() < 0.0 && order.quantity <= ours, "{order:?}");
    }
    assert!(traded.symbols().len() > 1, "the others trade");
}

// fault: stale_leg
#[test]
fn stale_one_leg_of_a_pair_is_not_entered_until_its_data_is_good_again() {
    let mut bench = ready();
    let leg = bench.panel.symbols[0].clone();
    stale(&mut bench, Some(&leg), "2103 a farm of market data is gone");
    let traded = trade(&mut bench, 30, None);
    assert!(!traded.symbols().contains(&leg) && traded.was_denied(&leg, "DATA_IN_DOUBT"));
    assert_eq!(traded.symbols().len(), 2, "the others trade");
    // No bar of it, no wish for it.
    let traded = trade(&mut bench, 10, Some(&leg));
    assert!(!traded.symbols().contains(&leg) && traded.denied.is_empty());
    fresh(&mut bench, Some(&leg));
    assert!(trade(&mut bench, 30, None).symbols().contains(&leg));
}

// fault: stale_all
#[test]
fn data_of_all_in_doubt_enters_nothing_and_a_restart_hears_of_it_anew() {
    let mut bench = ready();
    stale(&mut bench, None, "10197 another session has the data");
    assert!(trade(&mut bench, 20, None).sent.is_empty());
    bench.restart();
    let time = bench.now();
    bench.snapshot(nothing(time));
    assert!(!trade(&mut bench, 20, None).sent.is_empty());
}
