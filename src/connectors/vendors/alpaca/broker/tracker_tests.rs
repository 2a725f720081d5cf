//! Words of the venue and the events that follow from them.

use serde_json::json;

use super::*;
use crate::base::recorded;
use crate::connectors::vendors::alpaca::broker::wire::TradingMessage;

fn tracker() -> Tracker {
    Tracker::new(References::try_new("s").unwrap())
}

/// An update of order 7 for 100 shares, `traded` of which have traded.
fn update(event: &str, status: &str, traded: f64, extra: &serde_json::Value) -> Update {
    let mut data = json!({
        "event": event,
        "timestamp": "2024-01-10T15:00:00Z",
        "order": {"id": "v7", "client_order_id": "releat-s-7", "symbol": "SPY", "qty": "100",
            "filled_qty": traded.to_string(), "side": "buy", "type": "market", "status": status},
    });
    for (name, value) in extra.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    serde_json::from_value(data).unwrap()
}

fn part(traded: f64, quantity: f64) -> Update {
    let extra =
        json!({"execution_id": format!("x{traded}"), "qty": quantity.to_string(), "price": "10"});
    let status = if traded < 100.0 { "partially_filled" } else { "filled" };
    let event = if traded < 100.0 { "partial_fill" } else { "fill" };
    update(event, status, traded, &extra)
}

fn row(traded: f64, quantity: f64) -> Activity {
    serde_json::from_value(json!({"id": format!("a{traded}"), "cum_qty": traded.to_string(),
        "price": "10", "qty": quantity, "transaction_time": "2024-01-10T15:00:00.123Z",
        "order_id": "v7"}))
    .unwrap()
}

fn short(events: &[BrokerEvent]) -> String {
    let words = events.iter().map(|event| match event {
        BrokerEvent::Accepted { order_id, .. } => format!("accepted {order_id}"),
        BrokerEvent::Filled(fill) => format!("{} {}", fill.execution_id, fill.quantity),
        BrokerEvent::Corrected { execution_id, fill } => {
            format!("corrected {execution_id} {} @ {}", fill.quantity, fill.price)
        }
        BrokerEvent::Canceled { order_id, .. } => format!("canceled {order_id}"),
        BrokerEvent::CancelRefused { order_id, .. } => format!("cancel refused {order_id}"),
        BrokerEvent::Expired { order_id, .. } => format!("expired {order_id}"),
        BrokerEvent::Rejected { order_id, reason, .. } => format!("rejected {order_id} {reason:?}"),
        other => format!("{other:?}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn each_fact_is_told_once_in_any_order() {
    let none = json!({});
    let mut tracker = tracker();
    let mut hear = |update: &Update| short(&tracker.update(update));
    assert_eq!(hear(&update("pending_new", "pending_new", 0.0, &none)), "accepted 7");
    assert_eq!(hear(&update("new", "new", 0.0, &none)), "");
    assert_eq!(hear(&part(30.0, 30.0)), "v7/30 30");
    assert_eq!(hear(&part(30.0, 30.0)), "");
    assert_eq!(hear(&part(100.0, 50.0)), "v7/100 50");
    assert_eq!(hear(&part(50.0, 20.0)), "v7/50 20");
    assert_eq!(hear(&update("canceled", "canceled", 100.0, &none)), "");
}

// fault: fill_before_acceptance, fill_after_cancel
#[test]
fn a_fill_before_the_order_is_accepted_and_one_after_its_cancel() {
    let mut tracker = tracker();
    assert_eq!(short(&tracker.update(&part(30.0, 30.0))), "accepted 7, v7/30 30");
    let canceled = update("canceled", "canceled", 50.0, &json!({}));
    assert_eq!(short(&tracker.update(&canceled)), "canceled 7");
    assert_eq!(tracker.suspects().len(), 1);
    assert_eq!(short(&tracker.update(&part(50.0, 20.0))), "v7/50 20");
    assert!(tracker.suspects().is_empty());
}

#[test]
fn lists_and_stream_have_one_name_of_an_execution() {
    let mut tracker = tracker();
    tracker.update(&part(30.0, 30.0));
    // The second part was lost; the third shows it.
    tracker.update(&part(100.0, 50.0));
    assert!(tracker.suspects().contains("v7"));
    let rows = [row(30.0, 30.0), row(50.0, 20.0), row(50.0, 20.0), row(100.0, 50.0)];
    let fills = tracker.fills(&rows);
    assert_eq!(fills.len(), 3);
    assert_eq!(short(&tracker.missed(fills)), "v7/50 20");
    assert!(tracker.suspects().is_empty());
    assert_eq!(short(&tracker.update(&part(50.0, 20.0))), "");
}

// fault: correction
#[test]
fn a_trade_may_be_corrected_and_taken_back() {
    let mut tracker = tracker();
    tracker.update(&part(30.0, 30.0));
    let extra = json!({"previous_execution_id": "x30", "qty": "30", "price": "11"});
    let correct = update("trade_correct", "partially_filled", 30.0, &extra);
    assert_eq!(short(&tracker.update(&correct)), "corrected v7/30 30 @ 11");
    let extra = json!({"previous_execution_id": "x30"});
    let bust = update("trade_bust", "new", 0.0, &extra);
    assert_eq!(short(&tracker.update(&bust)), "corrected v7/30 0 @ 11");
    assert_eq!(short(&tracker.update(&bust)), "");
    // The same quantity trades again: another execution.
    let extra = json!({"execution_id": "y30", "qty": "30", "price": "12"});
    let again = update("partial_fill", "partially_filled", 30.0, &extra);
    assert_eq!(short(&tracker.update(&again)), "v7/30/1 30");
    assert!(!tracker.take_torn());
    let extra = json!({"previous_execution_id": "who"});
    tracker.update(&update("trade_bust", "new", 0.0, &extra));
    assert!(tracker.take_torn() && !tracker.take_torn());
}

#[test]
fn strange_words_are_kept() {
    let mut tracker = tracker();
    let odd = update("moved_to_the_moon", "on_the_moon", 0.0, &json!({}));
    assert_eq!(short(&tracker.update(&odd)), "");
    assert!(tracker.suspects().contains("v7"));
    assert_eq!(tracker.standing(&odd.order), Standing::Open);
    let notes: Vec<&String> = tracker.notes().iter().collect();
    assert_eq!(notes, ["unknown event `moved_to_the_moon`", "unknown status `on_the_moon`"]);
}

#[test]
fn others_are_left_alone() {
    let mut tracker = tracker();
    let Some(folder) = recorded("api/alpaca") else { return };
    let path = folder.join("recorded_trade_updates_DOGEUSD.jsonl");
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let TradingMessage::Update(update) = TradingMessage::read(line.as_bytes()).unwrap() {
            assert_eq!(short(&tracker.update(&update)), "");
        }
    }
    // The same frames, were they of ours.
    let path = folder.join("recorded_trade_updates_DOGEUSD.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("ccxt_214efabb8ba04f9fbda29883611402a6", "releat-s-1");
    let text = text.replace("DOGE/USD", "DOGEUSD");
    let mut told = Vec::new();
    for line in text.lines() {
        if let TradingMessage::Update(update) = TradingMessage::read(line.as_bytes()).unwrap() {
            told.extend(tracker.update(&update));
        }
    }
    let told = short(&told);
    assert!(
        told.starts_with("accepted 1, b28e2b24-b1b2-40cc-8979-63f45e8edc02/129.7 129.7"),
        "{told}"
    );
}

#[test]
fn orders_of_lists_end_as_their_status_says() {
    let check = |status: &str, expected: &str| {
        let mut tracker = tracker();
        let mut order = update("new", status, 0.0, &json!({})).order;
        order.reject_reason = Some("no".to_owned());
        let events = tracker.order(&order, Timestamp::default());
        assert_eq!(short(&events), expected, "{status}");
        assert!(tracker.order(&order, Timestamp::default()).is_empty());
    };
    check("new", "accepted 7");
    check("held", "accepted 7");
    check("canceled", "canceled 7");
    check("replaced", "canceled 7");
    check("expired", "expired 7");
    check("rejected", "rejected 7 Venue(\"no\")");
    check("filled", "accepted 7");
    check("whatever", "accepted 7");
}
