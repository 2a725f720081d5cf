//! Recorded frames and samples of the documents.

use super::{Account, Clock, Day, Position, Quantity, Standing, TradingMessage, WireOrder, standing};
use crate::base::recorded;

#[test]
fn the_recorded_updates_are_read() {
    let Some(folder) = recorded("api/alpaca") else { return };
    let path = folder.join("recorded_trade_updates_DOGEUSD.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let read = |line: &str| TradingMessage::read(line.as_bytes()).unwrap();
    let frames: Vec<TradingMessage> = text.lines().map(read).collect();
    assert_eq!(frames[0], TradingMessage::Authorization { is_authorized: true });
    assert_eq!(frames[1], TradingMessage::Listening(vec!["trade_updates".to_owned()]));
    let updates: Vec<_> = frames[2..]
        .iter()
        .map(|frame| match frame {
            TradingMessage::Update(update) => update,
            other => panic!("{other:?}"),
        })
        .collect();
    let events: Vec<&str> = updates.iter().map(|update| update.event.as_str()).collect();
    assert_eq!(events, ["pending_new", "new", "fill"]);
    assert_eq!(updates[0].execution_id, None);
    assert_eq!(
        updates[1].execution_id.as_deref(),
        Some("4adee259-5b3c-4bc8-891f-16ba1784e0be")
    );
    assert_eq!(updates[2].order.filled(), Quantity::parse("129.7").unwrap());
    assert_eq!(standing(&updates[2].order.status), Some(Standing::Filled));
}

#[test]
fn the_samples_of_the_documents_are_read() {
    let Some(folder) = recorded("api/alpaca") else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let account: Account = serde_json::from_str(&text("doc_sample_account.json")).unwrap();
    assert_eq!((account.cash.0, account.is_paper()), (-23140.2, false));
    let order: WireOrder = serde_json::from_str(&text("doc_sample_order_accepted.json")).unwrap();
    assert_eq!((order.qty, order.filled()), (Quantity::parse("1"), Quantity::default()));
    let held: Vec<Position> = serde_json::from_str(&text("doc_sample_positions.json")).unwrap();
    assert_eq!(held[0].signed(), 5.0);
    let days: Vec<Day> = serde_json::from_str(&text("doc_sample_calendar.json")).unwrap();
    assert_eq!((days.len(), days[0].open.as_str()), (2, "09:30"));
    let clock: Clock = serde_json::from_str(&text("recorded_clock.json")).unwrap();
    assert_eq!(clock.timestamp.to_string(), "2024-07-18T08:10:33.389152169Z");
}

#[test]
fn broken_frames_are_errors() {
    for text in ["", "{", "[]", "{\"stream\":1}", "{\"stream\":\"trade_updates\",\"data\":{}}"] {
        assert!(TradingMessage::read(text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(standing("on_the_moon"), None);
}
