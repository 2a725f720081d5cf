//! What events and effects say in the tables that are asked questions.

use super::fixtures::{NAME, Place, at, bar, timer};
use crate::config::RiskLimits;
use crate::domain::{Calendar, CalendarName, Fill, OrderId, OrderRequest, Side, Symbol, Timeframe};
use crate::ports::{BrokerAccount, BrokerEvent, BrokerSnapshot, OrderEnd, RejectReason};
use crate::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict};
use crate::trader::ledger::Kept;
use crate::trader::{Alert, Effect, Event};

fn symbol() -> Symbol {
    "SPY".parse().unwrap()
}

fn cleared(id: u64, signed: f64) -> Approved<OrderRequest> {
    let market = Market {
        symbols: vec![symbol()],
        timeframe: "1d".parse::<Timeframe>().unwrap(),
        calendar: Calendar::new(CalendarName::Xnys),
    };
    let mut gate =
        RiskGate::try_new(&RiskLimits::default(), &market, RiskState::default()).unwrap();
    let line = BookLine {
        symbol: symbol(),
        quantity: 0.0,
        held: 0.0,
        price: Some(100.0),
        top: None,
        bar_time: None,
    };
    let mut book = Book { equity: Some(1e6), cash: Some(1e6), lines: vec![line] };
    let request = OrderRequest::market(OrderId(id), symbol(), signed, at(1));
    match gate.review(request, &mut book, at(1)) {
        Verdict::Approved(order) => order,
        other => panic!("{other:?}"),
    }
}

fn fill(name: &str, id: u64, quantity: f64) -> Fill {
    Fill {
        execution_id: name.to_owned(),
        order_id: OrderId(id),
        symbol: symbol(),
        side: Side::Buy,
        quantity,
        price: 100.0,
        cost: 0.5,
        time: at(3),
    }
}

#[test]
fn orders_fills_positions_alerts_and_risk_come_from_the_rows() {
    let place = Place::new();
    let mut recorder = place.recorder();
    let submits: Vec<Effect> = (1..=4).map(|id| Effect::Submit(cleared(id, 10.0))).collect();
    assert_eq!(recorder.record(&bar(1, 100.0), &submits).unwrap(), Kept::Stored);
    assert!(place.rows()[0].json.contains(r#"{"submit":{"id":1,"symbol":"SPY","#));
    recorder.record(&Event::Broker(BrokerEvent::Filled(fill("a", 1, 10.0))), &[]).unwrap();
    let rejected = BrokerEvent::Rejected {
        order_id: OrderId(2),
        reason: RejectReason::Venue("no shares".to_owned()),
        time: at(3),
    };
    recorder.record(&Event::Broker(rejected), &[]).unwrap();
    // After a gap: the first fill again, one that was missed, the end of an order.
    let snapshot = BrokerSnapshot {
        time: at(4),
        account: BrokerAccount { cash: 0.0, positions: Vec::new() },
        open_orders: Vec::new(),
        executions: vec![fill("a", 1, 10.0), fill("b", 3, 4.0)],
        ended_orders: vec![(OrderId(3), OrderEnd::Canceled)],
    };
    let alert = Alert::NeverArrived { order_id: OrderId(4) };
    let effects = [Effect::Alert(alert), Effect::KeepRisk(RiskState::default())];
    recorder.record(&Event::Snapshot { time: at(4), snapshot }, &effects).unwrap();
    recorder.record(&timer(5), &[]).unwrap();
    recorder.flush().unwrap();
    let store = place.store();
    let orders = store.session_orders(NAME).unwrap();
    let states: Vec<_> = orders.iter().map(|order| (&*order.state, order.filled)).collect();
    let expected = [("filled", 10.0), ("rejected", 0.0), ("canceled", 4.0), ("never_arrived", 0.0)];
    assert_eq!(states, expected);
    assert_eq!(orders[1].reason.as_deref(), Some("no shares"));
    let fills = store.session_fills(NAME).unwrap();
    let fills: Vec<_> = fills.iter().map(|fill| (&*fill.execution_id, fill.ledger_row)).collect();
    assert_eq!(fills, [("a", 2), ("b", 4)]);
    assert_eq!(store.session_positions(NAME).unwrap()[0].quantity, 14.0);
    let alerts = store.session_alerts(NAME).unwrap();
    assert_eq!((alerts.len(), &*alerts[0].kind), (1, "never_arrived"));
    let kept: RiskState = serde_json::from_str(&store.kept_risk("sim").unwrap().unwrap()).unwrap();
    assert_eq!(kept, RiskState::default());
}
