//! Each fault, and the script that asks for it.

use super::{day, midnight, send, send_market, spy, told, venue};
use crate::connectors::simulated::SimulatedVenue;
use crate::connectors::simulated::faults::{
    CrashPoint, Fault, FaultPlan, FaultScript, FaultyVenue,
};
use crate::domain::{OrderId, OrderKind, TimeInForce};
use crate::ports::{Broker, BrokerError};

fn faulty(yaml: &str) -> FaultyVenue<SimulatedVenue> {
    let script = FaultScript::parse(&format!("faults: [{yaml}]")).unwrap();
    FaultyVenue::new(venue(), FaultPlan::new(&script, None))
}

/// Three days with one market order each, and what every poll tells.
fn days(yaml: &str) -> Vec<Vec<String>> {
    let mut venue = faulty(yaml);
    let mut polls = Vec::new();
    for number in 1..=3 {
        if send_market(&mut venue, number, 10.0).is_err() {
            polls.push(vec!["not sent".to_owned()]);
        }
        venue.venue_mut().advance(&day(number as i64, [100.0; 4])).unwrap();
        polls.push(told(&mut venue));
    }
    polls
}

const FIRST: [&str; 2] = ["accepted 1", "filled 1 +10 @ 100"];
const SECOND: [&str; 2] = ["accepted 2", "filled 2 +10 @ 100"];
const THIRD: [&str; 2] = ["accepted 3", "filled 3 +10 @ 100"];

fn check(yaml: &str, expected: [&[&str]; 3]) {
    assert_eq!(days(yaml), expected, "{yaml}");
}

#[test]
fn events_go_astray() {
    check("", [&FIRST, &SECOND, &THIRD]);
    check("{drop: {event: filled, nth: 2}}", [&FIRST, &["accepted 2"], &THIRD]);
    check("{drop: {nth: 2, times: 2}}", [&["accepted 1"], &SECOND[1..], &THIRD]);
    let twice = ["accepted 2", "accepted 2", "filled 2 +10 @ 100"];
    check("{duplicate: {event: accepted, nth: 2}}", [&FIRST, &twice, &THIRD]);
    let late = ["accepted 2", "filled 2 +10 @ 100", "filled 1 +10 @ 100"];
    check("{delay: {event: filled}}", [&FIRST[..1], &late, &THIRD]);
    let swapped = ["filled 2 +10 @ 100", "accepted 2"];
    check("{reorder: {nth: 2}}", [&FIRST, &swapped, &THIRD]);
    let cost = ["accepted 2", "filled 2 +10 @ 100", "cost of sim-1-1"];
    check("{late_cost: {}}", [&FIRST, &cost, &THIRD]);
}

#[test]
fn orders_go_wrong() {
    check("{reject: {nth: 2}}", [&FIRST, &["rejected 2"], &THIRD]);
    let part = ["accepted 2", "filled 2 +4 @ 100", "expired 2"];
    check("{partial: {frac: 0.4, nth: 2}}", [&FIRST, &part, &THIRD]);
    let late = ["accepted 2", "filled 2 +4 @ 100", "expired 2", "filled 2 +3 @ 100"];
    let both = "{partial: {frac: 0.4, nth: 2}}, {late_fill: {frac: 0.5, nth: 2}}";
    check(both, [&FIRST, &late, &THIRD]);
    let over = ["accepted 2", "filled 2 +10 @ 100", "filled 2 +1 @ 100"];
    check("{over_fill: {frac: 0.1, nth: 2}}", [&FIRST, &over, &THIRD]);
}

#[test]
fn a_connection_goes_and_comes() {
    let expected: [&[&str]; 5] =
        [&["link lost"], &["not sent"], &[], &["not sent"], &["link restored"]];
    assert_eq!(days("{link_lost: {polls: 2}}"), expected);
    let mut venue = faulty("{link_lost: {polls: 1}}");
    assert_eq!(told(&mut venue), ["link lost"]);
    assert!(venue.snapshot(midnight(0)).is_err());
    assert!(venue.cancel(OrderId(1)).is_err());
    assert_eq!(told(&mut venue), ["link restored"]);
    assert!(venue.snapshot(midnight(0)).is_ok());
}

#[test]
fn requests_are_lost_on_either_way() {
    let outcome = |yaml: &str| {
        let mut venue = faulty(yaml);
        let error = send_market(&mut venue, 1, 10.0).unwrap_err();
        let open = venue.snapshot(midnight(0)).unwrap().open_orders.len();
        (error.is_unknown(), open)
    };
    assert_eq!(outcome("{not_sent: {}}"), (false, 0));
    assert_eq!(outcome("{lost_request: {}}"), (true, 0));
    assert_eq!(outcome("{lost_reply: {}}"), (true, 1));
    let mut venue = faulty("{lost_request: {request: cancel}}");
    send(&mut venue, 1, 10.0, OrderKind::Limit { limit_price: 90.0 }, TimeInForce::Gtc);
    assert!(venue.cancel(OrderId(1)).unwrap_err().is_unknown());
    venue.cancel(OrderId(1)).unwrap();
    assert_eq!(told(&mut venue), ["accepted 1", "canceled 1"]);
}

#[test]
fn a_question_may_stay_without_an_answer() {
    let mut venue = faulty("{no_snapshot: {nth: 2}}");
    assert!(venue.snapshot(midnight(0)).is_ok());
    assert!(matches!(venue.snapshot(midnight(0)), Err(BrokerError::NotSent { .. })));
    assert!(venue.snapshot(midnight(0)).is_ok());
}

#[test]
fn somebody_else_trades_what_we_traded_last() {
    let polls = days("{stray: {quantity: -3}}");
    assert_eq!(polls[1].last().unwrap(), &format!("filled {} -3 @ 100", 1_u64 << 62));
    let mut venue = faulty("{stray: {symbol: SPY, quantity: 2}}");
    told(&mut venue);
    let open = venue.snapshot(midnight(0)).unwrap().open_orders;
    assert_eq!((open.len(), &open[0].symbol, open[0].order_id), (1, &spy(), None));
}

#[test]
fn an_emergency_passes_every_fault() {
    let mut venue = faulty("{link_lost: {nth: 2, polls: 9}}");
    send(&mut venue, 1, 10.0, OrderKind::Limit { limit_price: 90.0 }, TimeInForce::Gtc);
    told(&mut venue);
    assert_eq!(told(&mut venue), ["link lost"]);
    assert_eq!(venue.emergency().cancel_all(), Ok(1));
}

#[test]
fn a_crash_strikes_once_over_all_processes() {
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("faults.jsonl");
    let script =
        FaultScript::parse("faults: [{crash: {at: after_send, nth: 3}}, {crash: {at: after_ack}}]")
            .unwrap();
    let first = FaultPlan::open(&script, None, &memory).unwrap();
    let asked: Vec<bool> = (0..4).map(|_| first.crash_at(CrashPoint::AfterSend)).collect();
    assert_eq!(asked, [false, false, true, false]);
    assert!(!first.crash_at(CrashPoint::BeforeSend));
    let second = FaultPlan::open(&script, None, &memory).unwrap();
    assert!((0..9).all(|_| !second.crash_at(CrashPoint::AfterSend)));
    assert!(second.crash_at(CrashPoint::AfterAck));
    let other_seed = FaultPlan::open(&script, Some(5), &memory).unwrap();
    assert!(other_seed.crash_at(CrashPoint::AfterAck));
}

#[test]
fn chances_follow_the_seed_and_the_process() {
    let yaml = "faults: [{crash: {at: after_fill, chance: 0.5, times: 1000}}]";
    let script = FaultScript::parse(yaml).unwrap();
    let draw = |plan: &FaultPlan| -> Vec<bool> {
        (0..64).map(|_| plan.crash_at(CrashPoint::AfterFill)).collect()
    };
    let drawn = draw(&FaultPlan::new(&script, Some(1)));
    assert_eq!(drawn, draw(&FaultPlan::new(&script, Some(1))));
    assert_ne!(drawn, draw(&FaultPlan::new(&script, Some(2))));
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("faults.jsonl");
    assert_eq!(drawn, draw(&FaultPlan::open(&script, Some(1), &memory).unwrap()));
    assert_ne!(drawn, draw(&FaultPlan::open(&script, Some(1), &memory).unwrap()));
}

fn check_error(yaml: &str, expected: &str) {
    let error = FaultScript::parse(yaml).unwrap_err().to_string();
    assert!(error.contains(expected), "{yaml}: {error}");
}

#[test]
fn a_bad_script_is_named() {
    check_error("faults: [{explode: {}}]", "unknown variant `explode`");
    check_error("faults: [{drop: {often: 3}}]", "bad script of faults at `faults[0].drop");
    check_error("faults: [{drop: {nth: 0}}]", "`faults[0].drop.nth` must be at least 1, was 0");
    check_error(
        "faults: [{partial: {frac: 1.5}}]",
        "`faults[0].partial.frac` must be above 0 to 1",
    );
    check_error("faults: [{stray: {quantity: 0}}]", "must be not 0");
    check_error("faults: [{stall: {ms: 0}}]", "`faults[0].stall.ms` must be 1..=60000, was 0");
    check_error("venue: {reject_prob: 2}", "`venue.reject_prob` must be 0..=1, was 2");
    check_error("faults: [", "must be YAML");
    check_error("seed: 1\nseed: 2", "must be YAML");
    assert_eq!(FaultScript::parse("").unwrap(), FaultScript::default());
}

#[test]
fn random_scripts_are_sound_and_of_every_kind() {
    let mut names = std::collections::BTreeSet::new();
    for seed in 0..2000 {
        let script = FaultScript::random(seed);
        script.validate().unwrap();
        assert_eq!(script, FaultScript::random(seed));
        let text = serde_json::to_string(&script).unwrap();
        assert_eq!(FaultScript::parse(&text).unwrap(), script);
        names.extend(script.faults.iter().map(Fault::name));
    }
    assert_eq!(names.len(), 16, "{names:?}");
}

#[test]
fn the_example_of_the_documentation_is_a_script() {
    let page = include_str!("../../../../docs/faults.md");
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let script = FaultScript::parse(example).unwrap();
    let named: Vec<&str> = script.faults.iter().map(Fault::name).collect();
    assert_eq!(named.len(), 17, "the example shows each fault once: {named:?}");
    for name in named {
        assert!(page.contains(&format!("| `{name}` |")), "{name} is described");
    }
}
