//! What each rule asks for, and when.

use super::bench::{Bench, at, symbol, top};
use crate::config::{
    Execution, Instrument, PassiveExecution, PovExecution, TwapExecution, VwapExecution,
};
use crate::domain::{OrderKind, TimeInForce};

fn twap() -> Execution {
    Execution::Twap(TwapExecution { duration_s: 30.0, parts: 4 })
}

fn lots(lot: f64, notional_min: f64) -> Instrument {
    Instrument { lot, notional_min, ..Instrument::default() }
}

fn limit(limit_price: f64) -> OrderKind {
    OrderKind::Limit { limit_price }
}

#[test]
fn market_sends_all_at_once_for_one_bar() {
    let mut bench = Bench::new(&Execution::Market);
    bench.begin("A", -12.345_678);
    assert_eq!(bench.sent(), [(-12.345_678, OrderKind::Market)]);
    assert_eq!(bench.time_in_force(1), TimeInForce::Bar);
    assert_eq!(bench.pending("A"), -12.345_678);
    // What the bar did not fill is gone.
    bench.fill(1, 2.0, 100.0);
    bench.end(1);
    bench.timer(1000);
    assert_eq!((bench.orders.len(), bench.pending("A")), (1, 0.0));
}

#[test]
fn twap_sends_equal_parts_on_time() {
    let mut bench = Bench::new(&twap());
    bench.begin("A", 100.0);
    for (now_s, parts) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (29, 3), (30, 4), (99, 4)] {
        bench.timer(now_s);
        assert_eq!(bench.quantities(), vec![25.0; parts], "after {now_s} s");
    }
    assert_eq!(bench.time_in_force(1), TimeInForce::Day);
    assert_eq!(bench.pending("A"), 100.0);
}

#[test]
fn twap_catches_up_what_was_missed_or_failed() {
    let mut bench = Bench::new(&twap());
    bench.begin("A", 100.0);
    bench.timer(25);
    assert_eq!(bench.quantities(), [25.0, 50.0]);
    bench.fill(1, 10.0, 100.0);
    bench.end(1);
    bench.denials = 1;
    bench.timer(26);
    assert_eq!(bench.quantities(), [25.0, 50.0]);
    bench.timer(30);
    assert_eq!(bench.quantities(), [25.0, 50.0], "the gate refused 40");
    bench.fill(2, 50.0, 100.0);
    bench.timer(31);
    assert_eq!(bench.pending("A"), 0.0);
}

#[test]
fn twap_counts_in_lots_and_sends_no_dust() {
    let mut bench = Bench::with(&twap(), None, lots(10.0, 0.0));
    bench.begin("A", 109.0);
    (0..=30).for_each(|now_s| bench.timer(now_s));
    assert_eq!(bench.quantities(), [20.0, 30.0, 20.0, 30.0]);
    // At 100 a piece, less than 30 are too small; what would be left behind goes along.
    let mut bench = Bench::with(&twap(), None, lots(1.0, 3000.0));
    bench.begin("A", 100.0);
    (0..=30).for_each(|now_s| bench.timer(now_s));
    assert_eq!(bench.quantities(), [50.0, 50.0]);
    let mut bench = Bench::with(&twap(), None, lots(1.0, 3000.0));
    bench.begin("A", 29.0);
    (0..=30).for_each(|now_s| bench.timer(now_s));
    assert_eq!((bench.quantities(), bench.pending("A")), (vec![], 0.0));
}

#[test]
fn vwap_follows_the_usual_volume() {
    let rule = Execution::Vwap(VwapExecution { duration_s: 180.0, parts: 3, window: 2 });
    let mut bench = Bench::new(&rule);
    for (minute, volume) in [(1, 900.0), (1, 100.0), (1, 300.0), (2, 400.0), (3, 100.0), (4, 700.0)]
    {
        // Parts last 90 s: minutes 1 and half of 2, then the rest of 2 and 3, then 4 and half of 5.
        bench.executor.observe(&symbol("A"), at(60 * minute), volume);
    }
    bench.begin("A", 400.0);
    [0, 89, 90, 179, 180].into_iter().for_each(|now_s| bench.timer(now_s));
    // 200 + 200, 200 + 100, 700 of 1400 in all.
    let expected = [400.0 * 4.0 / 14.0, 400.0 * 3.0 / 14.0, 200.0];
    for (found, expected) in bench.quantities().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{:?}", bench.quantities());
    }
    // Nothing known of B: even parts.
    bench.now_s = 0;
    bench.begin("B", 30.0);
    bench.timer(180);
    assert_eq!(bench.quantities()[3..], [10.0, 20.0]);
}

#[test]
fn pov_takes_its_share_and_the_rest_at_the_end() {
    let rule = Execution::Pov(PovExecution { participation_frac: 0.1, duration_s: 60.0 });
    let mut bench = Bench::new(&rule);
    bench.view("A").volume = 5000.0;
    bench.begin("A", 100.0);
    assert_eq!(bench.quantities(), [] as [f64; 0], "nothing has traded yet");
    for (now_s, volume, sent) in [(1, 5100.0, 1), (2, 5104.0, 1), (3, 5200.0, 2), (4, 5200.0, 2)] {
        bench.view("A").volume = volume;
        bench.timer(now_s);
        assert_eq!(bench.orders.len(), sent, "at {volume}");
    }
    assert_eq!(bench.quantities(), [10.0, 10.0]);
    bench.timer(60);
    assert_eq!(bench.quantities(), [10.0, 10.0, 80.0]);
    bench.timer(61);
    assert_eq!(bench.orders.len(), 3);
}

#[test]
fn passive_waits_at_its_side_then_crosses_with_the_rest() {
    let rule = Execution::Passive(PassiveExecution { wait_s: 30.0, offset_bps: 0.0 });
    let instrument = Instrument { tick: 0.05, ..Instrument::default() };
    let mut bench = Bench::with(&rule, None, instrument);
    bench.view("A").top = Some(top(99.98, 100.02));
    bench.begin("A", -10.0);
    assert_eq!(bench.sent(), [(-10.0, limit(100.05))]);
    assert_eq!(bench.time_in_force(1), TimeInForce::Day);
    bench.fill(1, 4.0, 100.05);
    bench.timer(29);
    assert_eq!((bench.orders.len(), bench.cancels()), (1, vec![]));
    bench.timer(30);
    assert_eq!((bench.orders.len(), bench.cancels()), (1, vec![1]));
    // A fill on the way to the cancel counts.
    bench.fill(1, 1.0, 100.05);
    bench.end(1);
    assert_eq!(bench.sent()[1..], [(-5.0, OrderKind::Market)]);
    bench.fill(2, 5.0, 99.9);
    bench.timer(60);
    assert_eq!((bench.orders.len(), bench.pending("A")), (2, 0.0));
}

#[test]
fn passive_crosses_early_if_nothing_can_wait() {
    let rule = Execution::Passive(PassiveExecution { wait_s: 30.0, offset_bps: 0.0 });
    let mut bench = Bench::new(&rule);
    bench.view("A").top = Some(top(99.0, 101.0));
    bench.begin("A", 10.0);
    bench.end(1);
    assert_eq!(bench.sent(), [(10.0, limit(99.0)), (10.0, OrderKind::Market)]);
    // Without any price there is no limit to wait at.
    let mut bench = Bench::new(&rule);
    bench.view("A").close = None;
    bench.begin("A", 10.0);
    bench.timer(1);
    assert_eq!(bench.sent(), [(10.0, OrderKind::Market)]);
}

#[test]
fn passive_offsets_stay_within_the_book() {
    let check = |offset_bps, quantity: f64, expected| {
        let rule = Execution::Passive(PassiveExecution { wait_s: 30.0, offset_bps });
        let mut bench = Bench::new(&rule);
        bench.view("A").top = Some(top(100.0, 101.0));
        bench.begin("A", quantity);
        assert_eq!(bench.sent(), [(quantity, limit(expected))]);
    };
    check(50.0, 1.0, 100.0 * 1.005);
    check(500.0, 1.0, 101.0);
    check(-50.0, 1.0, 100.0 * 0.995);
    check(50.0, -1.0, 101.0 * 0.995);
    check(500.0, -1.0, 100.0);
    check(-50.0, -1.0, 101.0 * 1.005);
}
