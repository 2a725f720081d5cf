//! The engine alone: events in, effects out.

use super::bench::{Bench, alerts, asks, cancels, fill, nothing, reason, submits};
use crate::domain::{Fill, OrderId, Side};
use crate::ports::{BrokerEvent, OrderEnd, RejectReason, VenueOrder};
use crate::risk::TradingState;
use crate::trader::{Alert, Command, Effect, Event, NoDecision, OrderState};

// fault: unreconciled
#[test]
fn nothing_is_sent_before_the_venue_was_compared() {
    let mut bench = Bench::new();
    assert!(asks(&bench.start()));
    bench.warm();
    for _ in 0..3 {
        let effects = bench.bar();
        assert_eq!(reason(&effects), Some(NoDecision::NotReconciled));
        assert!(submits(&effects).is_empty());
    }
    let time = bench.now();
    bench.snapshot(nothing(time));
    assert!(!bench.orders().is_empty());
}

// fault: submit_ambiguous
#[test]
fn an_order_without_an_answer_is_looked_up_and_never_sent_again() {
    let (mut bench, orders) = Bench::sent();
    let (order_id, time) = (orders[0].id, bench.now());
    let detail = "cut".to_owned();
    let effects = bench.give(Event::SendFailed { order_id, is_unknown: true, time, detail });
    assert!(asks(&effects) && submits(&effects).is_empty());
    assert_eq!(bench.state(order_id), OrderState::Unknown);
    let effects = bench.snapshot(nothing(time));
    let gone =
        |alert: &&Alert| matches!(alert, Alert::NeverArrived { order_id: id } if *id == order_id);
    assert_eq!(alerts(&effects).into_iter().filter(gone).count(), 1);
    assert_eq!(bench.state(order_id), OrderState::NotSent);
    assert!(submits(&effects).is_empty());
}

// fault: submit_ambiguous
#[test]
fn an_order_that_arrived_all_the_same_is_found_with_its_fills() {
    let (mut bench, orders) = Bench::sent();
    let (order, time) = (&orders[0], bench.now());
    let detail = "cut".to_owned();
    bench.give(Event::SendFailed { order_id: order.id, is_unknown: true, time, detail });
    let part = fill(order, "x1", order.quantity / 2.0);
    let others = orders[1..].iter().map(|order| (order.id, OrderEnd::Canceled)).collect();
    let mut snapshot = nothing(time);
    snapshot.open_orders.push(VenueOrder {
        order_id: Some(order.id),
        symbol: order.symbol.clone(),
        side: order.side,
        quantity: order.quantity,
        filled: part.quantity,
    });
    snapshot.account.cash -= part.signed_quantity() * part.price + part.cost;
    snapshot.account.positions.push((order.symbol.clone(), part.signed_quantity()));
    snapshot.executions.push(part.clone());
    snapshot.ended_orders = others;
    let effects = bench.snapshot(snapshot);
    assert_eq!(alerts(&effects), Vec::<&Alert>::new());
    assert_eq!(bench.state(order.id), OrderState::PartlyFilled);
    let cash = bench.engine.holdings().cash;
    bench.news(BrokerEvent::Filled(part));
    assert_eq!(bench.engine.holdings().cash, cash, "an execution counts once");
}

/// All of the first order trades, and the other orders end; the fill, and what a venue says that has charged `paid`.
fn traded_without_costs(bench: &mut Bench, paid: f64) -> (Fill, crate::ports::BrokerSnapshot) {
    let orders = bench.orders();
    let filled = Fill { cost: 0.0, ..fill(&orders[0], "x1", orders[0].quantity) };
    bench.news(BrokerEvent::Filled(filled.clone()));
    let mut snapshot = nothing(bench.now());
    snapshot.ended_orders =
        orders[1..].iter().map(|order| (order.id, OrderEnd::Canceled)).collect();
    snapshot.account.positions.push((filled.symbol.clone(), filled.signed_quantity()));
    snapshot.account.cash -= filled.signed_quantity() * filled.price + paid;
    (filled, snapshot)
}

// fault: commission_missing
#[test]
fn costs_that_the_venue_had_taken_before_they_were_told_count_once() {
    let mut bench = Bench::ready();
    let (filled, mut snapshot) = traded_without_costs(&mut bench, 1.5);
    // Its list of executions knows no costs, its cash does.
    snapshot.executions.push(filled.clone());
    let effects = bench.snapshot(snapshot.clone());
    assert!(matches!(alerts(&effects)[..], [Alert::Mismatch { what, .. }] if what == "cash"));
    let Fill { execution_id, time, .. } = filled;
    bench.news(BrokerEvent::CostKnown { execution_id: execution_id.clone(), cost: 1.5, time });
    assert_eq!(bench.engine.holdings().cash, snapshot.account.cash);
    // A correction of costs that came before is no news of the cash either.
    bench.news(BrokerEvent::CostKnown { execution_id, cost: 1.4, time });
    assert_eq!(bench.engine.holdings().cash, snapshot.account.cash);
}

// fault: commission_missing
#[test]
fn costs_are_taken_from_the_venues_list_where_they_were_never_told() {
    let mut bench = Bench::ready();
    let (filled, mut snapshot) = traded_without_costs(&mut bench, 1.5);
    snapshot.executions.push(Fill { cost: 1.5, ..filled.clone() });
    assert_eq!(alerts(&bench.snapshot(snapshot.clone())), Vec::<&Alert>::new());
    assert_eq!(bench.engine.holdings().cash, snapshot.account.cash);
    let Fill { execution_id, time, .. } = filled;
    bench.news(BrokerEvent::CostKnown { execution_id, cost: 1.5, time });
    assert_eq!(bench.engine.holdings().cash, snapshot.account.cash);
}

// fault: commission_missing
#[test]
fn costs_that_are_told_after_a_comparison_without_a_difference_count() {
    let mut bench = Bench::ready();
    let (filled, snapshot) = traded_without_costs(&mut bench, 0.0);
    assert_eq!(alerts(&bench.snapshot(snapshot.clone())), Vec::<&Alert>::new());
    let Fill { execution_id, time, .. } = filled;
    bench.news(BrokerEvent::CostKnown { execution_id, cost: 1.5, time });
    assert_eq!(bench.engine.holdings().cash, snapshot.account.cash - 1.5);
}

// fault: code_1100
#[test]
fn a_lost_link_stops_decisions_until_the_venue_was_compared() {
    let (mut bench, orders) = Bench::sent();
    let time = bench.now();
    for order in &orders {
        let reason = RejectReason::NotTrading;
        bench.news(BrokerEvent::Rejected { order_id: order.id, reason, time });
    }
    bench.news(BrokerEvent::LinkLost { time });
    assert_eq!(reason(&bench.bar()), Some(NoDecision::NotReconciled));
    assert!(asks(&bench.news(BrokerEvent::LinkRestored { time })));
    assert_eq!(reason(&bench.bar()), Some(NoDecision::NotReconciled));
    bench.snapshot(nothing(time));
    assert_eq!(reason(&bench.bar()), None);
}

#[test]
fn a_kill_cancels_everything_and_holds_until_a_human_resumes() {
    let (mut bench, orders) = Bench::sent();
    let effects = bench.command(Command::Kill);
    assert_eq!(cancels(&effects), orders.iter().map(|order| order.id).collect::<Vec<_>>());
    assert_eq!(bench.engine.trading_state(), TradingState::Halted);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::KeepRisk(_))));
    assert_eq!(reason(&bench.bar()), Some(NoDecision::Halted));
    let time = bench.now();
    orders.iter().for_each(|order| {
        bench.news(BrokerEvent::Canceled { order_id: order.id, time });
    });
    bench.command(Command::Resume);
    bench.snapshot(nothing(time));
    assert!(!bench.orders().is_empty());
}

#[test]
fn flattening_waits_for_the_cancels_and_closes_once() {
    let (mut bench, orders) = Bench::sent();
    let order = orders[0].clone();
    bench.news(BrokerEvent::Filled(fill(&order, "x1", order.quantity / 2.0)));
    let effects = bench.command(Command::Flatten);
    assert_eq!(cancels(&effects).len(), orders.len());
    assert!(submits(&effects).is_empty());
    let time = bench.now();
    let mut closing = Vec::new();
    for order in &orders {
        closing.extend(submits(&bench.news(BrokerEvent::Canceled { order_id: order.id, time })));
    }
    assert_eq!(closing.len(), 1);
    let wanted = (&order.symbol, -order.signed_quantity() / 2.0);
    assert_eq!((&closing[0].symbol, closing[0].signed_quantity()), wanted);
    assert_eq!(reason(&bench.bar()), Some(NoDecision::Paused));
}

// fault: stray_order
#[test]
fn an_order_that_nobody_sent_halts_trading() {
    let mut bench = Bench::ready();
    let mut snapshot = nothing(bench.now());
    snapshot.open_orders.push(VenueOrder {
        order_id: Some(OrderId(99)),
        symbol: bench.panel.symbols[0].clone(),
        side: Side::Buy,
        quantity: 5.0,
        filled: 0.0,
    });
    bench.snapshot(snapshot);
    assert_eq!(bench.engine.trading_state(), TradingState::Halted);
    assert_eq!(reason(&bench.bar()), Some(NoDecision::Halted));
}

// fault: over_fill
#[test]
fn more_than_was_ordered_is_counted_and_halts_the_symbol() {
    let (mut bench, orders) = Bench::sent();
    let order = &orders[0];
    let effects = bench.news(BrokerEvent::Filled(fill(order, "x1", order.quantity + 2.0)));
    assert!(alerts(&effects).iter().any(|alert| matches!(alert, Alert::OverFill { .. })));
    assert!(bench.engine.is_halted(&order.symbol));
    let index = bench.panel.symbols.iter().position(|s| *s == order.symbol).unwrap();
    let held = bench.engine.holdings().positions[index].quantity;
    assert_eq!(held, order.side.sign() * (order.quantity + 2.0));
}

#[test]
fn the_same_events_have_the_same_effects() {
    let run = || {
        let (mut bench, orders) = Bench::sent();
        let order = &orders[0];
        let mut all = bench.news(BrokerEvent::Filled(fill(order, "x1", order.quantity)));
        all.extend(bench.bar());
        serde_json::to_string(&all).unwrap()
    };
    assert_eq!(run(), run());
}
