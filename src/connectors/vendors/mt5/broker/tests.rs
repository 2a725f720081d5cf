//! The account behind a double of the bridge.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::connect::{connect, examine};
use super::names::Names;
use super::verdict::{Verdict, verdict};
use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::config::{Limits, Mt5Connector, RiskLimits};
use crate::domain::{Calendar, CalendarName, OrderId, OrderRequest, Symbol, Timeframe};
use crate::ports::{Broker, BrokerEvent, FindingOutcome, OrderEnd, StreamEvent, VenueWish};
use crate::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict as Gate};

const NOW_MS: i64 = 1_704_898_800_000;

/// What the terminal has done: number, side, lots, comment, magic.
#[derive(Default)]
struct Terminal {
    deals: Vec<(i64, String, f64, String, i64)>,
    /// How the next orders go wrong: refused, or done and answered with a failure.
    next: Vec<&'static str>,
    hides_deals: bool,
}

impl Terminal {
    /// Status and body; nothing cuts the line.
    fn reply(&mut self, path: &str, body: &[u8]) -> Option<(u16, String)> {
        let good = |text: &str| Some((200, text.to_owned()));
        match path.split(['/', '?']).nth(1).unwrap_or_default() {
            "account" => good(
                r#"{"login":7,"balance":1000,"equity":1000,"margin":0,"margin_free":1000,
                "margin_level":0,"leverage":1,"currency":"USD","server":"House-Demo"}"#,
            ),
            "tick" => good(&format!(
                r#"{{"time":0,"time_msc":{NOW_MS},"bid":10.0,"ask":10.1,"last":0,"volume":0}}"#
            )),
            "rates_range" => good(&format!(
                r#"[{{"time":{},"open":1,"high":2,"low":1,"close":2,"tick_volume":4,"real_volume":0}}]"#,
                NOW_MS / 1000 - 60
            )),
            "positions" => {
                let held: f64 =
                    self.deals.iter().map(|(_, side, lots, ..)| signed(side, *lots)).sum();
                if held == 0.0 {
                    return good("[]");
                }
                let side = if held < 0.0 { "SELL" } else { "BUY" };
                good(&format!(
                    r#"[{{"ticket":1,"symbol":"SPY","type":"{side}","volume":{},"price_open":10.0,
                    "price_current":10.0,"profit":0}}]"#,
                    held.abs()
                ))
            }
            "history" if self.hides_deals => Some((404, r#"{"detail":"no history"}"#.to_owned())),
            "history" => {
                let rows: Vec<String> = self.deals.iter().map(deal).collect();
                good(&format!("[{}]", rows.join(",")))
            }
            "order" => self.order(body),
            _ => Some((404, r#"{"detail":"Not Found"}"#.to_owned())),
        }
    }

    fn order(&mut self, body: &[u8]) -> Option<(u16, String)> {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let next = self.next.pop();
        if next == Some("refused") {
            return Some((500, r#"{"detail":"filling=default 10019 : No money"}"#.to_owned()));
        }
        let ticket = 100 + self.deals.len() as i64;
        let (lots, magic) = (body["volume"].as_f64().unwrap(), body["magic"].as_i64().unwrap());
        self.deals.push((ticket, text("type"), lots, text("comment"), magic));
        match next {
            Some("lost") => None,
            Some(_) => Some((500, r#"{"detail":"order_send returned None"}"#.to_owned())),
            None => Some((200, format!(r#"{{"status":"ok","ticket":{ticket}}}"#))),
        }
    }
}

fn signed(side: &str, lots: f64) -> f64 {
    if side == "SELL" { -lots } else { lots }
}

fn deal((ticket, side, lots, comment, magic): &(i64, String, f64, String, i64)) -> String {
    format!(
        r#"{{"ticket":{ticket},"order":{ticket},"time":0,"time_msc":{NOW_MS},"type":"{side}",
        "entry":"IN","position_id":1,"volume":{lots},"price":10.0,"commission":-0.5,"swap":0,
        "profit":0,"comment":"{comment}","magic":{magic},"symbol":"SPY"}}"#
    )
}

fn serve(mut stream: TcpStream, terminal: &Mutex<Terminal>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let (mut first, mut length) = (String::new(), 0);
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let path = first.split(' ').nth(1).unwrap().to_owned();
        let Some((status, text)) = terminal.lock().unwrap().reply(&path, &body) else { return };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", text.len());
        if stream.write_all(format!("{head}{text}").as_bytes()).is_err() {
            return;
        }
    }
}

/// The address of a double of the bridge, and its terminal. The thread ends with the process.
fn bridge() -> (Mt5Connector, Arc<Mutex<Terminal>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let terminal = Arc::new(Mutex::new(Terminal::default()));
    let shared = Arc::clone(&terminal);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            thread::spawn(move || serve(stream, &shared));
        }
    });
    let limits = Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 2,
        pause_s: 0.001,
        ..Limits::default()
    };
    (Mt5Connector { base_url, limits }, terminal)
}

fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

fn wish(is_live: bool) -> VenueWish {
    VenueWish {
        session: "s".to_owned(),
        account: None,
        is_live,
        symbols: vec![spy()],
        timeframe: Timeframe::Seconds(300),
        calendar: CalendarName::Xnys,
        currency: "USD".to_owned(),
        history_since: Timestamp::from_seconds(NOW_MS / 1000 - 600),
        quotes: true,
        delayed_data: false,
        memory_dir: std::env::temp_dir(),
    }
}

/// Clears an order by a gate without limits.
fn approved(id: u64, signed: f64) -> Approved<OrderRequest> {
    let now = Timestamp::from_seconds(NOW_MS / 1000);
    let market = Market {
        symbols: vec![spy()],
        timeframe: Timeframe::Day,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    let line = BookLine {
        symbol: spy(),
        quantity: 0.0,
        held: 0.0,
        price: Some(10.0),
        top: None,
        bar_time: Some(now),
    };
    let mut book = Book { equity: Some(1e9), cash: Some(1e9), lines: vec![line] };
    let mut gate =
        RiskGate::try_new(&RiskLimits::default(), &market, RiskState::default()).unwrap();
    let request = OrderRequest::market(OrderId(id), spy(), signed, now);
    match gate.review(request, &mut book, now) {
        Gate::Approved(order) => order,
        _ => panic!("not cleared"),
    }
}

fn news(broker: &mut dyn Broker, wanted: usize) -> Vec<BrokerEvent> {
    let watch = Stopwatch::start();
    let mut events = Vec::new();
    while events.len() < wanted && watch.seconds() < 10.0 {
        events.extend(broker.poll().unwrap());
    }
    events
}

#[test]
fn an_order_trades_once_whatever_the_bridge_answers() {
    let (connector, terminal) = bridge();
    let opened = connect(&connector, &wish(false), &Interrupt::never()).unwrap();
    let (mut broker, mut stream) = (opened.broker, opened.stream);
    broker.submit(approved(1, 3.0)).unwrap();
    let told = news(&mut *broker, 2);
    assert!(matches!(told[0], BrokerEvent::Accepted { .. }), "{told:?}");
    assert!(matches!(&told[1], BrokerEvent::Filled(fill) if fill.cost == 0.5), "{told:?}");
    for (id, fault) in [(2, "lost"), (3, "nobody knows")] {
        terminal.lock().unwrap().next.push(fault);
        assert!(broker.submit(approved(id, -1.0)).unwrap_err().is_unknown(), "{fault}");
        let told = news(&mut *broker, 1);
        assert!(matches!(&told[0], BrokerEvent::Filled(fill) if fill.order_id == OrderId(id)));
    }
    terminal.lock().unwrap().next.push("refused");
    broker.submit(approved(4, -1.0)).unwrap();
    assert!(matches!(news(&mut *broker, 1)[0], BrokerEvent::Rejected { .. }));
    let snapshot = broker.snapshot(Timestamp::default()).unwrap();
    assert_eq!(snapshot.account.positions, [(spy(), 1.0)]);
    assert_eq!((snapshot.account.cash, snapshot.executions.len()), (990.0, 3));
    assert!(snapshot.open_orders.is_empty());
    let ended: Vec<_> = [1, 2, 3].map(|id| (OrderId(id), OrderEnd::Filled)).into();
    assert_eq!(snapshot.ended_orders, ended);
    assert_eq!(terminal.lock().unwrap().deals.len(), 3);
    // A new process finds the same by magic number and comment.
    let mut other = connect(&connector, &wish(false), &Interrupt::never()).unwrap().broker;
    let again = other.snapshot(Timestamp::default()).unwrap();
    assert_eq!((again.executions, again.ended_orders), (snapshot.executions, ended));
    let events = stream.poll().unwrap();
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn a_bridge_that_falls_silent_is_told_with_the_reason_and_so_is_its_return() {
    let (connector, terminal) = bridge();
    let opened = connect(&connector, &wish(false), &Interrupt::never()).unwrap();
    let (mut broker, mut stream) = (opened.broker, opened.stream);
    let mut notes = || -> Vec<String> {
        let events = stream.poll().unwrap().into_iter();
        let text = |event| match event {
            StreamEvent::Note { text, .. } => Some(text),
            _ => None,
        };
        events.filter_map(text).collect()
    };
    terminal.lock().unwrap().hides_deals = true;
    assert!(matches!(news(&mut *broker, 1)[..], [BrokerEvent::LinkLost { .. }]));
    let told = notes();
    assert!(told[0].starts_with("the bridge does not tell of deals: "), "{told:?}");
    assert!(told[0].contains("no history") && told.len() == 1, "{told:?}");
    terminal.lock().unwrap().hides_deals = false;
    broker.submit(approved(1, 1.0)).unwrap();
    let events = news(&mut *broker, 3);
    assert!(events.iter().any(|event| matches!(event, BrokerEvent::LinkRestored { .. })));
    let told = notes();
    assert!(told[0].starts_with("the bridge answers again after "), "{told:?}");
}

// fault: wrong_account
#[test]
fn the_wrong_account_is_refused() {
    let (connector, _) = bridge();
    let refused = connect(&connector, &wish(true), &Interrupt::never()).err().unwrap();
    assert!(refused.to_string().contains("`House-Demo` is a demo server, a live session"));
    let found = examine(&connector, &wish(false));
    assert!(found.iter().all(|finding| finding.outcome != FindingOutcome::Failed), "{found:?}");
}

#[test]
fn only_a_clear_no_is_a_refusal() {
    let refused = |status, text| matches!(verdict(status, text), Verdict::Refused(_));
    assert!(refused(500, "filling=default 10019 : No money"));
    assert!(refused(422, "volume must be a number"));
    for text in ["filling=2 10010 : Done in part", "10012", "10031", "order_send returned None", ""]
    {
        assert!(!refused(500, text), "{text}");
    }
}

#[test]
fn names_lead_back() {
    let names = Names::of("s");
    assert_eq!(names.read(names.magic, &Names::comment(OrderId(7))), Some(OrderId(7)));
    assert_eq!(names.read(names.magic + 1, "releat-7"), None);
    assert_eq!(names.read(names.magic, "by hand"), None);
    assert_ne!(names, Names::of("t"));
}
