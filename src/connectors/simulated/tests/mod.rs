//! Tests of the simulated venue.

mod bars;
mod brackets;
mod faults;
mod journal;
mod kinds;
mod parity;
mod quotes;
mod requests;
mod sessions;

use super::{SimulatedVenue, VenueRules};
use crate::base::Timestamp;
use crate::config::{Costs, Env, FillRule, PositionRules, RiskLimits, SlippageCost};
use crate::domain::{
    Bar, Calendar, CalendarName, Fill, MarketRow, OrderId, OrderKind, OrderRequest, Symbol,
    TimeInForce, Timeframe,
};
use crate::ports::{Broker, BrokerError, BrokerEvent};
use crate::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict};

/// A day on which the always-open calendar has a session, as all others.
const FIRST_DAY: i64 = 18_000;

pub(super) fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

/// Midnight at the end of a day of the test market.
pub(super) fn midnight(day: i64) -> Timestamp {
    Timestamp::from_seconds((FIRST_DAY + day + 1) * 86_400)
}

/// A bar of 100 shares that lasts for the last `hours` hours of a day.
pub(super) fn row(day: i64, hours: i64, bar: Option<[f64; 4]>) -> MarketRow {
    let available_at = midnight(day);
    let open_time = available_at.saturating_add_nanos(-hours * 3_600_000_000_000);
    let bar = bar.map(|[open, high, low, close]| Bar {
        open_time,
        available_at,
        open,
        high,
        low,
        close,
        volume: 100.0,
    });
    MarketRow { time: available_at, bars: vec![bar] }
}

/// A whole day.
pub(super) fn day(day: i64, bar: [f64; 4]) -> MarketRow {
    row(day, 24, Some(bar))
}

/// Clears an order by a gate without limits.
pub(super) fn approved(request: OrderRequest) -> Approved<OrderRequest> {
    let market = Market {
        symbols: vec![request.symbol.clone()],
        timeframe: Timeframe::Day,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    let line = BookLine {
        symbol: request.symbol.clone(),
        quantity: 0.0,
        held: 0.0,
        price: Some(100.0),
        top: None,
        bar_time: Some(request.decided_at),
    };
    let mut book = Book { equity: Some(1e9), cash: Some(1e9), lines: vec![line] };
    let now = request.decided_at;
    let mut gate =
        RiskGate::try_new(&RiskLimits::default(), &market, RiskState::default()).unwrap();
    match gate.review(request, &mut book, now) {
        Verdict::Approved(order) => order,
        Verdict::Denied(denial) => panic!("{denial}"),
        Verdict::Wait { until, .. } => panic!("to wait until {until}"),
    }
}

/// A venue with commission of 10 basis points and a half-spread of 20, on an account of 10,000.
pub(super) fn env(fill: FillRule, rules: PositionRules) -> Env {
    let costs = Costs {
        commission_bps: 10.0,
        half_spread_bps: 20.0,
        slippage: SlippageCost::ConstantBps(0.0),
        ..Costs::default()
    };
    Env { fill, costs, rules, initial_equity: 10_000.0, ..Env::default() }
}

/// A venue that has closed day 0 at 100.
pub(super) fn venue_with(rules: VenueRules) -> SimulatedVenue {
    let env = env(FillRule::NextOpen, PositionRules::default());
    let venue = SimulatedVenue::new(&env, 252.0, &[spy()]);
    let mut venue = venue.with_rules(rules, CalendarName::AlwaysOpen);
    venue.watch(&day(0, [98.0, 101.0, 97.0, 100.0])).unwrap();
    venue
}

pub(super) fn venue() -> SimulatedVenue {
    venue_with(VenueRules::default())
}

/// An order of any kind, decided when the venue's clock stands where it stands.
pub(super) fn order(
    id: u64,
    signed: f64,
    kind: OrderKind,
    time_in_force: TimeInForce,
) -> OrderRequest {
    let market = OrderRequest::market(OrderId(id), spy(), signed, midnight(0));
    OrderRequest { kind, time_in_force, ..market }
}

pub(super) fn send(
    venue: &mut impl Broker,
    id: u64,
    signed: f64,
    kind: OrderKind,
    time_in_force: TimeInForce,
) {
    venue.submit(approved(order(id, signed, kind, time_in_force))).unwrap();
}

pub(super) fn send_market(
    venue: &mut impl Broker,
    id: u64,
    signed: f64,
) -> Result<(), BrokerError> {
    venue.submit(approved(order(id, signed, OrderKind::Market, TimeInForce::Bar)))
}

/// What is told, in short: `accepted 1`, `filled 1 +10 @ 105`, `canceled 1`.
pub(super) fn told(venue: &mut impl Broker) -> Vec<String> {
    venue.poll().unwrap().iter().map(short).collect()
}

pub(super) fn short(event: &BrokerEvent) -> String {
    let fill = |name: &str, fill: &Fill| {
        let (id, quantity, price) = (fill.order_id, fill.signed_quantity(), fill.price);
        format!("{name} {id} {quantity:+} @ {price}")
    };
    match event {
        BrokerEvent::Accepted { order_id, .. } => format!("accepted {order_id}"),
        BrokerEvent::Filled(done) => fill("filled", done),
        BrokerEvent::Protected { fill: done, .. } => fill("protected", done),
        BrokerEvent::Canceled { order_id, .. } => format!("canceled {order_id}"),
        BrokerEvent::CancelRefused { order_id, .. } => format!("cancel refused {order_id}"),
        BrokerEvent::Expired { order_id, .. } => format!("expired {order_id}"),
        BrokerEvent::Rejected { order_id, .. } => format!("rejected {order_id}"),
        BrokerEvent::CashPosted { .. } => "cash".to_owned(),
        BrokerEvent::CostKnown { execution_id, .. } => format!("cost of {execution_id}"),
        BrokerEvent::Corrected { execution_id, .. } => format!("corrected {execution_id}"),
        BrokerEvent::LinkLost { .. } => "link lost".to_owned(),
        BrokerEvent::LinkRestored { .. } => "link restored".to_owned(),
    }
}

/// Cash and positions are the sum of what happened.
pub(super) fn check_conservation(venue: &SimulatedVenue) {
    let truth = venue.truth();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e4);
    assert!(near(truth.cash, truth.cash_from_records()), "{truth:#?}");
    for (symbol, quantity) in &truth.positions {
        assert!(near(*quantity, truth.position_from_records(symbol)), "{truth:#?}");
    }
    for order in &truth.orders {
        let fills = truth
            .fills
            .iter()
            .filter(|done| done.cause.is_none() && done.fill.order_id == order.request.id);
        let filled: f64 = fills.map(|done| done.fill.quantity).sum();
        assert!(near(order.filled, filled), "{order:#?}");
    }
}
