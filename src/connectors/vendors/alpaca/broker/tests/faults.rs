//! Whatever goes wrong: what was told equals what happened.

use super::bench::Bench;
use crate::base::SeedStream;
use crate::connectors::simulated::brokerage::Brokerage;
use crate::connectors::vendors::alpaca::sim::{Fault, FaultKind, Moment, random_faults};
use crate::domain::OrderId;
use crate::ports::{Broker, BrokerEvent};

fn is_lost(event: &BrokerEvent) -> bool {
    matches!(event, BrokerEvent::LinkLost { .. })
}

/// Thirty orders of a seed, some of them canceled.
fn trade(bench: &mut Bench, seed: u64) {
    let mut chance = SeedStream::new(seed).child("orders").rng();
    let mut open: Vec<OrderId> = Vec::new();
    for _ in 0..12 {
        let side = if chance.below(3) == 0 { -1.0 } else { 1.0 };
        let quantity = [1.0, 7.0, 150.0, 260.0][chance.below(4)];
        let price = bench.price("SPY");
        match chance.below(4) {
            0 | 1 => drop(bench.market(side * quantity)),
            2 => drop(bench.limit(side * quantity, price + side * 3.0)),
            _ => open.push(bench.limit(quantity, price - 15.0)),
        }
        bench.poll_for(0.02);
        if chance.below(3) == 0
            && let Some(id) = open.pop()
        {
            // A cancel that is lost is asked for again by whoever wants it.
            drop(bench.broker.cancel(id));
        }
    }
    bench.settle();
}

fn check(kind: &FaultKind, at: Moment) -> Bench {
    let mut bench = Bench::new(5, vec![Fault { kind: kind.clone(), at }]);
    trade(&mut bench, 5);
    let arrived = bench.sim.with_house(|house| house.orders().count());
    assert!(arrived <= bench.ledger.sent.len() + 1, "{kind:?}");
    bench
}

// fault: report_repeated
#[test]
fn lost_doubled_swapped_and_late_updates_change_nothing() {
    for nth in [2, 5] {
        for kind in [
            FaultKind::DropUpdate,
            FaultKind::DuplicateUpdate,
            FaultKind::ReorderUpdate,
            FaultKind::DelayUpdate(200),
            FaultKind::UnknownEvent,
            FaultKind::Mute(150),
        ] {
            check(&kind, Moment::Update(nth));
        }
    }
}

// fault: unknown_message
#[test]
fn a_frame_that_cannot_be_read_breaks_the_link() {
    let bench = check(&FaultKind::MalformedUpdate, Moment::Update(3));
    assert!(bench.ledger.count(is_lost) >= 1);
}

// fault: submit_ambiguous
#[test]
fn requests_that_fail_are_never_sent_twice() {
    for kind in [
        FaultKind::TooMany(1),
        FaultKind::FailBefore,
        FaultKind::FailAfter,
        FaultKind::ResetBefore,
        FaultKind::ResetAfter,
        FaultKind::Hang,
    ] {
        let bench = check(&kind, Moment::Order(2));
        let names = bench.sim.with_house(|house| {
            let mut names: Vec<_> = house.orders().map(|r| r.order.reference.clone()).collect();
            names.sort();
            names
        });
        let mut once = names.clone();
        once.dedup();
        assert_eq!(names, once, "{kind:?}");
        let is_certain = matches!(kind, FaultKind::TooMany(_));
        assert_eq!(bench.ledger.not_sent.len(), usize::from(is_certain), "{kind:?}");
    }
}

// fault: reconnect
#[test]
fn sockets_come_back_and_all_is_compared() {
    for kind in [FaultKind::CloseSockets, FaultKind::Silence(700)] {
        let mut bench = check(&kind, Moment::Order(4));
        bench.poll_for(1.0);
        assert_eq!(bench.difference(), None);
        assert!(bench.ledger.count(is_lost) >= 1, "{}", bench.story());
        let restored = |e: &BrokerEvent| matches!(e, BrokerEvent::LinkRestored { .. });
        assert_eq!(bench.ledger.count(is_lost), bench.ledger.count(restored));
    }
}

// fault: unknown_words
#[test]
fn strange_words_are_kept_and_harm_nothing() {
    let bench = check(&FaultKind::UnknownStatus, Moment::Order(1));
    let notes = bench.broker.notes();
    assert!(notes.iter().any(|note| note == "unknown status `held_by_the_moon`"), "{notes:?}");
}

// fault: foreign_order
#[test]
fn what_others_do_is_in_the_account_and_in_no_event() {
    let foreign = FaultKind::ForeignOrder { symbol: "QQQ".to_owned(), quantity: 7.0 };
    let mut bench = check(&foreign, Moment::Order(2));
    let snapshot = bench.snapshot().unwrap();
    let held = snapshot.account.positions.iter().find(|(symbol, _)| symbol.as_str() == "QQQ");
    assert_eq!(held.map(|(_, quantity)| *quantity), Some(7.0));
    assert!(bench.ledger.fills.values().all(|fill| fill.symbol.as_str() == "SPY"));
    assert_eq!(snapshot.account.cash, bench.sim.with_house(Brokerage::cash));
}

// fault: over_fill
#[test]
fn more_than_was_asked_for_is_told() {
    let bench = check(&FaultKind::OverFill(13.0), Moment::Order(6));
    assert!(bench.ledger.fills.values().any(|fill| fill.quantity == 13.0), "{}", bench.story());
}

/// Seeds of six faults each; more of them with `RELEAT_TEST_SEEDS`.
// fault: everything_at_once
#[test]
fn random_faults_leave_no_difference() {
    let seeds = crate::base::variable("RELEAT_TEST_SEEDS").and_then(|text| text.parse().ok());
    for seed in 100..100 + seeds.unwrap_or(4) {
        let mut bench = Bench::new(seed, random_faults(seed, 6, 12));
        trade(&mut bench, seed);
    }
}
