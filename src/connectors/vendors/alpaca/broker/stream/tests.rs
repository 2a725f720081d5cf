//! What messages of the stream mean.

use super::read::{event, word};
use crate::connectors::vendors::alpaca::broker::wire::DataMessage;
use crate::domain::{Calendar, CalendarName};
use crate::ports::StreamEvent;

fn check(text: &str, expected: &str) {
    let calendar = Calendar::new(CalendarName::Xnys);
    let symbols = ["SPY".parse().unwrap()];
    let messages = DataMessage::read(text.as_bytes()).unwrap();
    let events = messages.into_iter().filter_map(|message| event(message, &symbols, &calendar));
    let short = events.map(|event| match event {
        StreamEvent::Bar { symbol, bar, span } => {
            format!("bar {symbol} {} {} {span}", bar.available_at, bar.close)
        }
        StreamEvent::Quote { top, .. } => format!("quote {} {}", top.bid, top.ask),
        StreamEvent::Stale { reason, .. } => format!("stale {reason}"),
        StreamEvent::Fresh { .. } => "fresh".to_owned(),
        StreamEvent::Note { text, .. } => format!("note {text}"),
    });
    assert_eq!(short.collect::<Vec<_>>().join("; "), expected);
}

#[test]
fn messages_become_events() {
    let bar = |time: &str, high: &str| {
        format!(r#"[{{"T":"b","S":"SPY","o":1,"h":{high},"l":1,"c":2,"v":5,"t":"{time}"}}]"#)
    };
    check(&bar("2024-01-10T15:00:00Z", "2"), "bar SPY 2024-01-10T15:01:00Z 2 1min");
    check(&bar("2024-01-10T21:00:00Z", "2"), "");
    check(&bar("2024-01-10T15:00:00Z", "1e300"), "");
    let quote = |bid: &str| {
        format!(r#"[{{"T":"q","S":"SPY","bp":{bid},"ap":2,"t":"2024-01-10T15:00:00Z"}}]"#)
    };
    check(&quote("1.5"), "quote 1.5 2");
    check(&quote("0"), "");
    check(&quote("2.5"), "");
    let status = |code: &str| {
        let time = "2024-01-10T15:00:00Z";
        format!(r#"[{{"T":"s","S":"SPY","sc":"{code}","sm":"Halt","rm":"News","t":"{time}"}}]"#)
    };
    check(&status("H"), "stale H: Halt, News");
    check(&status("T"), "fresh");
    check(&status("Z"), "");
    check(r#"[{"T":"q","S":"QQQ","bp":1,"ap":2,"t":"2024-01-10T15:00:00Z"}]"#, "");
}

#[test]
fn timeframes_have_words() {
    let check = |timeframe: &str, expected: Option<&str>| {
        assert_eq!(word(timeframe.parse().unwrap()).as_deref(), expected);
    };
    check("1min", Some("1Min"));
    check("15min", Some("15Min"));
    check("4h", Some("4Hour"));
    check("1d", Some("1Day"));
    check("30s", None);
}
