//! Orders of every kind on a good line.

use super::bench::{Bench, opened, symbol, wait_until};
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderKind, OrderRequest, TimeInForce};
use crate::ports::{Broker, BrokerEvent, OrderEnd};

fn is_accepted(event: &BrokerEvent) -> bool {
    matches!(event, BrokerEvent::Accepted { .. })
}

#[test]
fn orders_of_every_kind_end_as_the_venue_says() {
    let mut bench = Bench::new(1, Vec::new());
    let price = bench.price("SPY");
    bench.market(250.0);
    bench.market(0.25);
    let far = bench.limit(10.0, price - 20.0);
    bench.limit(150.0, price + 5.0);
    let stop = OrderKind::Stop { stop_price: price + 20.123 };
    let stop = bench.request(10.0, stop, TimeInForce::Day);
    bench.send(stop);
    let fok = bench.request(5.0, OrderKind::Limit { limit_price: price + 3.0 }, TimeInForce::Fok);
    bench.send(fok);
    let ioc = bench.request(5.0, OrderKind::Limit { limit_price: price - 30.0 }, TimeInForce::Ioc);
    let ioc = bench.send(ioc);
    let closing = bench.request(3.0, OrderKind::MarketOnClose, TimeInForce::Day);
    bench.send(closing);
    let huge = bench.market(1e7);
    let part = bench.request(0.5, OrderKind::Market, TimeInForce::Gtc);
    let part = bench.send(part);
    bench.settle();
    assert!(matches!(bench.ledger.ends.get(&huge), Some(OrderEnd::Rejected(_))));
    assert!(matches!(bench.ledger.ends.get(&part), Some(OrderEnd::Rejected(_))));
    assert_eq!(bench.ledger.ends.get(&ioc), Some(&OrderEnd::Canceled));
    bench.broker.cancel(far).unwrap();
    bench.settle();
    assert_eq!(bench.ledger.ends.get(&far), Some(&OrderEnd::Canceled));
    assert_eq!(bench.ledger.count(is_accepted), 8);
    // What is over cannot be canceled, and that is no failure.
    bench.broker.cancel(far).unwrap();
    bench.broker.cancel(OrderId(999)).unwrap();
    bench.poll();
    let refused = |e: &BrokerEvent| matches!(e, BrokerEvent::CancelRefused { .. });
    assert_eq!(bench.ledger.count(refused), 1);
    assert!(bench.broker.submit(super::bench::approved(OrderRequest::market(
        OrderId(1),
        symbol("SPY"),
        1.0,
        Timestamp::default()
    ))).is_err());
}

#[test]
fn the_two_exits_of_a_position_are_one_order() {
    for gain in [-1.0, 1.0] {
        let mut bench = Bench::new(2, Vec::new());
        let entry = bench.market(50.0);
        bench.settle();
        let price = bench.price("SPY");
        let far: (f64, f64) = if gain > 0.0 { (5.0, 300.0) } else { (25.0, 50.0) };
        let guard = OrderKind::Stop { stop_price: price - far.0 };
        let profit = OrderKind::Limit { limit_price: price + far.1 };
        let guard = bench.request(-50.0, guard, TimeInForce::Gtc);
        let guard = OrderRequest { protects: Some(entry), ..guard };
        let profit = bench.request(-50.0, profit, TimeInForce::Gtc);
        let profit = OrderRequest { protects: Some(entry), ..profit };
        let (guard, profit) = (bench.send(guard), bench.send(profit));
        bench.poll_for(0.1);
        let snapshot = bench.snapshot().unwrap();
        let open: Vec<_> = snapshot.open_orders.iter().map(|order| order.order_id).collect();
        assert_eq!(open, [Some(profit), Some(guard)], "{}", bench.story());
        bench.broker.cancel(guard).unwrap();
        bench.settle();
        for id in [guard, profit] {
            assert_eq!(bench.ledger.ends.get(&id), Some(&OrderEnd::Canceled), "{}", bench.story());
        }
    }
}

#[test]
fn a_protection_alone_leaves_with_the_next_call() {
    let mut bench = Bench::new(2, Vec::new());
    let entry = bench.market(20.0);
    bench.settle();
    let price = bench.price("SPY");
    let alone = |bench: &mut Bench| {
        let stop = OrderKind::Stop { stop_price: price - 10.0 };
        let stop = bench.request(-20.0, stop, TimeInForce::Gtc);
        bench.send(OrderRequest { protects: Some(entry), ..stop })
    };
    let stop = alone(&mut bench);
    assert_eq!(bench.sim.with_house(|house| house.orders().count()), 1);
    bench.poll();
    assert_eq!(bench.sim.with_house(|house| house.orders().count()), 2);
    bench.broker.cancel(stop).unwrap();
    bench.settle();
    // One that never left is canceled at once.
    let stop = alone(&mut bench);
    bench.broker.cancel(stop).unwrap();
    bench.settle();
    assert_eq!(bench.ledger.ends.get(&stop), Some(&OrderEnd::Canceled));
    assert_eq!(bench.sim.with_house(|house| house.orders().count()), 2);
}

#[test]
fn a_new_process_finds_everything_by_our_names() {
    let mut bench = Bench::new(3, Vec::new());
    let price = bench.price("SPY");
    bench.market(120.0);
    let open = bench.limit(10.0, price - 25.0);
    bench.settle();
    let (mut other, _) = opened(&bench.sim, "test");
    let snapshot = other.snapshot(Timestamp::default()).unwrap();
    let traded: f64 = snapshot.executions.iter().map(|fill| fill.quantity).sum();
    assert_eq!(traded, 120.0);
    let names = |fills: Vec<&str>| fills.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
    let told = names(bench.ledger.fills.keys().map(String::as_str).collect());
    assert_eq!(names(snapshot.executions.iter().map(|f| &*f.execution_id).collect()), told);
    assert_eq!(snapshot.open_orders[0].order_id, Some(open));
    assert!(snapshot.ended_orders.contains(&(OrderId(1), OrderEnd::Filled)));
    other.cancel(open).unwrap();
    bench.settle();
    assert_eq!(bench.ledger.ends.get(&open), Some(&OrderEnd::Canceled));
    // A session of another name owns none of it.
    let (mut stranger, _) = opened(&bench.sim, "tes");
    let snapshot = stranger.snapshot(Timestamp::default()).unwrap();
    assert!(snapshot.executions.is_empty() && snapshot.ended_orders.is_empty());
    assert_eq!(snapshot.account.positions, [(symbol("SPY"), 120.0)]);
}

#[test]
fn everything_of_ours_is_canceled_from_another_thread() {
    let mut bench = Bench::new(4, Vec::new());
    let price = bench.price("SPY");
    for number in 0..30 {
        bench.limit(1.0, price - 20.0 - f64::from(number));
    }
    let (mut other, _) = opened(&bench.sim, "other");
    let request = OrderRequest::market(OrderId(1), symbol("SPY"), 1.0, bench.sim.now());
    let kind = OrderKind::Limit { limit_price: price - 30.0 };
    let request = OrderRequest { kind, time_in_force: TimeInForce::Gtc, ..request };
    other.submit(super::bench::approved(request)).unwrap();
    let emergency = bench.broker.emergency();
    let canceled = std::thread::spawn(move || emergency.cancel_all()).join().unwrap();
    assert_eq!(canceled.unwrap(), 30);
    bench.settle();
    assert_eq!(bench.ledger.ends.len(), 30);
    let open = bench.sim.with_house(|house| {
        house.orders().filter(|record| record.status.is_open()).count()
    });
    assert_eq!(open, 1);
    wait_until(|| bench.broker.emergency().cancel_all() == Ok(0));
}
