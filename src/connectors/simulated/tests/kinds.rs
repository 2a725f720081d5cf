//! Every kind of order and every time in force, on bars.

use super::{check_conservation, day, row, send, told, venue, venue_with};
use crate::connectors::simulated::{LimitFill, VenueRules};
use crate::domain::{OrderKind, TimeInForce};

const LIMIT_95: OrderKind = OrderKind::Limit { limit_price: 95.0 };
const STOP_110: OrderKind = OrderKind::Stop { stop_price: 110.0 };

/// One order of 10, then days; what is told after it was accepted.
fn check(
    signed: f64,
    kind: OrderKind,
    time_in_force: TimeInForce,
    days: &[[f64; 4]],
    expected: &[&str],
) {
    let mut venue = venue();
    send(&mut venue, 1, signed, kind, time_in_force);
    assert_eq!(told(&mut venue), ["accepted 1"]);
    for (index, bar) in days.iter().enumerate() {
        venue.advance(&day(index as i64 + 1, *bar)).unwrap();
    }
    assert_eq!(told(&mut venue), expected, "{kind:?} {time_in_force:?} {days:?}");
    check_conservation(&venue);
}

const QUIET: [f64; 4] = [100.0, 104.0, 96.0, 101.0];

#[test]
fn market_orders() {
    use TimeInForce::{Bar, Day, Fok, Gtc, Ioc};
    for time_in_force in [Bar, Day, Gtc, Ioc, Fok] {
        check(10.0, OrderKind::Market, time_in_force, &[QUIET], &["filled 1 +10 @ 100"]);
    }
}

#[test]
fn limit_orders() {
    let (low, gap) = ([100.0, 101.0, 94.0, 99.0], [93.0, 94.0, 92.0, 93.0]);
    check(10.0, LIMIT_95, TimeInForce::Gtc, &[QUIET, low], &["filled 1 +10 @ 95"]);
    check(10.0, LIMIT_95, TimeInForce::Gtc, &[QUIET, gap], &["filled 1 +10 @ 93"]);
    check(10.0, LIMIT_95, TimeInForce::Day, &[QUIET, low], &["expired 1"]);
    check(10.0, LIMIT_95, TimeInForce::Day, &[low, low], &["filled 1 +10 @ 95"]);
    check(10.0, LIMIT_95, TimeInForce::Bar, &[QUIET, low], &["expired 1"]);
    check(10.0, LIMIT_95, TimeInForce::Ioc, &[low], &["canceled 1"]);
    check(10.0, LIMIT_95, TimeInForce::Ioc, &[gap], &["filled 1 +10 @ 93"]);
    check(10.0, LIMIT_95, TimeInForce::Fok, &[low], &["canceled 1"]);
    check(10.0, LIMIT_95, TimeInForce::Fok, &[gap], &["filled 1 +10 @ 93"]);
    let sell = OrderKind::Limit { limit_price: 105.0 };
    check(
        -10.0,
        sell,
        TimeInForce::Gtc,
        &[QUIET, [100.0, 106.0, 99.0, 101.0]],
        &["filled 1 -10 @ 105"],
    );
    check(-10.0, sell, TimeInForce::Gtc, &[[107.0, 108.0, 106.0, 107.0]], &["filled 1 -10 @ 107"]);
}

#[test]
fn stop_orders() {
    let (high, gap) = ([100.0, 111.0, 99.0, 105.0], [112.0, 113.0, 108.0, 109.0]);
    check(10.0, STOP_110, TimeInForce::Gtc, &[QUIET, high], &["filled 1 +10 @ 110"]);
    check(10.0, STOP_110, TimeInForce::Gtc, &[QUIET, gap], &["filled 1 +10 @ 112"]);
    check(10.0, STOP_110, TimeInForce::Day, &[QUIET, high], &["expired 1"]);
    check(10.0, STOP_110, TimeInForce::Bar, &[QUIET, high], &["expired 1"]);
    let sell = OrderKind::Stop { stop_price: 95.0 };
    check(
        -10.0,
        sell,
        TimeInForce::Gtc,
        &[QUIET, [99.0, 100.0, 94.0, 96.0]],
        &["filled 1 -10 @ 95"],
    );
    check(-10.0, sell, TimeInForce::Gtc, &[[90.0, 92.0, 89.0, 91.0]], &["filled 1 -10 @ 90"]);
}

#[test]
fn stop_limit_orders() {
    let at = |stop_price, limit_price| OrderKind::StopLimit { stop_price, limit_price };
    let high = [100.0, 111.0, 99.0, 105.0];
    check(10.0, at(110.0, 112.0), TimeInForce::Gtc, &[QUIET, high], &["filled 1 +10 @ 110"]);
    let gap = [113.0, 114.0, 112.5, 113.0];
    check(10.0, at(110.0, 112.0), TimeInForce::Gtc, &[gap], &[]);
    check(10.0, at(110.0, 112.0), TimeInForce::Gtc, &[gap, QUIET], &["filled 1 +10 @ 100"]);
    check(10.0, at(110.0, 106.0), TimeInForce::Gtc, &[high], &["filled 1 +10 @ 106"]);
    check(10.0, at(110.0, 104.0), TimeInForce::Gtc, &[high], &[]);
    check(10.0, at(110.0, 104.0), TimeInForce::Gtc, &[high, QUIET], &["filled 1 +10 @ 100"]);
    check(
        -10.0,
        at(95.0, 94.0),
        TimeInForce::Gtc,
        &[[99.0, 100.0, 93.0, 96.0]],
        &["filled 1 -10 @ 95"],
    );
}

#[test]
fn auctions_are_the_open_and_the_close_of_a_session() {
    let (open, close) = (OrderKind::MarketOnOpen, OrderKind::MarketOnClose);
    check(10.0, open, TimeInForce::Day, &[QUIET], &["filled 1 +10 @ 100"]);
    check(10.0, close, TimeInForce::Day, &[QUIET], &["filled 1 +10 @ 101"]);
    // Sent inside a session: the close is that day's, the open is the next day's.
    let mut venue = venue();
    venue.pass_time(super::midnight(0).saturating_add_nanos(1)).unwrap();
    send(&mut venue, 1, 10.0, open, TimeInForce::Day);
    send(&mut venue, 2, -10.0, close, TimeInForce::Day);
    assert_eq!(told(&mut venue), ["accepted 1", "accepted 2"]);
    let mut half = row(1, 24, Some([100.0, 101.0, 99.0, 100.5]));
    half.time = half.time.saturating_add_nanos(-12 * 3_600_000_000_000);
    half.bars[0].as_mut().unwrap().available_at = half.time;
    venue.advance(&half).unwrap();
    assert_eq!(told(&mut venue), Vec::<String>::new());
    venue.advance(&row(1, 12, Some([101.0, 103.0, 100.0, 102.0]))).unwrap();
    assert_eq!(told(&mut venue), ["filled 2 -10 @ 102"]);
    venue.advance(&day(2, [104.0; 4])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 104"]);
}

// fault: auction
#[test]
fn an_auction_that_does_not_take_place_ends_the_order() {
    let mut venue = venue();
    send(&mut venue, 1, 10.0, OrderKind::MarketOnClose, TimeInForce::Day);
    venue.advance(&row(1, 24, None)).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1", "expired 1"]);
}

#[test]
fn a_resting_limit_may_need_a_trade_beyond_it() {
    let rules = VenueRules { limit_fill: LimitFill::Through, ..VenueRules::default() };
    let mut venue = venue_with(rules);
    send(&mut venue, 1, 10.0, LIMIT_95, TimeInForce::Gtc);
    venue.advance(&day(1, [100.0, 101.0, 95.0, 99.0])).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1"]);
    venue.advance(&day(2, [100.0, 101.0, 94.9, 99.0])).unwrap();
    assert_eq!(told(&mut venue), ["filled 1 +10 @ 95"]);
}

#[test]
fn a_share_of_the_volume_is_all_that_one_order_gets() {
    let rules = VenueRules { participation_frac: Some(0.04), ..VenueRules::default() };
    let run = |time_in_force| {
        let mut venue = venue_with(rules);
        send(&mut venue, 1, 10.0, OrderKind::Market, time_in_force);
        (1..4).for_each(|d| venue.advance(&day(d, [100.0 + d as f64; 4])).unwrap());
        check_conservation(&venue);
        told(&mut venue).split_off(1)
    };
    assert_eq!(
        run(TimeInForce::Gtc),
        ["filled 1 +4 @ 101", "filled 1 +4 @ 102", "filled 1 +2 @ 103"]
    );
    assert_eq!(run(TimeInForce::Bar), ["filled 1 +4 @ 101", "expired 1"]);
    assert_eq!(run(TimeInForce::Ioc), ["filled 1 +4 @ 101", "canceled 1"]);
    assert_eq!(run(TimeInForce::Fok), ["canceled 1"]);
}

#[test]
fn a_resting_order_pays_no_spread() {
    let mut venue = venue();
    send(&mut venue, 1, 10.0, LIMIT_95, TimeInForce::Gtc);
    send(&mut venue, 2, 10.0, OrderKind::Market, TimeInForce::Gtc);
    venue.advance(&day(1, [100.0, 101.0, 94.0, 99.0])).unwrap();
    let fills = venue.truth().fills;
    let cost = |id: u64| fills.iter().find(|f| f.fill.order_id.0 == id).unwrap().fill.cost;
    assert!((cost(1) - 950.0 * 1e-3).abs() < 1e-12);
    assert!((cost(2) - 1000.0 * 3e-3).abs() < 1e-12);
}
