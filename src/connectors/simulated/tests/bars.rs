//! Orders of the environment: at the price of the fill rule, good for one bar.

use super::{
    approved, check_conservation, day, env, midnight, order, row, send_market, spy, venue,
};
use crate::base::Timestamp;
use crate::config::{Env, FillRule, PositionRules};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::{OrderId, OrderKind, OrderRequest, Side, Symbol, TimeInForce};
use crate::ports::{Broker, BrokerError, BrokerEvent, Protection, RejectReason};

fn venue_of(fill: FillRule, rules: PositionRules) -> SimulatedVenue {
    let mut venue = SimulatedVenue::new(&env(fill, rules), 252.0, &[spy()]);
    venue.watch(&day(0, [98.0, 101.0, 97.0, 100.0])).unwrap();
    venue
}

fn check_fill(fill: FillRule, price: f64, time: Timestamp) {
    let mut venue = venue_of(fill, PositionRules::default());
    send_market(&mut venue, 1, 10.0).unwrap();
    let accepted = BrokerEvent::Accepted { order_id: OrderId(1), time: midnight(0) };
    assert_eq!(venue.poll().unwrap(), [accepted]);
    venue.advance(&day(1, [105.0, 110.0, 104.0, 108.0])).unwrap();
    let events = venue.poll().unwrap();
    let [BrokerEvent::Filled(fill)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((fill.order_id, fill.side, fill.quantity), (OrderId(1), Side::Buy, 10.0));
    assert_eq!((fill.price, fill.time), (price, time));
    assert_eq!(fill.execution_id, "sim-1-1");
    assert!((fill.cost - 10.0 * price * 3e-3).abs() < 1e-12);
    let account = venue.snapshot(midnight(0)).unwrap().account;
    assert_eq!(account.positions, [(spy(), 10.0)]);
    assert!((account.cash - (10_000.0 - 10.0 * price * 1.003)).abs() < 1e-9);
    check_conservation(&venue);
}

#[test]
fn orders_fill_by_the_rule() {
    check_fill(FillRule::NextOpen, 105.0, midnight(0));
    check_fill(FillRule::NextClose, 108.0, midnight(1));
    check_fill(FillRule::SameClose, 100.0, midnight(0));
}

#[test]
fn an_order_without_a_bar_is_rejected_once() {
    for kind in [OrderKind::Market, OrderKind::Limit { limit_price: 90.0 }] {
        let mut venue = venue();
        venue.submit(approved(order(1, 10.0, kind, TimeInForce::Bar))).unwrap();
        venue.poll().unwrap();
        venue.advance(&row(1, 24, None)).unwrap();
        let (order_id, reason) = (OrderId(1), RejectReason::NotTrading);
        let time = midnight(1);
        assert_eq!(venue.poll().unwrap(), [BrokerEvent::Rejected { order_id, reason, time }]);
        venue.advance(&day(2, [100.0; 4])).unwrap();
        assert_eq!(venue.poll().unwrap(), []);
        assert_eq!(venue.snapshot(midnight(0)).unwrap().account.positions, [(spy(), 0.0)]);
    }
}

#[test]
fn a_stop_closes_the_position_and_its_order_number_tells_whose() {
    let rules = PositionRules { stop_loss_frac: Some(0.05), ..PositionRules::default() };
    let mut venue = venue_of(FillRule::NextOpen, rules);
    send_market(&mut venue, 1, 10.0).unwrap();
    venue.advance(&day(1, [100.0, 101.0, 99.0, 100.0])).unwrap();
    venue.poll().unwrap();
    venue.advance(&day(2, [94.0, 96.0, 90.0, 91.0])).unwrap();
    let events = venue.poll().unwrap();
    let [BrokerEvent::Protected { fill, cause }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((*cause, fill.order_id), (Protection::StopLoss, OrderId(1)));
    assert_eq!((fill.side, fill.quantity, fill.price), (Side::Sell, 10.0, 94.0));
    assert_eq!(fill.execution_id, "sim-protection-1");
    check_conservation(&venue);
}

#[test]
fn what_cannot_be_an_order_is_refused() {
    let mut venue = venue();
    let other: Symbol = "QQQ".parse().unwrap();
    let foreign = OrderRequest::market(OrderId(1), other, 1.0, midnight(0));
    let error = venue.submit(approved(foreign)).unwrap_err();
    assert_eq!(error.to_string(), "the venue trades no `QQQ`");
    send_market(&mut venue, 2, 1.0).unwrap();
    let error = send_market(&mut venue, 2, 1.0).unwrap_err();
    assert_eq!(error.to_string(), "order numbers must rise, was 2 after 2");
    let mut unopened = SimulatedVenue::new(&Env::default(), 252.0, &[spy()]);
    let error = send_market(&mut unopened, 1, 1.0).unwrap_err();
    assert_eq!(error, BrokerError::NoMarket { symbol: spy() });
}

#[test]
fn a_row_that_has_passed_is_ignored() {
    let mut venue = venue();
    send_market(&mut venue, 1, 10.0).unwrap();
    let rows = [day(1, [105.0; 4]), day(2, [106.0; 4])];
    rows.iter().for_each(|row| venue.advance(row).unwrap());
    let truth = venue.truth();
    rows.iter().for_each(|row| venue.watch(row).unwrap());
    rows.iter().for_each(|row| venue.advance(row).unwrap());
    assert_eq!(venue.truth(), truth);
}
