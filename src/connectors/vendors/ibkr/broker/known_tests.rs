//! What people are told, and when.

use ibapi::Notice;

use super::data::{Feed, Span};
use super::known::Core;
use super::link::Nightly;
use super::orders::{References, Tracker};
use crate::base::Timestamp;
use crate::domain::{Calendar, CalendarName, Timeframe};
use crate::ports::{BrokerEvent, StreamEvent};

const NIGHT: &str = "2026-01-06T04:40:00Z";

/// A state at five minutes before a restart, on which a connection was made at second 0.
fn core(restart_at: Option<&str>) -> Core {
    let calendar = Calendar::new(CalendarName::Xnys);
    let tracker = Tracker::new(References::new("s"), "DU1", "USD", 1, [].into());
    let nightly = restart_at.map(|at| Nightly::new(at.parse().unwrap(), calendar.zone()));
    let span = Span { calendar, timeframe: Timeframe::Seconds(60), since: Timestamp::MIN };
    let feed = Feed::new(span, &["SPY".parse().unwrap()], true, false);
    let mut core = Core::new(tracker, feed).with_nightly(nightly);
    core.clock.set(0.0, NIGHT.parse().unwrap());
    core.connected(0.0);
    core
}

fn notes(core: &mut Core, at: f64) -> Vec<String> {
    let notes = core.news(at).into_iter().filter_map(|event| match event {
        StreamEvent::Note { text, .. } => Some(text),
        _ => None,
    });
    notes.collect()
}

fn notice(code: i32, text: &str) -> Notice {
    let advanced_order_reject_json = String::new();
    Notice {
        request_id: None,
        code,
        message: text.to_owned(),
        error_time: None,
        advanced_order_reject_json,
    }
}

fn kinds(core: &mut Core, at: f64) -> Vec<&'static str> {
    let kind = |event| match event {
        BrokerEvent::LinkLost { .. } => "lost",
        BrokerEvent::LinkRestored { .. } => "back",
        _ => "other",
    };
    core.drain(at).into_iter().map(kind).collect()
}

// fault: connection_lost, weekly_login
#[test]
fn a_loss_that_lasts_thirty_seconds_is_an_alarm_once() {
    let mut core = core(None);
    core.disconnected("the line broke", 10.0);
    assert_eq!(notes(&mut core, 10.0), ["nothing is sent: the line broke"]);
    assert_eq!(notes(&mut core, 39.9), [""; 0]);
    let alarm = notes(&mut core, 40.0);
    assert!(
        alarm[0].starts_with("ALARM: no connection to TWS") && alarm[0].contains("the line broke")
    );
    assert_eq!(notes(&mut core, 400.0), [""; 0]);
    core.connected(500.0);
    let back = notes(&mut core, 500.0);
    assert_eq!(back, ["the broker can be reached again after 490.0 s; everything is compared"]);
    core.disconnected("again", 600.0);
    assert_eq!(notes(&mut core, 630.0).len(), 2, "and the next one is told too");
    core.notice(&notice(1100, "lost"), 640.0);
    core.connected(700.0);
    core.notice(&notice(1100, "lost"), 710.0);
    let told = notes(&mut core, 740.0);
    assert!(told.last().unwrap().starts_with("ALARM: 1100 lost"), "{told:?}");
}

#[test]
fn nightly_restart_is_told_and_gives_no_alarm_before_its_time() {
    let mut core = core(Some("23:45"));
    assert_eq!((kinds(&mut core, 239.0), core.usable(239.0)), (vec![], Ok(())));
    assert_eq!(kinds(&mut core, 240.0), ["lost"]);
    let error = core.usable(240.0).unwrap_err();
    assert!(error.starts_with("the gateway restarts at 23:45") && !error.contains('('), "{error}");
    assert!(
        notes(&mut core, 240.0)[0].starts_with("nothing is sent: the gateway restarts at 23:45")
    );
    core.disconnected("closed", 303.0);
    assert_eq!(notes(&mut core, 1199.0), [""; 0], "a quarter of an hour is not over");
    let alarm = notes(&mut core, 1200.0);
    assert!(alarm[0].starts_with("ALARM: the gateway is not back 15 minutes after"), "{alarm:?}");
    assert_eq!(notes(&mut core, 3000.0), [""; 0]);
    assert_eq!(kinds(&mut core, 3000.0), [""; 0]);
    core.connected(3001.0);
    assert_eq!((kinds(&mut core, 3001.0), core.usable(3001.0)), (vec!["back"], Ok(())));
    core.disconnected("by chance", 3002.0);
    assert_eq!(kinds(&mut core, 3002.0), ["lost"]);
    assert_eq!(notes(&mut core, 3032.0).len(), 3, "back, lost, alarm as ever");
}

#[test]
fn nightly_restart_that_nobody_polls_through_is_over_when_the_gateway_is_back() {
    let mut core = core(Some("23:45"));
    core.disconnected("closed", 290.0);
    core.connected(320.0);
    assert_eq!((kinds(&mut core, 320.0), core.usable(320.0)), (vec!["lost", "back"], Ok(())));
}

#[test]
fn nightly_restart_that_does_not_come_lets_trading_go_on() {
    let mut core = core(Some("23:45"));
    assert_eq!(kinds(&mut core, 250.0), ["lost"]);
    assert!(core.usable(479.0).is_err());
    assert_eq!((core.usable(480.0), kinds(&mut core, 480.0)), (Ok(()), vec!["back"]));
}

// fault: unknown_words
#[test]
fn what_the_table_calls_noted_is_noted_and_nothing_floods() {
    let mut core = core(None);
    for _ in 0..500 {
        core.notice(&notice(2106, "HMDS data farm connection is OK:ushmds"), 1.0);
    }
    core.notice(&notice(2100, "unsubscribed"), 2.0);
    core.notice(&notice(4711, "who knows"), 3.0);
    core.data_notice(&"SPY".parse().unwrap(), &notice(300, "no such ticker"), 3.0);
    core.order_notice(&Notice { request_id: Some(9), ..notice(2109, "outside hours") }, 3.0);
    assert_eq!(
        notes(&mut core, 4.0),
        [
            "2106 HMDS data farm connection is OK:ushmds",
            "2100 unsubscribed",
            "4711 who knows",
            "SPY: 300 no such ticker",
            "order of others: 2109 outside hours"
        ]
    );
}
