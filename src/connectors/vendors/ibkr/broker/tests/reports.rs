//! What the broker can say of an order, in whatever order it comes, and what a later process finds.

use super::super::super::sim::{Act, Moment, SimOptions};
use super::stage::{Desk, MONDAY, Stage, approved, market, options, resting, script, spy};
use crate::domain::{OrderId, OrderKind, OrderRequest, TimeInForce};
use crate::ports::{BrokerError, BrokerEvent, OrderEnd};

/// A gateway that loses all messages with these names.
fn without(names: &'static [&'static str]) -> SimOptions {
    let mut options = options();
    options.faults = script(move |_, moment| match moment {
        Moment::Sending { name, .. } if names.contains(&name) => vec![Act::Drop],
        _ => Vec::new(),
    });
    options
}

fn executed(stage: &Stage, reference: &str) -> f64 {
    stage.sim.with_house(|house| {
        let number = house.orders().find(|it| it.order.reference == reference).unwrap().number;
        let of_order = house.executions().iter().filter(|it| it.number == number);
        of_order.map(|it| it.quantity).sum()
    })
}

fn assert_cash(stage: &Stage, desk: &mut Desk) {
    let cash = desk.snapshot().account.cash;
    assert!((cash - stage.cash()).abs() < 0.006, "{cash} {}", stage.cash());
}

// fault: status_missing
#[test]
fn guard_a_fill_that_no_status_tells_of() {
    let stage = Stage::new(without(&["order_status", "open_order"]));
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 5.0);
    assert_eq!(desk.snapshot().ended_orders, [(OrderId(1), OrderEnd::Filled)]);
    assert_cash(&stage, &mut desk);
}

// fault: commission_missing
#[test]
fn guard_costs_that_are_never_told_are_in_the_cash_of_the_broker() {
    let stage = Stage::new(without(&["commission_report"]));
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 5.0);
    assert!(!desk.has(|event| matches!(event, BrokerEvent::CostKnown { .. })));
    assert!(desk.snapshot().executions.iter().all(|fill| fill.cost == 0.0), "nothing is made up");
    assert_cash(&stage, &mut desk);
}

// fault: partial_then_canceled
#[test]
fn guard_an_order_that_is_canceled_after_a_part_of_it_has_traded() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    let mut parts = 0;
    for id in 1..=12 {
        desk.broker
            .submit(approved(market(id, 300.0 * if id % 2 == 0 { -1.0 } else { 1.0 })))
            .unwrap();
        desk.until("the first part", |desk| desk.filled(id) > 0.0);
        let canceled = desk.broker.cancel(OrderId(id));
        assert!(canceled.is_ok(), "{canceled:?}");
        let refused = |desk: &Desk| {
            desk.has(|event| matches!(event, BrokerEvent::CancelRefused { order_id, .. } if order_id.0 == id))
        };
        desk.until("the end", |desk| {
            desk.is_canceled(id) || desk.filled(id) == 300.0 || refused(desk)
        });
        let reference = format!("releat-s-{id}");
        desk.until("every part", |desk| desk.filled(id) == executed(&stage, &reference));
        let snapshot = desk.snapshot();
        assert!(snapshot.open_orders.is_empty());
        let end =
            snapshot.ended_orders.iter().find(|(of, _)| of.0 == id).map(|(_, end)| end.clone());
        if desk.filled(id) < 300.0 {
            parts += 1;
            assert_eq!(end, Some(OrderEnd::Canceled), "order {id}");
        } else {
            assert_eq!(end, Some(OrderEnd::Filled), "order {id}");
        }
    }
    assert!(parts > 0, "no order traded in part");
    assert_cash(&stage, &mut desk);
}

// fault: codes_10147_10148
#[test]
fn guard_10148_a_cancel_that_comes_too_late_changes_nothing() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 5.0);
    desk.broker.cancel(OrderId(1)).unwrap();
    desk.until("the answer", |desk| {
        desk.has(|event| matches!(event, BrokerEvent::CancelRefused { .. }))
    });
    assert!(!desk.is_canceled(1));
    assert_eq!(desk.snapshot().ended_orders, [(OrderId(1), OrderEnd::Filled)]);
}

// fault: over_fill
#[test]
fn guard_more_than_was_ordered_is_told_and_listed() {
    let mut options = options();
    options.faults = script(|_, moment| match moment {
        // The first order of a connection is the one that only asks for its margin.
        Moment::Received { name: "place_order", .. } => vec![Act::OverFill(4.0)],
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fills", |desk| desk.filled(1) == 9.0);
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 9.0);
    assert_eq!(snapshot.account.positions, [(spy(), 9.0)]);
    assert_cash(&stage, &mut desk);
}

// fault: market_closed
#[test]
fn guard_an_order_of_the_night_is_held_and_counts_as_open() {
    let mut options = options();
    options.clock = Some("2026-01-05T04:00:00Z".parse().unwrap());
    let stage = Stage::new(options);
    let mut desk = stage.open();
    let order = OrderRequest { time_in_force: TimeInForce::Day, ..market(1, 5.0) };
    desk.broker.submit(approved(order)).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    assert!(!desk.has(|event| matches!(event, BrokerEvent::Rejected { .. })));
    let open = desk.snapshot().open_orders;
    assert_eq!((open.len(), open[0].quantity, open[0].filled), (1, 5.0, 0.0));
}

// fault: code_110
#[test]
fn guard_110_prices_leave_on_the_grid() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    let kind = OrderKind::Limit { limit_price: 10.0037 };
    desk.broker.submit(approved(OrderRequest { kind, ..resting(1) })).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    let sent = stage.sim.with_house(|house| house.orders().next().unwrap().order.kind);
    assert_eq!(sent, OrderKind::Limit { limit_price: 10.0 });
}

// fault: order_id_and_perm_id, restart_other_client_id
#[test]
fn guard_another_client_id_finds_the_orders_and_does_not_touch_them() {
    let mut stage = Stage::new(options());
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.broker.submit(approved(market(2, 7.0))).unwrap();
    desk.until("orders", |desk| desk.is_accepted(1) && desk.filled(2) == 7.0);
    drop(desk);
    stage.connector.client_id = 18;
    let mut again = stage.open();
    let snapshot = again.snapshot();
    assert_eq!(snapshot.open_orders[0].order_id, Some(OrderId(1)), "found by its reference");
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 7.0);
    let error = again.broker.cancel(OrderId(1)).unwrap_err();
    assert!(matches!(&error, BrokerError::NotSent { detail } if detail.contains("18")), "{error}");
    again.broker.submit(approved(resting(3))).unwrap();
    again.until("acceptance", |desk| desk.is_accepted(3));
    assert_eq!(again.snapshot().open_orders.len(), 2, "its numbers are its own");
}

/// Three days pass in seconds: the executions of the first are still found.
// fault: restart_next_day
#[test]
fn guard_a_later_day_finds_what_traded_on_an_earlier_one() {
    let mut options = options();
    options.clock = Some(MONDAY.parse().unwrap());
    options.speed = 20_000.0;
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.broker
        .submit(approved(OrderRequest { time_in_force: TimeInForce::Gtc, ..resting(1) }))
        .unwrap();
    desk.broker.submit(approved(market(2, 7.0))).unwrap();
    desk.until("orders", |desk| desk.is_accepted(1) && desk.filled(2) == 7.0);
    let traded = stage.sim.venue_time();
    drop(desk);
    while stage.sim.venue_time().nanos() - traded.nanos() < 40 * 3_600_000_000_000 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mut again = stage.open();
    let snapshot = again.broker.snapshot(MONDAY.parse().unwrap()).unwrap();
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 7.0);
    assert_eq!(snapshot.open_orders.len(), 1);
    assert_eq!(snapshot.account.positions, [(spy(), 7.0)]);
    again
        .broker
        .submit(approved(OrderRequest { time_in_force: TimeInForce::Gtc, ..resting(3) }))
        .unwrap();
    again.until("acceptance", |desk| desk.is_accepted(3));
    assert_eq!(stage.orders("releat-s-1"), 1);
}
