use super::SimulatedVenue;
use crate::base::Timestamp;
use crate::config::{Costs, Env, FillRule, PositionRules, SlippageCost, Trade};
use crate::domain::{Bar, MarketRow, OrderId, OrderRequest, Side, Symbol};
use crate::ports::{Broker, BrokerError, BrokerEvent, Protection, RejectReason};
use crate::risk::{Approved, Book, BookLine, RiskGate, Verdict};

fn row(day: i64, bar: Option<[f64; 4]>) -> MarketRow {
    let (open_time, available_at) =
        (Timestamp::from_seconds(day), Timestamp::from_seconds(day + 1));
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

fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

fn approved(id: u64, symbol: &Symbol, signed: f64) -> Approved<OrderRequest> {
    let request = OrderRequest {
        id: OrderId(id),
        symbol: symbol.clone(),
        side: if signed < 0.0 { Side::Sell } else { Side::Buy },
        quantity: signed.abs(),
        decided_at: Timestamp::from_seconds(0),
    };
    let line = BookLine { symbol: symbol.clone(), quantity: 0.0, price: Some(100.0) };
    let mut book = Book { equity: Some(1e6), lines: vec![line] };
    match RiskGate::try_new(&Trade::default()).unwrap().review(request, &mut book) {
        Verdict::Approved(order) => order,
        Verdict::Denied(denial) => panic!("{denial}"),
    }
}

fn venue(fill: FillRule, rules: PositionRules) -> SimulatedVenue {
    let costs = Costs {
        commission_bps: 10.0,
        half_spread_bps: 0.0,
        slippage: SlippageCost::ConstantBps(0.0),
        ..Costs::default()
    };
    let env = Env { fill, costs, rules, initial_equity: 10_000.0, ..Env::default() };
    let mut venue = SimulatedVenue::new(&env, 252.0, &[spy()]);
    venue.watch(&row(0, Some([98.0, 101.0, 97.0, 100.0])));
    venue
}

fn check_fill(fill: FillRule, price: f64, second: i64) {
    let mut venue = venue(fill, PositionRules::default());
    venue.submit(approved(1, &spy(), 10.0)).unwrap();
    assert_eq!(venue.poll().unwrap(), []);
    venue.advance(&row(10, Some([105.0, 110.0, 104.0, 108.0])));
    let events = venue.poll().unwrap();
    let [BrokerEvent::Filled(fill)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((fill.order_id, fill.side, fill.quantity), (OrderId(1), Side::Buy, 10.0));
    assert_eq!((fill.price, fill.time), (price, Timestamp::from_seconds(second)));
    assert!((fill.cost - 10.0 * price * 1e-3).abs() < 1e-12);
    let account = venue.account().unwrap();
    assert_eq!(account.positions, [(spy(), 10.0)]);
    assert!((account.cash - (10_000.0 - 10.0 * price * 1.001)).abs() < 1e-9);
}

#[test]
fn orders_fill_by_the_rule() {
    check_fill(FillRule::NextOpen, 105.0, 10);
    check_fill(FillRule::NextClose, 108.0, 11);
    check_fill(FillRule::SameClose, 100.0, 1);
}

#[test]
fn an_order_without_a_bar_is_rejected_once() {
    let mut venue = venue(FillRule::NextOpen, PositionRules::default());
    venue.submit(approved(1, &spy(), 10.0)).unwrap();
    venue.advance(&row(10, None));
    let time = Timestamp::from_seconds(11);
    let (order_id, reason) = (OrderId(1), RejectReason::NotTrading);
    assert_eq!(venue.poll().unwrap(), [BrokerEvent::Rejected { order_id, reason, time }]);
    venue.advance(&row(20, Some([100.0; 4])));
    assert_eq!(venue.poll().unwrap(), []);
    assert_eq!(venue.account().unwrap().positions, [(spy(), 0.0)]);
}

#[test]
fn a_stop_closes_the_position_and_its_order_number_tells_whose() {
    let rules = PositionRules { stop_loss_frac: Some(0.05), ..PositionRules::default() };
    let mut venue = venue(FillRule::NextOpen, rules);
    venue.submit(approved(1, &spy(), 10.0)).unwrap();
    venue.advance(&row(10, Some([100.0, 101.0, 99.0, 100.0])));
    venue.poll().unwrap();
    venue.advance(&row(20, Some([94.0, 96.0, 90.0, 91.0])));
    let events = venue.poll().unwrap();
    let [BrokerEvent::Protected { fill, cause }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((*cause, fill.order_id), (Protection::StopLoss, OrderId(1)));
    assert_eq!((fill.side, fill.quantity, fill.price), (Side::Sell, 10.0, 94.0));
}

#[test]
fn what_cannot_be_an_order_is_refused() {
    let mut venue = venue(FillRule::NextOpen, PositionRules::default());
    let other: Symbol = "QQQ".parse().unwrap();
    let error = venue.submit(approved(1, &other, 1.0)).unwrap_err();
    assert_eq!(error.to_string(), "the venue trades no `QQQ`");
    venue.submit(approved(2, &spy(), 1.0)).unwrap();
    let error = venue.submit(approved(2, &spy(), 1.0)).unwrap_err();
    assert_eq!(error.to_string(), "order numbers must rise, was 2 after 2");
    let mut unopened = SimulatedVenue::new(&Env::default(), 252.0, &[spy()]);
    let error = unopened.submit(approved(1, &spy(), 1.0)).unwrap_err();
    assert_eq!(error, BrokerError::NoMarket { symbol: spy() });
}
