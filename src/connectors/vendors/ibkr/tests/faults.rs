//! Each thing that goes wrong, with its text and its exit code.

use std::time::Duration;

use super::double::wire::HistoryBar;
use super::double::{Double, Fault, Handshake, Kind, Market, Rules};
use super::{QUICK, connector, history, quick_rules, request};
use crate::base::{Interrupt, StopSignal};
use crate::config::IbkrSource;
use crate::connectors::vendors::ibkr::IbkrHistory;
use crate::domain::{Calendar, CalendarName};
use crate::ports::{BarSource, RemoteError, SourceError};

const RANGE: &str = "2019-07-01..2019-07-02";

fn fetch(source: &IbkrHistory) -> Result<usize, SourceError> {
    source.fetch(&request("SPY", "1d", RANGE)).map(|incoming| incoming.bars.len())
}

fn fails(source: &IbkrHistory, code: u8, parts: &[&str]) {
    let error = fetch(source).unwrap_err();
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` in `{text}`");
    }
    assert_eq!(error.exit_code(), code, "{text}");
}

fn error(code: i32, text: &str) -> Fault {
    Fault::Error(code, text.to_owned())
}

fn history_text(text: &str) -> Fault {
    error(162, &format!("Historical Market Data Service error message:{text}"))
}

#[test]
fn nobody_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let calendar = Calendar::new(CalendarName::Xnys);
    let settings = IbkrSource::default();
    let source = IbkrHistory::with_rules(&settings, &connector(port), calendar, QUICK).unwrap();
    let address = format!("127.0.0.1:{port}");
    fails(&source, 4, &["IBKR did not answer a connection to", &address, "refused", "log in"]);
    assert!(fetch(&source).unwrap_err().is_transient());
}

// fault: server_too_old
#[test]
fn a_connection_that_fails_says_why() {
    let cases: [(Handshake, u8, &[&str]); 6] = [
        (Handshake::Silent, 4, &["says nothing for 0.8 s", "restart it"]),
        (Handshake::Closed, 4, &["closed the connection at once", "trust this host"]),
        (Handshake::NoAccounts, 4, &["names no account", "log in"]),
        (Handshake::ClientIdInUse, 2, &["326 client id 17 is in use", "ibkr.client_id"]),
        (Handshake::Version(178), 3, &["server version 213 or later", "update", "version 178"]),
        (Handshake::Garbage, 3, &["the handshake of TWS"]),
    ];
    for (handshake, code, parts) in cases {
        let double = Double::start(Market::default());
        double.next_handshake(handshake.clone());
        let source = history(&double);
        fails(&source, code, parts);
        fails(&source, code, parts);
        assert_eq!(double.connections(), 1, "{handshake:?} is not tried for each symbol");
    }
}

#[test]
fn a_lost_connection_is_made_again() {
    for fault in [Fault::CutOff, Fault::Drop] {
        let double = Double::start(Market::default());
        double.enforce(quick_rules());
        double.next_fault(Kind::Bars, fault);
        assert_eq!(fetch(&history(&double)).unwrap(), 2);
        assert_eq!((double.connections(), double.count(Kind::Bars)), (2, 2));
        assert_eq!(double.violations(), [""; 0]);
    }
}

#[test]
fn a_gateway_that_restarts_between_two_pages_is_waited_for() {
    let double = Double::start(Market::default());
    let source = history(&double);
    let asked = request("SPY", "1min", "2019-07-01..2019-07-12");
    let page = source.fetch_page(&asked, None).unwrap();
    // The old connection may hold the client id for a while.
    double.next_handshake(Handshake::ClientIdInUse);
    double.drop_connections();
    let second = source.fetch_page(&asked, page.next.as_deref()).unwrap();
    assert_eq!(second.incoming.bars.len(), 4 * 390);
    assert_eq!(double.connections(), 3);
}

#[test]
fn a_gateway_that_stays_away_is_given_up() {
    let double = Double::start(Market::default());
    let source = history(&double);
    assert_eq!(fetch(&source).unwrap(), 2);
    drop(double);
    fails(&source, 4, &["IBKR did not answer", "refused"]);
}

#[test]
fn silence_is_noticed_and_the_question_repeated() {
    let double = Double::start(Market::default());
    double.next_fault(Kind::Bars, Fault::Freeze);
    assert_eq!(fetch(&history(&double)).unwrap(), 2);
    assert_eq!(double.connections(), 2, "a half-open socket is replaced");

    let double = Double::start(Market::default());
    double.next_fault(Kind::Bars, Fault::Silence);
    assert_eq!(fetch(&history(&double)).unwrap(), 2);
    assert_eq!(double.connections(), 1, "a living gateway is kept");

    let double = Double::start(Market::default());
    for _ in 0..3 {
        double.next_fault(Kind::Bars, Fault::Silence);
    }
    fails(&history(&double), 4, &["bars of 1 day", "of SPY", "no answer in 1 s", "tried 3 times"]);
}

#[test]
fn an_answer_that_nobody_can_read_is_asked_for_again_or_refused() {
    // Without a number of its request a frame reaches nobody.
    let double = Double::start(Market::default());
    double.next_fault(Kind::Bars, Fault::Nonsense);
    assert_eq!(fetch(&history(&double)).unwrap(), 2);
    assert_eq!(double.count(Kind::Bars), 2);

    let mut market = Market::default();
    let date = Some("yesterday".to_owned());
    market.given.insert("SPY".to_owned(), vec![HistoryBar { date, ..HistoryBar::default() }]);
    let double = Double::start(market);
    fails(
        &history(&double),
        3,
        &["bars of 1 day", "of SPY", "an answer of its protocol", "yesterday"],
    );
    assert_eq!(double.count(Kind::Bars), 1);
}

// fault: code_162_pacing
#[test]
fn pacing_violations_are_waited_out() {
    let texts = [
        history_text("Historical data request pacing violation"),
        error(420, "Invalid Real-time Query"),
        error(100, "Max rate of messages per second has been exceeded"),
        error(366, "No historical data query found for ticker id"),
    ];
    for fault in texts {
        let double = Double::start(Market::default());
        double.enforce(quick_rules());
        double.next_fault(Kind::Bars, fault);
        assert_eq!(fetch(&history(&double)).unwrap(), 2);
        assert_eq!(double.count(Kind::Bars), 2);
        assert_eq!(double.violations(), [""; 0]);
    }
    let double = Double::start(Market::default());
    double.enforce(Rules { window_requests: 0, ..quick_rules() });
    fails(&history(&double), 4, &["162 Historical Market", "pacing violation", "tried 3 times"]);
    assert_eq!(double.count(Kind::Bars), 3);
}

#[test]
fn a_window_that_is_full_is_waited_for() {
    let double = Double::start(Market::default());
    double.enforce(Rules {
        window_requests: 4,
        window: Duration::from_millis(400),
        ..quick_rules()
    });
    let rules = super::super::pacing::PacingRules {
        window_requests: 4,
        window: Duration::from_millis(800),
        ..QUICK
    };
    let calendar = Calendar::new(CalendarName::Xnys);
    let connector = connector(double.port());
    let settings = IbkrSource::default();
    let source = IbkrHistory::with_rules(&settings, &connector, calendar, rules).unwrap();
    for index in 0..10 {
        let symbol = format!("S{index}");
        source.fetch(&request(&symbol, "1d", RANGE)).unwrap();
    }
    assert_eq!(double.violations(), [""; 0]);
}

// fault: code_162_no_data
#[test]
fn no_data_is_no_error() {
    let double = Double::start(Market::default());
    let source = history(&double);
    let asked = request("SPY", "1min", "2019-07-01..2019-07-12");
    double.next_fault(Kind::Bars, history_text("HMDS query returned no data: SPY@SMART Trades"));
    assert_eq!(source.fetch(&asked).unwrap().bars.len(), 5 * 390, "the other pieces come");
    double.next_fault(Kind::Bars, history_text("HMDS query returned no data: SPY@SMART Trades"));
    fails(&source, 3, &["no bars for `SPY` in 2019-07-01..2019-07-02"]);
}

#[test]
fn refusals_are_final_and_say_what_to_do() {
    let subscribe = "needs a subscription";
    let cases: [(Fault, u8, &[&str]); 8] = [
        (
            history_text("No market data permissions for ARCA STK"),
            2,
            &["refused", "162", subscribe],
        ),
        (error(354, "Requested market data is not subscribed."), 2, &["354", subscribe]),
        (error(10_090, "Part of requested market data is not subscribed."), 4, &["no answer in"]),
        (error(10_187, "Failed to request historical ticks"), 2, &["10187"]),
        (error(321, "Error validating request.-'bN'"), 2, &["321"]),
        (error(200, "No security definition has been found"), 3, &["no data for `SPY`", "200"]),
        (
            history_text("Trading TWS session is connected from a different IP address"),
            4,
            &["different IP address", "end the other session"],
        ),
        (error(10_314, "End Date/Time: the date is invalid"), 2, &["10314"]),
    ];
    for (fault, code, parts) in cases {
        let double = Double::start(Market::default());
        // The library takes 10090 for a notice and goes on waiting; so it comes three times.
        let times = if fault == error(10_090, "Part of requested market data is not subscribed.") {
            3
        } else {
            1
        };
        for _ in 0..times {
            double.next_fault(Kind::Bars, fault.clone());
        }
        fails(&history(&double), code, parts);
        assert_eq!(double.count(Kind::Bars), times, "{fault:?} is not asked again");
    }
}

#[test]
fn a_gateway_without_the_broker_is_waited_for() {
    let notice = |code: i32, text: &str| (code, text.to_owned());
    let lost = notice(1100, "Connectivity between IBKR and Trader Workstation has been lost.");
    let back = notice(1102, "Connectivity has been restored - data maintained.");
    // It comes back at once.
    let double = Double::start(Market::default());
    double.next_fault(Kind::Contract, Fault::Notices(vec![lost.clone(), back]));
    assert_eq!(fetch(&history(&double)).unwrap(), 2);
    // It does not.
    let double = Double::start(Market::default());
    double.next_fault(Kind::Contract, Fault::Notices(vec![lost]));
    fails(&history(&double), 4, &["the gateway has lost the broker (1100)", "tried 3 times"]);
    assert_eq!(double.count(Kind::Bars), 0);
}

// fault: code_162_pacing
#[test]
fn a_lost_history_service_is_waited_for_and_then_tried() {
    let lost = (2105, "HMDS data farm connection is broken:euhmds".to_owned());
    let other = (2103, "Market data farm connection is broken:usbond".to_owned());
    let double = Double::start(Market::default());
    double.next_fault(Kind::Contract, Fault::Notices(vec![lost, other]));
    let source = history(&double);
    let watch = crate::base::Stopwatch::start();
    assert_eq!(fetch(&source).unwrap(), 2);
    assert!(watch.seconds() >= 0.3, "it is waited for");
}

#[test]
fn a_stop_ends_each_wait() {
    let double = Double::start(Market::default());
    let interrupt = Interrupt::never();
    let source = history(&double).stopped_by(interrupt.clone());
    double.next_fault(Kind::Bars, Fault::Silence);
    let stopped = std::thread::scope(|scope| {
        scope.spawn(|| {
            while double.count(Kind::Bars) == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            interrupt.request_stop(StopSignal::Term);
        });
        fetch(&source).unwrap_err()
    });
    assert!(
        matches!(stopped, SourceError::Remote(RemoteError::Stopped { venue: "IBKR", .. })),
        "{stopped}"
    );
    assert_eq!(double.count(Kind::Bars), 1);
}
