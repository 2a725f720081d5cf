//! Orders that protect an entry.

use super::{approved, check_conservation, day, order, send, told, venue, venue_with};
use crate::connectors::simulated::{SimulatedVenue, VenueRules};
use crate::domain::{OrderId, OrderKind, TimeInForce};
use crate::ports::Broker;

const STOP: OrderKind = OrderKind::Stop { stop_price: 95.0 };
const TARGET: OrderKind = OrderKind::Limit { limit_price: 110.0 };

fn protect(venue: &mut SimulatedVenue, id: u64, entry: u64, signed: f64, kind: OrderKind) {
    let mut request = order(id, signed, kind, TimeInForce::Gtc);
    request.protects = Some(OrderId(entry));
    venue.submit(approved(request)).unwrap();
}

/// An entry of 10 with stop and target.
fn bracket(venue: &mut SimulatedVenue, entry: OrderKind) {
    send(venue, 1, 10.0, entry, TimeInForce::Gtc);
    protect(venue, 2, 1, -10.0, STOP);
    protect(venue, 3, 1, -10.0, TARGET);
    assert_eq!(told(venue), ["accepted 1", "accepted 2", "accepted 3"]);
}

#[test]
fn the_target_cancels_the_stop() {
    let mut venue = venue();
    bracket(&mut venue, OrderKind::Market);
    venue.advance(&day(1, [100.0, 104.0, 98.0, 103.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 100"]);
    venue.advance(&day(2, [103.0, 111.0, 102.0, 109.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 3 -10 @ 110", "canceled 2"]);
    check_conservation(&venue);
}

#[test]
fn of_two_that_one_bar_reaches_the_stop_trades() {
    let mut venue = venue();
    bracket(&mut venue, OrderKind::Market);
    venue.advance(&day(1, [100.0, 112.0, 94.0, 103.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 100", "filled 2 -10 @ 95", "canceled 3"]);
}

#[test]
fn nothing_protects_an_entry_that_waits() {
    let mut venue = venue();
    bracket(&mut venue, OrderKind::Limit { limit_price: 97.0 });
    venue.advance(&day(1, [100.0, 112.0, 99.0, 103.0])).unwrap();
    assert_eq!(told(&mut venue), Vec::<String>::new());
    venue.cancel(OrderId(1)).unwrap();
    assert_eq!(told(&mut venue), ["canceled 1", "canceled 2", "canceled 3"]);
}

#[test]
fn after_an_entry_inside_a_bar_only_its_close_counts() {
    let mut venue = venue();
    bracket(&mut venue, OrderKind::Limit { limit_price: 97.0 });
    venue.advance(&day(1, [100.0, 112.0, 94.0, 103.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 97"]);
}

#[test]
fn a_late_bracket_is_active_at_once() {
    let mut venue = venue();
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Gtc);
    venue.advance(&day(1, [100.0; 4])).unwrap();
    protect(&mut venue, 2, 1, -10.0, STOP);
    protect(&mut venue, 3, 1, -10.0, TARGET);
    told(&mut venue);
    venue.advance(&day(2, [100.0, 101.0, 94.0, 95.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 2 -10 @ 95", "canceled 3"]);
}

#[test]
fn a_part_of_an_entry_is_protected_as_a_part() {
    let rules = VenueRules { participation_frac: Some(0.04), ..VenueRules::default() };
    let mut venue = venue_with(rules);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Day);
    protect(&mut venue, 2, 1, -10.0, STOP);
    protect(&mut venue, 3, 1, -4.0, TARGET);
    told(&mut venue);
    venue.advance(&day(1, [100.0, 112.0, 99.0, 103.0])).unwrap();
    // The order for the part was active with it; with the day the entry was over, and nothing was left to protect.
    let expected = ["filled 1 +4 @ 100", "filled 3 -4 @ 110", "expired 1", "canceled 2"];
    assert_eq!(told(&mut venue), expected);
    check_conservation(&venue);
}

#[test]
fn a_target_filled_in_part_leaves_that_much_less_to_the_stop() {
    let rules = VenueRules { participation_frac: Some(0.06), ..VenueRules::default() };
    let mut venue = venue_with(rules);
    send(&mut venue, 1, 6.0, OrderKind::Market, TimeInForce::Gtc);
    protect(&mut venue, 2, 1, -6.0, STOP);
    protect(&mut venue, 3, 1, -6.0, TARGET);
    venue.advance(&day(1, [100.0; 4])).unwrap();
    told(&mut venue);
    let mut thin = day(2, [100.0, 111.0, 99.0, 100.0]);
    thin.bars[0].as_mut().unwrap().volume = 50.0;
    venue.advance(&thin).unwrap();
    assert_eq!(told(&mut venue), ["filled 3 -3 @ 110"]);
    venue.advance(&day(3, [100.0, 101.0, 90.0, 91.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 2 -3 @ 95", "canceled 3", "canceled 2"]);
    assert_eq!(venue.truth().positions[0].1, 0.0);
    check_conservation(&venue);
}

#[test]
fn what_protects_nothing_is_refused() {
    let mut venue = venue();
    protect(&mut venue, 1, 7, -10.0, STOP);
    send(&mut venue, 2, 10.0, OrderKind::Market, TimeInForce::Gtc);
    protect(&mut venue, 3, 2, 10.0, STOP);
    assert_eq!(told(&mut venue), ["rejected 1", "accepted 2", "rejected 3"]);
}
