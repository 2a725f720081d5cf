//! Conversations without a socket.

use super::talk::Step;
use super::{DataTalk, Talk, TradingTalk};
use crate::config::AlpacaConnector;
use crate::connectors::vendors::alpaca::broker::rest::Keys;

fn keys() -> Keys {
    Keys::read(&AlpacaConnector {
        key_variable: "CARGO_PKG_NAME".to_owned(),
        secret_variable: "CARGO_PKG_VERSION".to_owned(),
        ..AlpacaConnector::default()
    })
    .unwrap()
}

fn short<T: std::fmt::Debug>(steps: Vec<Step<T>>) -> String {
    let words = steps.into_iter().map(|step| match step {
        Step::Say(text) => {
            let said: serde_json::Value = serde_json::from_str(&text).unwrap();
            format!("say {}", said["action"].as_str().unwrap())
        }
        Step::Ready => "ready".to_owned(),
        Step::Item(_) => "item".to_owned(),
        Step::Note(note) => note,
        Step::Quit(reason) => format!("quit: {reason}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_greeting_of_trade_updates() {
    let mut talk = TradingTalk::new(keys());
    assert_eq!(short(talk.open()), "say auth");
    let mut hear = |text: &str| short(talk.hear(text.as_bytes()));
    let word = |status: &str| format!(r#"{{"stream":"authorization","data":{{"status":"{status}"}}}}"#);
    assert_eq!(hear(&word("authorized")), "say listen");
    assert_eq!(hear(&word("unauthorized")), "quit: the venue refused the key");
    assert_eq!(hear(r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#), "ready");
    assert!(hear(r#"{"stream":"listening","data":{"streams":[]}}"#).starts_with("quit"));
    assert_eq!(hear(r#"{"stream":"moon","data":{}}"#), "unknown stream `moon`");
    assert!(hear("{").starts_with("quit: a frame could not be read"));
}

#[test]
fn the_greeting_of_market_data() {
    let mut talk = DataTalk::new(keys(), vec!["SPY".parse().unwrap()]).with_quotes();
    assert_eq!(short(talk.open()), "");
    let mut hear = |text: &str| short(talk.hear(text.as_bytes()));
    assert_eq!(hear(r#"[{"T":"success","msg":"connected"}]"#), "say auth");
    assert_eq!(hear(r#"[{"T":"success","msg":"authenticated"}]"#), "say subscribe");
    let good = r#"[{"T":"subscription","trades":[],"bars":["SPY"],"quotes":["SPY"]}]"#;
    assert_eq!(hear(good), "ready");
    let lacking = r#"[{"T":"subscription","bars":["SPY"],"quotes":[]}]"#;
    assert_eq!(hear(lacking), "quit: the venue streams nothing of `SPY`");
    let busy = r#"[{"T":"error","code":406,"msg":"connection limit exceeded"}]"#;
    assert!(hear(busy).contains("406: connection limit exceeded; another program streams"));
    let bars = r#"[{"T":"b","S":"SPY","o":1,"h":2,"l":1,"c":2,"v":5,"t":"2024-01-10T15:00:00Z"},
        {"T":"q","S":"SPY","bp":1.0,"bs":3,"ap":1.1,"as":4,"t":"2024-01-10T15:00:00.5Z"},
        {"T":"x","a":1}]"#;
    assert_eq!(hear(bars), "item, item, unknown message of market data");
}
