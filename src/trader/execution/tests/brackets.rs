//! Positions and what protects them.

use super::bench::{Bench, Placed};
use crate::config::{Bracket, Execution, Instrument, PassiveExecution, TwapExecution};
use crate::domain::{OrderId, OrderKind, TimeInForce};

fn bench(rule: &Execution) -> Bench {
    let bracket = Bracket { stop_loss_frac: Some(0.1), take_profit_frac: Some(0.2) };
    let instrument = Instrument { tick: 0.5, ..Instrument::default() };
    Bench::with(rule, Some(bracket), instrument)
}

fn stop(stop_price: f64) -> OrderKind {
    OrderKind::Stop { stop_price }
}

fn limit(limit_price: f64) -> OrderKind {
    OrderKind::Limit { limit_price }
}

fn open(bench: &Bench) -> Vec<(u64, f64, OrderKind)> {
    let open = bench.orders.iter().filter(|(_, order)| !order.is_over);
    open.map(|(id, order)| (id.0, order.request.signed_quantity(), order.request.kind)).collect()
}

fn order(bench: &Bench, id: u64) -> &Placed {
    &bench.orders[&OrderId(id)]
}

#[test]
fn an_entry_is_protected_when_it_is_filled() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 101.3);
    // 91.17 up, 121.56 up.
    assert_eq!(open(&bench), [(2, -10.0, stop(91.5)), (3, -10.0, limit(122.0))]);
    for id in [2, 3] {
        assert_eq!(order(&bench, id).request.protects, Some(OrderId(1)));
        assert_eq!(bench.time_in_force(id), TimeInForce::Gtc);
    }
    bench.timer(1);
    assert_eq!(bench.orders.len(), 3);
    assert_eq!(bench.pending("A"), 0.0, "protection is no intent");
}

#[test]
fn a_short_entry_is_protected_above() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", -10.0);
    bench.fill(1, 10.0, 100.3);
    // 110.33 down, 80.24 down.
    assert_eq!(open(&bench), [(2, 10.0, stop(110.0)), (3, 10.0, limit(80.0))]);
}

#[test]
fn a_part_of_an_entry_is_protected_once_the_rest_is_over() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 4.0, 100.0);
    assert_eq!(open(&bench).len(), 1);
    bench.end(1);
    assert_eq!(open(&bench), [(2, -4.0, stop(90.0)), (3, -4.0, limit(120.0))]);
}

#[test]
fn parts_are_protected_together_at_their_mean_price() {
    let mut bench = bench(&Execution::Twap(TwapExecution { duration_s: 10.0, parts: 2 }));
    bench.begin("A", 10.0);
    bench.fill(1, 5.0, 100.0);
    bench.timer(10);
    bench.fill(2, 5.0, 110.0);
    assert_eq!(open(&bench), [(3, -10.0, stop(94.5)), (4, -10.0, limit(126.0))]);
}

#[test]
fn adding_keeps_the_old_protection_until_the_new_one_is_due() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.begin("A", 10.0);
    assert_eq!((open(&bench).len(), bench.cancels()), (3, vec![]));
    bench.fill(4, 10.0, 120.0);
    assert_eq!(bench.cancels(), [2, 3]);
    bench.end(2);
    assert_eq!(bench.orders.len(), 4, "one of the old pair is open");
    bench.end(3);
    assert_eq!(open(&bench), [(5, -20.0, stop(99.0)), (6, -20.0, limit(132.0))]);
    assert_eq!(order(&bench, 5).request.protects, Some(OrderId(4)));
}

#[test]
fn nothing_is_sold_while_its_protection_is_open() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.begin("A", -4.0);
    assert_eq!((bench.cancels(), bench.orders.len()), (vec![2, 3], 3));
    bench.end(2);
    bench.end(3);
    assert_eq!(open(&bench), [(4, -4.0, OrderKind::Market)]);
    bench.fill(4, 4.0, 105.0);
    assert_eq!(open(&bench), [(5, -6.0, stop(90.0)), (6, -6.0, limit(120.0))]);
}

#[test]
fn what_the_protection_still_sells_is_not_sold_again() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.begin("A", -10.0);
    bench.fill(2, 7.0, 89.0);
    bench.end(2);
    bench.end(3);
    assert_eq!(open(&bench), [(4, -3.0, OrderKind::Market)]);
    bench.fill(4, 3.0, 89.0);
    bench.timer(1);
    assert!(open(&bench).is_empty());
}

#[test]
fn a_protective_fill_ends_what_still_adds() {
    let rule = Execution::Passive(PassiveExecution { wait_s: 100.0, offset_bps: 0.0 });
    let mut bench = bench(&rule);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.begin("A", 5.0);
    bench.fill(2, 10.0, 90.0);
    assert_eq!(bench.cancels(), [4]);
    assert_eq!(bench.pending("A"), 5.0, "until it is over");
    bench.end(4);
    assert_eq!(bench.pending("A"), 0.0);
    // The venue cancels the other one of the pair; if it does not, a timer later asks.
    assert_eq!(bench.cancels(), [4]);
    bench.timer(1);
    assert_eq!(bench.cancels(), [4, 3]);
    bench.end(3);
    bench.timer(2);
    bench.timer(3);
    assert_eq!((bench.orders.len(), bench.cancels().len()), (4, 2));
}

#[test]
fn refused_protection_is_tried_three_times() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.denials = 100;
    bench.fill(1, 10.0, 100.0);
    (1..10).for_each(|now_s| bench.timer(now_s));
    assert_eq!(100 - bench.denials, 6);
    // One of a pair is not enough: it is tried again as well.
    bench.denials = 0;
    bench.begin("A", 1.0);
    bench.denials = 1;
    bench.fill(2, 1.0, 100.0);
    assert_eq!(open(&bench), [(3, -11.0, limit(120.0))]);
    bench.timer(20);
    bench.end(3);
    assert_eq!(open(&bench).len(), 2);
}

#[test]
fn a_flip_is_protected_on_its_new_side() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.begin("A", -15.0);
    bench.end(2);
    bench.end(3);
    bench.fill(4, 15.0, 50.0);
    assert_eq!(open(&bench), [(5, 5.0, stop(55.0)), (6, 5.0, limit(40.0))]);
}

#[test]
fn clear_takes_the_protection_along() {
    let mut bench = bench(&Execution::Market);
    bench.begin("A", 10.0);
    bench.fill(1, 10.0, 100.0);
    bench.clear();
    assert_eq!(bench.cancels(), [2, 3]);
    bench.end(2);
    bench.end(3);
    bench.timer(1);
    assert!(open(&bench).is_empty());
}
