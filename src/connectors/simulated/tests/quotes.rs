//! Orders on quotes.

use super::{check_conservation, day, midnight, send, spy, told, venue, venue_with};
use crate::base::Timestamp;
use crate::connectors::simulated::{SimulatedVenue, VenueRules};
use crate::domain::{BookTop, OrderKind, TimeInForce};

const SECOND: i64 = 1_000_000_000;

fn at(seconds: i64) -> Timestamp {
    midnight(0).saturating_add_nanos(seconds * SECOND)
}

fn quote(venue: &mut SimulatedVenue, seconds: i64, bid: f64, ask: f64) {
    quote_of(venue, seconds, (bid, 0.0), (ask, 0.0));
}

fn quote_of(
    venue: &mut SimulatedVenue,
    seconds: i64,
    (bid, bid_quantity): (f64, f64),
    (ask, ask_quantity): (f64, f64),
) {
    let top = BookTop { time: at(seconds), bid, ask, bid_quantity, ask_quantity };
    venue.quote(&spy(), top).unwrap();
}

#[test]
fn a_market_order_takes_the_other_side_at_once() {
    let mut venue = venue();
    quote(&mut venue, 1, 99.0, 101.0);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Day);
    send(&mut venue, 2, -4.0, OrderKind::Market, TimeInForce::Ioc);
    let expected = ["accepted 1", "filled 1 +10 @ 101", "accepted 2", "filled 2 -4 @ 99"];
    assert_eq!(told(&mut venue), expected);
    // The spread is in the price: only the commission is paid.
    assert!((venue.truth().fills[0].fill.cost - 1010.0 * 1e-3).abs() < 1e-12);
    check_conservation(&venue);
}

#[test]
fn an_order_takes_what_is_shown_and_no_more() {
    let mut venue = venue();
    quote_of(&mut venue, 1, (99.0, 5.0), (101.0, 6.0));
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Gtc);
    send(&mut venue, 2, 10.0, OrderKind::Market, TimeInForce::Ioc);
    send(&mut venue, 3, -9.0, OrderKind::Market, TimeInForce::Fok);
    let expected =
        ["accepted 1", "filled 1 +6 @ 101", "accepted 2", "canceled 2", "accepted 3", "canceled 3"];
    assert_eq!(told(&mut venue), expected);
    quote_of(&mut venue, 2, (99.0, 5.0), (102.0, 6.0));
    assert_eq!(told(&mut venue), ["filled 1 +4 @ 102"]);
}

#[test]
fn limits_and_stops_wait_for_their_price() {
    let mut venue = venue();
    quote(&mut venue, 1, 99.0, 101.0);
    send(&mut venue, 1, 10.0, OrderKind::Limit { limit_price: 100.0 }, TimeInForce::Day);
    send(&mut venue, 2, -10.0, OrderKind::Stop { stop_price: 97.0 }, TimeInForce::Gtc);
    let kind = OrderKind::StopLimit { stop_price: 97.0, limit_price: 96.5 };
    send(&mut venue, 3, -10.0, kind, TimeInForce::Gtc);
    told(&mut venue);
    quote(&mut venue, 2, 98.5, 99.5);
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 99.5"]);
    quote(&mut venue, 3, 96.0, 97.0);
    assert_eq!(told(&mut venue), ["filled 2 -10 @ 96"]);
    quote(&mut venue, 4, 96.5, 97.5);
    assert_eq!(told(&mut venue), ["filled 3 -10 @ 96.5"]);
}

#[test]
fn a_bar_in_which_quotes_came_fills_nothing_a_second_time() {
    let mut venue = venue();
    quote(&mut venue, 1, 99.0, 101.0);
    send(&mut venue, 1, 10.0, OrderKind::Limit { limit_price: 95.0 }, TimeInForce::Gtc);
    venue.advance(&day(1, [100.0, 101.0, 90.0, 99.0])).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1"]);
    // The next bar has no quotes, so the bar itself counts.
    venue.advance(&day(2, [100.0, 101.0, 90.0, 99.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 95"]);
}

#[test]
fn orders_of_the_environment_wait_for_their_bar() {
    let mut venue = venue();
    quote(&mut venue, 1, 99.0, 101.0);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Bar);
    quote(&mut venue, 2, 99.0, 101.0);
    venue.advance(&day(1, [105.0; 4])).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1", "filled 1 +10 @ 105"]);
}

#[test]
fn latency_lets_the_price_run() {
    let mut venue = venue_with(VenueRules { latency_ms: 2000, ..VenueRules::default() });
    quote(&mut venue, 1, 99.0, 101.0);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Gtc);
    assert_eq!(told(&mut venue), Vec::<String>::new());
    quote(&mut venue, 2, 100.0, 102.0);
    assert_eq!(told(&mut venue), Vec::<String>::new());
    venue.pass_time(at(3)).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1", "filled 1 +10 @ 102"]);
    assert_eq!(venue.truth().fills[0].fill.time, at(3));
}

#[test]
fn latency_on_bars_cuts_the_bar() {
    let rules = VenueRules { latency_ms: 6 * 3_600_000, ..VenueRules::default() };
    let mut venue = venue_with(rules);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Gtc);
    send(&mut venue, 2, 10.0, OrderKind::Limit { limit_price: 95.0 }, TimeInForce::Gtc);
    // A quarter of the day has passed: the price runs from 101 to 104, and the low at 90 is not ours.
    venue.advance(&day(1, [100.0, 105.0, 90.0, 104.0])).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1", "accepted 2", "filled 1 +10 @ 101"]);
}

#[test]
fn bad_and_old_quotes_are_ignored() {
    let mut venue = venue();
    quote(&mut venue, 5, 99.0, 101.0);
    quote(&mut venue, 4, 1.0, 2.0);
    quote(&mut venue, 6, 50.0, 40.0);
    quote(&mut venue, 7, f64::NAN, f64::NAN);
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Gtc);
    assert_eq!(told(&mut venue), ["accepted 1", "filled 1 +10 @ 101"]);
}
