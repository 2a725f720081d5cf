//! Cancels, emergencies, snapshots, refusals and what a venue can be made to do wrong.

use super::{check_conservation, day, midnight, send, spy, told, venue, venue_with};
use crate::connectors::simulated::{Owner, SimulatedVenue, Tampering, VenueRules};
use crate::domain::{OrderId, OrderKind, Side, TimeInForce};
use crate::ports::{Broker, OrderEnd, VenueOrder};

const LOW: OrderKind = OrderKind::Limit { limit_price: 90.0 };

fn cancel(venue: &mut SimulatedVenue, id: u64) {
    venue.cancel(OrderId(id)).unwrap();
}

#[test]
fn a_cancel_ends_an_open_order_once() {
    let mut venue = venue();
    send(&mut venue, 1, 10.0, LOW, TimeInForce::Gtc);
    cancel(&mut venue, 1);
    cancel(&mut venue, 1);
    cancel(&mut venue, 9);
    let expected = ["accepted 1", "canceled 1", "cancel refused 1", "cancel refused 9"];
    assert_eq!(told(&mut venue), expected);
    venue.advance(&day(1, [100.0, 101.0, 80.0, 90.0])).unwrap();
    assert_eq!(told(&mut venue), Vec::<String>::new());
}

#[test]
fn a_fill_can_overtake_a_cancel_on_its_way() {
    let rules = VenueRules { latency_ms: 3_600_000, ..VenueRules::default() };
    let mut venue = venue_with(rules);
    send(&mut venue, 1, 10.0, LOW, TimeInForce::Gtc);
    venue.advance(&day(1, [100.0; 4])).unwrap();
    told(&mut venue);
    cancel(&mut venue, 1);
    assert_eq!(told(&mut venue), Vec::<String>::new());
    venue.advance(&day(2, [100.0, 101.0, 80.0, 90.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 90", "cancel refused 1"]);
}

#[test]
fn an_emergency_cancels_from_another_thread() {
    let rules = VenueRules { latency_ms: 3_600_000, ..VenueRules::default() };
    let mut venue = venue_with(rules);
    (1..=100).for_each(|id| send(&mut venue, id, 10.0, LOW, TimeInForce::Gtc));
    venue.tamper(Tampering::Stray { symbol: spy(), signed_quantity: 1.0 }).unwrap();
    let emergency = venue.emergency();
    let num_canceled = std::thread::spawn(move || emergency.cancel_all()).join().unwrap();
    assert_eq!(num_canceled, Ok(100));
    assert_eq!(told(&mut venue).len(), 100);
    let open = venue.snapshot(midnight(0)).unwrap().open_orders;
    assert_eq!(open.len(), 1, "only the foreign order is left");
    assert_eq!(open[0].order_id, None);
}

#[test]
fn a_snapshot_tells_all_since_a_time() {
    let mut venue = venue();
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Bar);
    venue.advance(&day(1, [100.0; 4])).unwrap();
    send(&mut venue, 2, -4.0, OrderKind::Market, TimeInForce::Bar);
    send(&mut venue, 3, 5.0, LOW, TimeInForce::Gtc);
    send(&mut venue, 4, 5.0, LOW, TimeInForce::Day);
    venue.advance(&day(2, [101.0; 4])).unwrap();
    let all = venue.snapshot(midnight(-1)).unwrap();
    let names = |fills: &[crate::domain::Fill]| {
        fills.iter().map(|fill| fill.execution_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&all.executions), ["sim-1-1", "sim-2-1"]);
    let ended = [
        (OrderId(1), OrderEnd::Filled),
        (OrderId(2), OrderEnd::Filled),
        (OrderId(4), OrderEnd::Expired),
    ];
    assert_eq!(all.ended_orders, ended);
    let open = VenueOrder {
        order_id: Some(OrderId(3)),
        symbol: spy(),
        side: Side::Buy,
        quantity: 5.0,
        filled: 0.0,
    };
    assert_eq!(all.open_orders, [open]);
    assert_eq!((all.time, all.account.positions[0].1), (midnight(2), 6.0));
    let later = venue.snapshot(midnight(1)).unwrap();
    assert_eq!(names(&later.executions), ["sim-2-1"]);
    assert_eq!(later.ended_orders.len(), 2);
}

#[test]
fn an_order_on_its_way_is_in_the_snapshot() {
    let mut venue = venue_with(VenueRules { latency_ms: 1000, ..VenueRules::default() });
    send(&mut venue, 1, 10.0, LOW, TimeInForce::Gtc);
    assert_eq!(venue.snapshot(midnight(0)).unwrap().open_orders.len(), 1);
}

#[test]
fn refusals_and_parts_come_by_chance() {
    let rules =
        VenueRules { reject_prob: 0.3, partial_prob: 0.5, seed: 4, ..VenueRules::default() };
    let mut venue = venue_with(rules);
    for id in 1..=200 {
        send(&mut venue, id, 10.0, OrderKind::Market, TimeInForce::Bar);
        venue.advance(&day(id as i64, [100.0; 4])).unwrap();
    }
    let truth = venue.truth();
    let rejected = |end: &Option<(OrderEnd, _)>| matches!(end, Some((OrderEnd::Rejected(_), _)));
    let num_rejected = truth.orders.iter().filter(|order| rejected(&order.end)).count();
    assert!((40..80).contains(&num_rejected), "{num_rejected}");
    let num_parts = truth.fills.len() - (200 - num_rejected);
    assert!((50..90).contains(&num_parts), "{num_parts}");
    assert!(truth.fills.iter().all(|done| done.fill.quantity.fract() == 0.0));
    check_conservation(&venue);
}

#[test]
fn parts_of_one_order_share_the_minimum_commission() {
    let costs = crate::config::Costs { minimum: 5.0, per_share: 0.1, ..Default::default() };
    let mut env = super::env(crate::config::FillRule::NextOpen, Default::default());
    env.costs = crate::config::Costs { half_spread_bps: 0.0, commission_bps: 0.0, ..costs };
    let run = |partial_prob| {
        let rules = VenueRules { partial_prob, ..VenueRules::default() };
        let venue = SimulatedVenue::new(&env, 252.0, &[spy()]);
        let mut venue = venue.with_rules(rules, crate::domain::CalendarName::AlwaysOpen);
        venue.watch(&day(0, [100.0; 4])).unwrap();
        send(&mut venue, 1, 80.0, OrderKind::Market, TimeInForce::Bar);
        venue.advance(&day(1, [100.0; 4])).unwrap();
        let fills = venue.truth().fills;
        (fills.len(), fills.iter().map(|done| done.fill.cost).sum::<f64>())
    };
    let ((one, whole), (two, parts)) = (run(0.0), run(1.0));
    assert_eq!((one, two), (1, 2));
    assert!((whole - parts).abs() < 1e-9, "{whole} {parts}");
}

#[test]
fn a_venue_can_be_made_to_do_wrong() {
    let mut venue = venue();
    let (reason, frac) = ("no".to_owned(), 0.5);
    venue.tamper(Tampering::Reject { order_id: OrderId(1), reason }).unwrap();
    venue.tamper(Tampering::Partial { order_id: OrderId(2), frac }).unwrap();
    venue.tamper(Tampering::LateFill { order_id: OrderId(2), frac }).unwrap();
    venue.tamper(Tampering::OverFill { order_id: OrderId(3), frac }).unwrap();
    (1..=3).for_each(|id| send(&mut venue, id, 8.0, OrderKind::Market, TimeInForce::Bar));
    venue.tamper(Tampering::Stray { symbol: spy(), signed_quantity: -3.0 }).unwrap();
    assert_eq!(told(&mut venue), ["rejected 1", "accepted 2", "accepted 3"]);
    venue.advance(&day(1, [100.0; 4])).unwrap();
    let stray = 1_u64 << 62;
    let expected = [
        "filled 2 +4 @ 100".to_owned(),
        "filled 3 +8 @ 100".to_owned(),
        "filled 3 +4 @ 100".to_owned(),
        format!("filled {stray} -3 @ 100"),
        "expired 2".to_owned(),
        "filled 2 +2 @ 100".to_owned(),
    ];
    assert_eq!(told(&mut venue), expected);
    let truth = venue.truth();
    assert_eq!(truth.positions[0].1, 4.0 + 8.0 + 4.0 - 3.0 + 2.0);
    assert_eq!(truth.orders.last().unwrap().owner, Owner::Foreign);
    check_conservation(&venue);
}
