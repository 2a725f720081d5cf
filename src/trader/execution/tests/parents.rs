//! Replaced intents, refusals, cancels and late news.

use super::bench::Bench;
use crate::config::{Execution, PassiveExecution, TwapExecution};
use crate::domain::{OrderKind, TimeInForce};

fn passive() -> Execution {
    Execution::Passive(PassiveExecution { wait_s: 1000.0, offset_bps: 0.0 })
}

#[test]
fn a_new_intent_waits_for_the_orders_of_the_old_one() {
    let mut bench = Bench::new(&passive());
    bench.begin("A", 10.0);
    bench.begin("A", 6.0);
    assert_eq!((bench.quantities(), bench.cancels()), (vec![10.0], vec![1]));
    // What the old order still trades counts for the new intent.
    bench.fill(1, 2.0, 100.0);
    assert_eq!(bench.pending("A"), 4.0);
    bench.timer(1);
    assert_eq!(bench.cancels(), [1], "asked for a second ago");
    bench.timer(5);
    assert_eq!(bench.cancels(), [1, 1], "still not over");
    bench.end(1);
    assert_eq!(bench.quantities(), [10.0, 4.0]);
}

#[test]
fn an_intent_the_other_way_counts_nothing_of_the_old_one() {
    let mut bench = Bench::new(&passive());
    bench.begin("A", 10.0);
    bench.begin("A", -6.0);
    bench.fill(1, 10.0, 100.0);
    assert_eq!(bench.quantities(), [10.0, -6.0]);
}

#[test]
fn an_old_order_that_fills_it_all_leaves_nothing_to_do() {
    let mut bench = Bench::new(&passive());
    bench.begin("A", 10.0);
    bench.begin("A", 6.0);
    bench.fill(1, 10.0, 100.0);
    assert_eq!((bench.quantities(), bench.pending("A")), (vec![10.0], 0.0));
}

#[test]
fn nothing_and_no_number_only_end_the_old_intent() {
    for quantity in [0.0, f64::NAN, f64::INFINITY] {
        let mut bench = Bench::new(&passive());
        bench.begin("A", 10.0);
        bench.begin("A", quantity);
        assert_eq!(bench.cancels(), [1]);
        assert_eq!(bench.pending("A"), 10.0, "until it is over");
        bench.end(1);
        assert_eq!((bench.quantities(), bench.pending("A")), (vec![10.0], 0.0));
    }
}

#[test]
fn a_late_fill_takes_back_what_is_too_much() {
    let rule = Execution::Passive(PassiveExecution { wait_s: 10.0, offset_bps: 0.0 });
    let mut bench = Bench::new(&rule);
    bench.begin("A", 10.0);
    bench.timer(10);
    bench.end(1);
    assert_eq!(bench.quantities(), [10.0, 10.0]);
    bench.fill(1, 3.0, 100.0);
    assert_eq!(bench.cancels(), [1, 2], "3 and 10 are more than 10");
    bench.end(2);
    assert_eq!((bench.orders.len(), bench.pending("A")), (2, 0.0));
}

#[test]
fn a_late_fill_shrinks_the_parts_to_come() {
    let mut bench = Bench::new(&Execution::Twap(TwapExecution { duration_s: 10.0, parts: 2 }));
    bench.begin("A", 10.0);
    bench.end(1);
    bench.fill(1, 5.0, 100.0);
    bench.timer(10);
    assert_eq!(bench.quantities(), [5.0, 5.0]);
}

#[test]
fn a_refused_order_is_not_asked_for_again() {
    let mut bench = Bench::new(&Execution::Market);
    bench.denials = 1;
    bench.begin("A", 10.0);
    assert_eq!(bench.pending("A"), 0.0);
    bench.timer(1);
    bench.timer(2);
    assert_eq!((bench.wishes.len(), bench.orders.len()), (1, 0));
    bench.begin("A", 10.0);
    assert_eq!(bench.quantities(), [10.0]);
}

#[test]
fn an_order_that_waits_for_the_gate_is_not_asked_for_twice() {
    let mut bench = Bench::new(&passive());
    bench.is_gate_slow = true;
    bench.begin("A", 10.0);
    bench.timer(1);
    assert_eq!((bench.wishes.len(), bench.pending("A")), (1, 10.0));
    // It is sent after it has been replaced: canceled, and only then the new one goes out.
    bench.begin("A", 4.0);
    bench.answer();
    bench.is_gate_slow = false;
    bench.timer(2);
    assert_eq!((bench.quantities(), bench.cancels()), (vec![10.0], vec![1]));
    bench.end(1);
    assert_eq!(bench.quantities(), [10.0, 4.0]);
}

#[test]
fn clear_cancels_all_and_starts_nothing_again() {
    let mut bench = Bench::new(&Execution::Twap(TwapExecution { duration_s: 10.0, parts: 2 }));
    bench.begin("A", 10.0);
    bench.begin("B", -4.0);
    bench.clear();
    assert_eq!(bench.cancels(), [1, 2]);
    bench.end(1);
    bench.timer(3);
    assert_eq!(bench.cancels(), [1, 2]);
    bench.timer(20);
    assert_eq!((bench.orders.len(), bench.cancels()), (2, vec![1, 2, 2]));
    bench.end(2);
    assert_eq!((bench.pending("A"), bench.pending("B")), (0.0, 0.0));
    bench.begin("A", 3.0);
    assert_eq!(bench.quantities(), [5.0, -2.0, 1.5]);
}

#[test]
fn what_is_urgent_is_sent_at_once_whatever_the_rule() {
    let mut bench = Bench::new(&Execution::Twap(TwapExecution { duration_s: 10.0, parts: 2 }));
    bench.begin("A", 10.0);
    bench.begin_at_once("A", -4.0);
    assert_eq!((bench.quantities(), bench.cancels()), (vec![5.0], vec![1]));
    bench.end(1);
    assert_eq!(bench.sent()[1..], [(-4.0, OrderKind::Market)]);
    assert_eq!(bench.time_in_force(2), TimeInForce::Bar);
}

#[test]
fn symbols_do_not_wait_for_each_other() {
    let mut bench = Bench::new(&passive());
    bench.begin("A", 10.0);
    bench.begin("B", 10.0);
    bench.begin("A", 5.0);
    assert_eq!(bench.cancels(), [1]);
    assert_eq!(bench.pending("B"), 10.0);
}
