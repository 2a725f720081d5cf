//! The gateway restarts at a known time of night.

use super::super::super::sim::{Act, SimOptions};
use super::stage::{Desk, Stage, approved, options, resting};
use super::switch::{Switch, switched_with};
use crate::base::Timestamp;
use crate::ports::{BrokerError, BrokerEvent, StreamEvent};

/// 23:45 in New York.
const RESTART: &str = "2026-01-06T04:45:00Z";

/// A gateway at some seconds before the restart, so many times as fast as life.
fn night(before_s: i64, speed: f64) -> (Stage, Switch) {
    let clock = Some(after(-before_s));
    let (mut stage, switch) = switched_with(SimOptions { clock, speed, ..options() });
    stage.connector.restart_at = Some("23:45".parse().unwrap());
    (stage, switch)
}

fn after(seconds: i64) -> Timestamp {
    RESTART.parse::<Timestamp>().unwrap().saturating_add_nanos(seconds * 1_000_000_000)
}

/// Polls as a session does, which asks for the time too.
fn until(desk: &mut Desk, what: &str, is_done: impl Fn(&Desk) -> bool) {
    let watch = crate::base::Stopwatch::start();
    while !is_done(desk) {
        let _ = desk.stream.venue_time();
        desk.poll();
        assert!(watch.seconds() < 20.0, "no {what}: {:?} {:?}", desk.events, notes(desk));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn notes(desk: &Desk) -> Vec<&str> {
    let notes = desk.news.iter().filter_map(|event| match event {
        StreamEvent::Note { text, .. } => Some(text.as_str()),
        _ => None,
    });
    notes.collect()
}

fn time_of(desk: &Desk, is_it: impl Fn(&BrokerEvent) -> bool) -> Timestamp {
    desk.events.iter().find(|event| is_it(event)).unwrap().time()
}

fn is_loss(event: &BrokerEvent) -> bool {
    matches!(event, BrokerEvent::LinkLost { .. })
}

fn is_return(event: &BrokerEvent) -> bool {
    matches!(event, BrokerEvent::LinkRestored { .. })
}

/// Nothing left, and the reason is the restart.
fn assert_held(desk: &mut Desk, stage: &Stage, id: u64) {
    let error = desk.broker.submit(approved(resting(id))).unwrap_err();
    assert!(
        matches!(&error, BrokerError::NotSent { detail } if detail.contains("restarts at 23:45")),
        "{error}"
    );
    assert_eq!(stage.orders(&format!("releat-s-{id}")), 0);
}

// fault: nightly_restart
#[test]
fn nightly_restart_nothing_is_sent_from_a_minute_before_until_everything_was_compared() {
    let (stage, switch) = night(120, 20.0);
    let mut desk = stage.open();
    desk.snapshot();
    desk.broker.submit(approved(resting(1))).unwrap();
    until(&mut desk, "hold", Desk::is_lost);
    assert!(stage.sim.venue_time() >= after(-75) && stage.sim.venue_time() < after(0));
    assert_held(&mut desk, &stage, 2);
    assert_eq!(desk.snapshot().open_orders.len(), 1, "it can still be asked");
    until(&mut desk, "restart", |_| stage.sim.venue_time() > after(2));
    assert!(!desk.is_back());
    assert_held(&mut desk, &stage, 3);
    let connections = stage.sim.connections();
    switch.turn(Act::Restart { down: 700, id_rollback: 3 });
    until(&mut desk, "return", Desk::is_back);
    assert!(stage.sim.connections() > connections);
    assert_eq!(desk.events.iter().filter(|event| is_loss(event)).count(), 1);
    assert!(time_of(&desk, is_return) > after(0));
    assert_eq!(desk.snapshot().open_orders.len(), 1);
    desk.broker.submit(approved(resting(4))).unwrap();
    until(&mut desk, "acceptance", |desk| desk.is_accepted(4));
    let told = notes(&desk).join("; ");
    assert!(told.contains("nothing is sent: the gateway restarts at 23:45"), "{told}");
    assert!(told.contains("can be reached again after"), "{told}");
}

// fault: nightly_restart
#[test]
fn nightly_restart_that_does_not_come_is_waited_for_three_minutes() {
    let (stage, _switch) = night(150, 60.0);
    let mut desk = stage.open();
    until(&mut desk, "hold", Desk::is_lost);
    assert_held(&mut desk, &stage, 1);
    let connections = stage.sim.connections();
    until(&mut desk, "end of the hold", Desk::is_back);
    assert_eq!(stage.sim.connections(), connections);
    assert!(time_of(&desk, is_return) >= after(170), "{}", time_of(&desk, is_return));
    desk.broker.submit(approved(resting(2))).unwrap();
    until(&mut desk, "acceptance", |desk| desk.is_accepted(2));
}

// fault: nightly_restart
#[test]
fn nightly_restart_that_does_not_end_is_an_alarm_after_fifteen_minutes() {
    let (stage, switch) = night(400, 300.0);
    let mut desk = stage.open();
    until(&mut desk, "hold", Desk::is_lost);
    until(&mut desk, "restart", |_| stage.sim.venue_time() > after(2));
    switch.turn(Act::Restart { down: 5_000, id_rollback: 0 });
    until(&mut desk, "alarm", |desk| notes(desk).iter().any(|text| text.starts_with("ALARM: ")));
    assert!(stage.sim.venue_time() >= after(880), "{}", stage.sim.venue_time());
    assert_eq!(notes(&desk).iter().filter(|text| text.contains("not back 15 minutes")).count(), 1);
    until(&mut desk, "return", Desk::is_back);
    desk.broker.submit(approved(resting(1))).unwrap();
}
