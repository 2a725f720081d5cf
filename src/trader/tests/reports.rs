//! What a venue can say of an order, in whatever order it says it, and what others do on the account.

use std::collections::BTreeSet;

use super::bench::{Bench, alerts, asks, fill, nothing, submits};
use crate::config::RiskLimits;
use crate::domain::{Fill, OrderRequest, Side};
use crate::ports::{BrokerEvent, OrderEnd, VenueOrder};
use crate::trader::{Alert, Effect, Event, OrderState};

fn held(bench: &Bench, order: &OrderRequest) -> f64 {
    let index = bench.engine.symbols().iter().position(|symbol| *symbol == order.symbol).unwrap();
    bench.engine.holdings().positions[index].quantity
}

// fault: fill_after_cancel
#[test]
fn a_fill_after_a_cancel_counts() {
    let (mut bench, orders) = Bench::sent();
    let (order, time) = (&orders[0], bench.now());
    let half = order.quantity / 2.0;
    bench.news(BrokerEvent::Canceled { order_id: order.id, time });
    let effects = bench.news(BrokerEvent::Filled(fill(order, "x1", half)));
    assert_eq!(alerts(&effects), Vec::<&Alert>::new(), "that is how venues are");
    assert_eq!(bench.state(order.id), OrderState::Canceled);
    assert_eq!(held(&bench, order), order.side.sign() * half);
    bench.news(BrokerEvent::Filled(fill(order, "x2", half)));
    assert_eq!(bench.state(order.id), OrderState::Filled);
    assert_eq!(held(&bench, order), order.signed_quantity());
}

// fault: fill_before_acceptance
#[test]
fn a_fill_before_the_acceptance_counts() {
    let (mut bench, orders) = Bench::sent();
    let (order, time) = (&orders[0], bench.now());
    bench.news(BrokerEvent::Filled(fill(order, "x1", order.quantity / 2.0)));
    let effects = bench.news(BrokerEvent::Accepted { order_id: order.id, time });
    assert_eq!(alerts(&effects), Vec::<&Alert>::new());
    assert_eq!(bench.state(order.id), OrderState::PartlyFilled);
    assert_eq!(held(&bench, order), order.signed_quantity() / 2.0);
}

// fault: partial_then_canceled
#[test]
fn a_part_counts_and_the_rest_is_canceled() {
    let (mut bench, orders) = Bench::sent();
    let (order, time) = (&orders[0], bench.now());
    bench.news(BrokerEvent::Accepted { order_id: order.id, time });
    bench.news(BrokerEvent::Filled(fill(order, "x1", order.quantity / 2.0)));
    bench.news(BrokerEvent::Canceled { order_id: order.id, time });
    let record = bench.engine.orders().find(|it| it.request.id == order.id).unwrap();
    assert_eq!((record.state, record.open_quantity()), (OrderState::Canceled, 0.0));
    assert_eq!(held(&bench, order), order.signed_quantity() / 2.0);
}

// fault: correction
#[test]
fn an_execution_that_is_taken_back_leaves_no_trace() {
    let (mut bench, orders) = Bench::sent();
    let order = &orders[0];
    let cash = bench.engine.holdings().cash;
    let traded = fill(order, "x1", order.quantity / 2.0);
    bench.news(BrokerEvent::Filled(traded.clone()));
    let right = Fill { quantity: 0.0, price: 0.0, cost: 0.0, ..traded.clone() };
    let bust = BrokerEvent::Corrected { execution_id: "x1".to_owned(), fill: right };
    for _ in 0..3 {
        bench.news(bust.clone());
        assert_eq!(held(&bench, order), 0.0);
        assert!((bench.engine.holdings().cash - cash).abs() < 1e-9);
    }
    bench.news(BrokerEvent::Filled(traded));
    assert_eq!(held(&bench, order), 0.0, "a late copy of it does not trade again");
}

// fault: commission_missing
#[test]
fn costs_that_do_not_come_within_a_minute_are_in_the_cash_of_the_venue() {
    let (mut bench, orders) = Bench::sent();
    let order = &orders[0];
    let traded = Fill { cost: 0.0, ..fill(order, "x1", order.quantity) };
    bench.news(BrokerEvent::Filled(traded.clone()));
    let time = bench.now().saturating_add_nanos(61_000_000_000);
    assert!(asks(&bench.give(Event::Timer { time })));
    let mut snapshot = nothing(time);
    snapshot.ended_orders =
        orders[1..].iter().map(|order| (order.id, OrderEnd::Canceled)).collect();
    snapshot.account.positions.push((order.symbol.clone(), traded.signed_quantity()));
    snapshot.account.cash -= traded.signed_quantity() * traded.price + 1.5;
    snapshot.executions.push(traded);
    let cash = snapshot.account.cash;
    let effects = bench.snapshot(snapshot);
    assert!(matches!(alerts(&effects)[..], [Alert::Mismatch { what, .. }] if what == "cash"));
    assert_eq!(bench.engine.holdings().cash, cash);
}

/// Whether orders went out on some rows, and the codes of those that did not.
fn trade(bench: &mut Bench) -> (bool, BTreeSet<&'static str>) {
    let (mut has_sent, mut denied) = (false, BTreeSet::new());
    for _ in 0..10 {
        let effects = bench.bar();
        has_sent |= !submits(&effects).is_empty();
        for effect in &effects {
            if let Effect::Decided(decision) = effect {
                denied.extend(decision.denials.iter().map(|denied| denied.denial.code()));
            }
        }
    }
    (has_sent, denied)
}

// fault: foreign_order
#[test]
fn orders_of_others_count_as_exposure() {
    let limits = RiskLimits { gross_exposure_max: Some(2.0), ..RiskLimits::default() };
    let mut bench = Bench::with(&limits);
    bench.start();
    bench.warm();
    let mut snapshot = nothing(bench.now());
    let price = bench.engine.price(0).unwrap();
    snapshot.open_orders.push(VenueOrder {
        order_id: None,
        symbol: bench.panel.symbols[0].clone(),
        side: Side::Buy,
        quantity: 3.0 * 100_000.0 / price,
        filled: 0.0,
    });
    let effects = bench.snapshot(snapshot);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Cancel(_))), "not ours");
    let (has_sent, denied) = trade(&mut bench);
    assert!(!has_sent && denied.contains("GROSS_EXPOSURE"), "{denied:?}");
    let time = bench.now();
    bench.snapshot(nothing(time));
    assert!(trade(&mut bench).0, "it is gone");
}
