//! Orders, their fills, and what is left of them.

use super::super::super::sim::{Act, Moment};
use super::stage::{Desk, MONDAY, Stage, approved, market, options, resting, script, spy};
use crate::domain::{OrderId, OrderKind, OrderRequest, TimeInForce};
use crate::ports::{BrokerError, BrokerEvent, OrderEnd};

fn assert_equals_the_house(stage: &Stage, desk: &mut Desk) {
    let snapshot = desk.snapshot();
    assert!((snapshot.account.cash - stage.cash()).abs() < 0.006, "to the cent");
    let positions = stage.sim.with_house(|house| house.positions().clone());
    for (symbol, position) in &positions {
        let held = snapshot.account.positions.iter().find(|(of, _)| of == symbol);
        assert_eq!(held.map_or(0.0, |(_, held)| *held), position.quantity);
    }
}

#[test]
fn a_market_order_fills_with_costs_and_the_account_agrees() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 250.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 250.0);
    let costs = |desk: &Desk| {
        let mut sum = 0.0;
        for event in &desk.events {
            match event {
                BrokerEvent::CostKnown { cost, .. } => sum += cost,
                BrokerEvent::Filled(fill) => sum += fill.cost,
                _ => {}
            }
        }
        sum
    };
    let paid = |stage: &Stage| {
        stage.sim.with_house(|house| house.executions().iter().map(|it| it.commission).sum::<f64>())
    };
    desk.until("costs", |desk| (costs(desk) - paid(&stage)).abs() < 1e-9);
    assert!(desk.is_accepted(1) || desk.filled(1) > 0.0);
    assert_equals_the_house(&stage, &mut desk);
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 250.0);
    assert_eq!(snapshot.ended_orders, [(OrderId(1), OrderEnd::Filled)]);
    assert!(snapshot.executions.iter().all(|fill| fill.cost > 0.0), "{:?}", snapshot.executions);
}

#[test]
fn every_kind_of_order_rests_is_listed_and_is_canceled() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    let (high, low) = (9_000.0, 10.0);
    let kinds = [
        OrderKind::Limit { limit_price: low },
        OrderKind::Stop { stop_price: high },
        OrderKind::StopLimit { stop_price: high, limit_price: high },
        OrderKind::MarketOnOpen,
        OrderKind::MarketOnClose,
    ];
    for (kind, id) in kinds.into_iter().zip(1..) {
        let time_in_force = if id % 2 == 0 { TimeInForce::Gtc } else { TimeInForce::Day };
        let order = OrderRequest { kind, time_in_force, ..market(id, 3.0) };
        desk.broker.submit(approved(order)).unwrap();
    }
    desk.until("acceptance", |desk| (1..=5).all(|id| desk.is_accepted(id)));
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.open_orders.len(), 5);
    assert!(snapshot.open_orders.iter().all(|order| order.quantity == 3.0 && order.filled == 0.0));
    for id in 1..=5 {
        desk.broker.cancel(OrderId(id)).unwrap();
    }
    desk.until("cancels", |desk| (1..=5).all(|id| desk.is_canceled(id)));
    assert!(desk.snapshot().open_orders.is_empty());
}

#[test]
fn a_bracket_waits_for_its_entry_and_one_side_cancels_the_other() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    let entry = resting(1);
    let protect = |id, kind| OrderRequest {
        kind,
        protects: Some(OrderId(1)),
        time_in_force: TimeInForce::Gtc,
        ..market(id, -1.0)
    };
    desk.broker.submit(approved(entry)).unwrap();
    for order in [
        protect(2, OrderKind::Stop { stop_price: 5.0 }),
        protect(3, OrderKind::Limit { limit_price: 9_000.0 }),
    ] {
        desk.broker.submit(approved(order)).unwrap();
    }
    desk.until("acceptance", |desk| (1..=3).all(|id| desk.is_accepted(id)));
    let parents = stage
        .sim
        .with_house(|house| house.orders().filter(|record| record.order.parent.is_some()).count());
    assert_eq!(parents, 2);
    desk.broker.cancel(OrderId(1)).unwrap();
    desk.until("cancel", |desk| desk.is_canceled(1));
}

#[test]
fn brackets_that_are_sent_after_their_entry_has_filled_cancel_each_other() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 6.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 6.0);
    let protect = |id, kind| OrderRequest {
        kind,
        protects: Some(OrderId(1)),
        time_in_force: TimeInForce::Gtc,
        ..market(id, -6.0)
    };
    desk.broker.submit(approved(protect(2, OrderKind::Stop { stop_price: 5.0 }))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(2));
    // A limit below the market trades at once.
    desk.broker.submit(approved(protect(3, OrderKind::Limit { limit_price: 6.0 }))).unwrap();
    desk.until("fill", |desk| desk.filled(3) == 6.0);
    desk.until("the other's end", |desk| desk.is_canceled(2));
    let parents = |stage: &Stage| {
        stage.sim.with_house(|house| house.orders().filter(|it| it.order.parent.is_some()).count())
    };
    assert_eq!(parents(&stage), 0, "their entry is over");
    let snapshot = desk.snapshot();
    assert!(snapshot.open_orders.is_empty() && snapshot.account.positions.is_empty());
    assert_equals_the_house(&stage, &mut desk);
}

// fault: code_10243
#[test]
fn what_is_refused_here_never_leaves() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    let half = desk.broker.submit(approved(market(1, 0.5))).unwrap_err();
    assert!(matches!(&half, BrokerError::NotSent { detail } if detail.contains("whole shares")));
    let other = OrderRequest { symbol: "IWM".parse().unwrap(), ..market(2, 1.0) };
    let unknown = desk.broker.submit(approved(other)).unwrap_err();
    assert!(matches!(unknown, BrokerError::UnknownSymbol { .. }));
    desk.broker.submit(approved(resting(3))).unwrap();
    let twice = desk.broker.submit(approved(resting(3))).unwrap_err();
    assert!(matches!(twice, BrokerError::OrderNumber { .. }));
    assert!(matches!(desk.broker.cancel(OrderId(9)), Err(BrokerError::NotSent { .. })));
    desk.until("acceptance", |desk| desk.is_accepted(3));
    assert_eq!(stage.sim.with_house(|house| house.orders().count()), 1);
}

// fault: codes_201_203
#[test]
fn guard_201_from_the_venue() {
    let mut options = options();
    options.faults = script(|_, moment| match moment {
        Moment::Received { name: "place_order", frame, .. } if frame > 12 => {
            vec![Act::Reject { code: 201, text: "Order rejected - reason:margin".to_owned() }]
        }
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.snapshot();
    desk.broker.submit(approved(market(1, 1.0))).unwrap();
    desk.until("rejection", |desk| desk.has(|event| matches!(event, BrokerEvent::Rejected { .. })));
    assert_eq!(stage.orders("releat-s-1"), 0);
}

// fault: reconnect
#[test]
fn a_new_process_finds_everything_by_reference() {
    let stage = Stage::new(options());
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.broker.submit(approved(market(2, 7.0))).unwrap();
    desk.until("fill", |desk| desk.filled(2) == 7.0 && desk.is_accepted(1));
    drop(desk);
    let mut again = stage.open();
    let snapshot = again.snapshot();
    assert_eq!(snapshot.open_orders.len(), 1);
    assert_eq!(snapshot.open_orders[0].order_id, Some(OrderId(1)));
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 7.0);
    assert_eq!(snapshot.ended_orders, [(OrderId(2), OrderEnd::Filled)]);
    again.broker.cancel(OrderId(1)).unwrap();
    again.until("cancel", |desk| desk.is_canceled(1));
    again.broker.submit(approved(market(3, -7.0))).unwrap();
    again.until("fill", |desk| desk.filled(3) == 7.0);
    assert_equals_the_house(&stage, &mut again);
}

// fault: foreign_order
#[test]
fn guard_foreign_orders_are_counted_and_never_touched() {
    let mut options = options();
    let mut is_sent = false;
    options.faults = script(move |_, moment| match moment {
        Moment::Received { name: "account_summary", .. } if !is_sent => {
            is_sent = true;
            vec![Act::ForeignOrder { symbol: "SPY".to_owned(), quantity: 11.0 }]
        }
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    for id in 1..=4 {
        desk.broker.submit(approved(resting(id))).unwrap();
    }
    desk.until("acceptance", |desk| (1..=4).all(|id| desk.is_accepted(id)));
    desk.snapshot();
    desk.until("the other's trade", |_| {
        stage
            .sim
            .with_house(|house| house.positions().get(&spy()).is_some_and(|it| it.quantity == 11.0))
    });
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.account.positions, [(spy(), 11.0)]);
    assert!(snapshot.executions.is_empty(), "executions of others are no news");
    assert_eq!(desk.filled(1), 0.0);
    let emergency = desk.broker.emergency();
    let canceled = std::thread::spawn(move || emergency.cancel_all().unwrap()).join().unwrap();
    assert_eq!(canceled, 4);
    desk.until("cancels", |desk| (1..=4).all(|id| desk.is_canceled(id)));
}

// fault: correction
#[test]
fn guard_an_execution_that_is_corrected() {
    let mut options = options();
    let mut is_corrected = false;
    options.faults = script(move |_, moment| match moment {
        Moment::Sending { name: "execution_data", .. } if !is_corrected => {
            is_corrected = true;
            vec![Act::Correct { price_change: -0.5 }]
        }
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("correction", |desk| {
        desk.has(|event| matches!(event, BrokerEvent::Corrected { .. }))
    });
    let BrokerEvent::Corrected { execution_id, fill } =
        desk.events.iter().find(|event| matches!(event, BrokerEvent::Corrected { .. })).unwrap()
    else {
        panic!()
    };
    assert_eq!(*execution_id, fill.execution_id, "the name stays");
    assert_eq!(desk.filled(1), 5.0);
    assert!(fill.time >= MONDAY.parse().unwrap());
}
