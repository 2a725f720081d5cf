//! What can happen to the connection and to the messages on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::super::sim::{Act, Moment};
use super::super::data::{Feed, Span};
use super::super::known::Core;
use super::super::orders::{References, Tracker};
use super::super::values::Moment as At;
use super::stage::{Desk, Stage, approved, market, options, resting, script, spy};
use super::switch::switched;
use super::tap::{ORDER_STATUS, number, tap};
use crate::base::Timestamp;
use crate::domain::{Calendar, CalendarName, OrderId, Timeframe};
use crate::ports::{BrokerEvent, StreamEvent};

/// Cash and the position in the one symbol are those of the house.
fn assert_truth(stage: &Stage, desk: &mut Desk) {
    let account = desk.snapshot().account;
    assert!((account.cash - stage.cash()).abs() < 0.006, "{} {}", account.cash, stage.cash());
    let held = account.positions.iter().find(|(of, _)| *of == spy()).map_or(0.0, |(_, held)| *held);
    let truth = stage.sim.with_house(|house| house.positions().get(&spy()).map(|it| it.quantity));
    assert_eq!(held, truth.unwrap_or(0.0));
}

// fault: frame_split
#[test]
fn guard_every_byte_comes_by_itself() {
    let mut stage = Stage::new(options());
    stage.connector.port = tap(stage.connector.port, 1, |body| vec![body]);
    let mut desk = stage.open();
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 5.0);
    desk.broker.submit(approved(resting(2))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(2));
    assert_truth(&stage, &mut desk);
    assert!(!desk.is_lost(), "whole messages are no fault");
}

// fault: order_stream_ended
#[test]
fn guard_news_of_an_order_that_nobody_can_read_mean_a_new_connection() {
    let mut stage = Stage::new(options());
    let is_armed = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&is_armed);
    stage.connector.port = tap(stage.connector.port, 4096, move |mut body| {
        if number(&body) == Some(ORDER_STATUS) && armed.swap(false, Ordering::SeqCst) {
            body.truncate(4);
            body.extend([0xff; 9]);
        }
        vec![body]
    });
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    is_armed.store(true, Ordering::SeqCst);
    desk.broker.submit(approved(market(2, 5.0))).unwrap();
    desk.until("loss", Desk::is_lost);
    desk.until("connection", Desk::is_back);
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.open_orders.len(), 1);
    assert_eq!(snapshot.executions.iter().map(|fill| fill.quantity).sum::<f64>(), 5.0);
    assert_eq!(stage.orders("releat-s-2"), 1, "it is not sent again");
    desk.broker.submit(approved(market(3, 2.0))).unwrap();
    desk.until("fill", |desk| desk.filled(3) == 2.0);
    assert_truth(&stage, &mut desk);
}

/// Twenty thousand messages about orders at once: more than the library keeps for a reader who is late.
// fault: lag_notice, frame_burst
#[test]
fn guard_a_flood_of_news_of_orders_loses_nothing() {
    let mut stage = Stage::new(options());
    let is_armed = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&is_armed);
    stage.connector.port = tap(stage.connector.port, 1 << 20, move |body| {
        let is_it = number(&body) == Some(ORDER_STATUS) && armed.swap(false, Ordering::SeqCst);
        vec![body; if is_it { 20_000 } else { 1 }]
    });
    let mut desk = stage.open();
    is_armed.store(true, Ordering::SeqCst);
    desk.broker.submit(approved(market(1, 5.0))).unwrap();
    desk.until("the order", |desk| desk.filled(1) == 5.0 || (desk.is_lost() && desk.is_back()));
    assert!(desk.events.len() < 100, "what says nothing new is told once");
    desk.broker.submit(approved(market(2, 2.0))).unwrap();
    desk.until("fill", |desk| desk.filled(2) == 2.0);
    let executions = desk.snapshot().executions;
    assert_eq!(executions.iter().map(|fill| fill.quantity).sum::<f64>(), 7.0);
    assert_eq!(stage.orders("releat-s-1"), 1);
    assert_truth(&stage, &mut desk);
}

// fault: frame_burst
#[test]
fn guard_ten_thousand_messages_a_second_do_not_hold_orders_up() {
    let mut options = options();
    let mut ticks = 0;
    options.faults = script(move |_, moment| match moment {
        Moment::Tick if ticks < 60 => {
            ticks += 1;
            vec![Act::Burst(500)]
        }
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    for id in 1..=5 {
        desk.broker.submit(approved(market(id, 3.0))).unwrap();
        desk.until("fill", |desk| desk.filled(id) == 3.0 || (desk.is_lost() && desk.is_back()));
    }
    assert!(desk.events.len() + desk.news.len() < 2_000, "notices that mean nothing are not kept");
    assert_truth(&stage, &mut desk);
    assert_eq!(stage.sim.with_house(|house| house.orders().count()), 5);
}

fn core() -> Core {
    let symbols = BTreeMap::from([(756, spy())]);
    let tracker = Tracker::new(References::new("s"), "DU1", "USD", 17, symbols);
    let span = Span {
        calendar: Calendar::new(CalendarName::Xnys),
        timeframe: Timeframe::Seconds(60),
        since: Timestamp::MIN,
    };
    let mut core = Core::new(tracker, Feed::new(span, &[spy()], true, false));
    core.connected(0.0);
    core
}

/// A session that stands still fetches nothing: the queue ends somewhere, and then everything is compared instead.
// fault: frame_burst
#[test]
fn guard_events_that_nobody_fetches_have_an_end() {
    let mut core = core();
    let time = Timestamp::from_seconds(1);
    for id in 0..200_000 {
        core.tell(vec![BrokerEvent::Accepted { order_id: OrderId(id), time }], 1.0);
    }
    let events = core.drain(2.0);
    assert!(events.len() <= 65_538, "{}", events.len());
    let place = |is_it: fn(&BrokerEvent) -> bool| events.iter().position(is_it);
    let lost = place(|event| matches!(event, BrokerEvent::LinkLost { .. })).unwrap();
    let back = place(|event| matches!(event, BrokerEvent::LinkRestored { .. })).unwrap();
    assert!(lost < back, "what was dropped is compared with the venue");
    assert!(core.usable(2.0).is_ok());
}

// fault: code_101
#[test]
fn guard_101_no_line_of_market_data_is_left() {
    let span = Span {
        calendar: Calendar::new(CalendarName::Xnys),
        timeframe: Timeframe::Seconds(60),
        since: Timestamp::MIN,
    };
    let mut feed = Feed::new(span, &[spy()], true, false);
    let now = At { time: Timestamp::from_seconds(1), at: 1.0 };
    feed.notice(&spy(), 101, "Max number of tickers has been reached", now);
    let (refused, is_complete) = feed.verdict();
    assert!(is_complete && refused[0].contains("SPY: 101"), "{refused:?}");
    let is_stale = |event: &StreamEvent| matches!(event, StreamEvent::Stale { symbol: Some(of), .. } if *of == spy());
    assert!(feed.drain().iter().any(is_stale));
}

// fault: code_1300
#[test]
fn guard_1300_makes_the_connection_anew() {
    let (stage, switch) = switched();
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    let text = "TWS socket port has been reset".to_owned();
    switch.turn(Act::Notice { code: 1300, text });
    desk.until("loss", Desk::is_lost);
    desk.until("connection", Desk::is_back);
    assert_eq!((stage.sim.connections(), desk.snapshot().open_orders.len()), (2, 1));
}

// fault: code_326_reconnecting
#[test]
fn guard_326_after_a_lost_connection_is_waited_out() {
    let mut options = options();
    options.faults = script(|_, moment| match moment {
        Moment::Connected { connection: 2..=4 } => vec![Act::ClientIdInUse],
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    stage.sim.drop_connections();
    desk.until("loss", Desk::is_lost);
    desk.until("connection", Desk::is_back);
    assert_eq!((stage.sim.connections(), desk.snapshot().open_orders.len()), (5, 1));
}

// fault: code_2103_farm, code_2105_2157_farms, codes_of_farms_that_are_well
#[test]
fn guard_farms_that_come_and_go_fail_no_order() {
    let (stage, switch) = switched();
    let mut desk = stage.open();
    desk.broker.submit(approved(resting(1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(1));
    for code in [2103, 2105, 2157, 2104, 2106, 2158, 2107, 2108, 2119] {
        let text = format!("farm {code}:usfarm");
        switch.turn(Act::Notice { code, text });
    }
    desk.broker.submit(approved(market(2, 1.0))).unwrap();
    desk.until("fill", |desk| desk.filled(2) == 1.0);
    desk.broker.submit(approved(market(3, 1.0))).unwrap();
    desk.until("fill", |desk| desk.filled(3) == 1.0);
    assert!(switch.is_done() && !desk.is_lost());
    assert_eq!(desk.snapshot().open_orders.len(), 1);
}
