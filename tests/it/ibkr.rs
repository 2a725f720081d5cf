//! `releat fetch` from a double of the gateway of Interactive Brokers.

use std::process::Output;

use crate::ibkr_double::{Double, Handshake, Kind, Market};
use crate::sandbox::Sandbox;

const RANGE: &str = "2019-07-01..2019-07-12";

fn fetch(sandbox: &Sandbox, port: u16, more: &str) -> Output {
    let arguments = format!(
        "fetch --config agents/tiny.yaml --range {RANGE} --set connectors.ibkr.port={port} {more} \
         --set"
    );
    sandbox.command(&arguments).arg("data.source={ibkr: {}}").output().unwrap()
}

#[test]
fn bars_come_once_and_a_second_fetch_asks_nothing() {
    let double = Double::start(Market::default());
    let sandbox = Sandbox::with_agent();
    let output = fetch(&sandbox, double.port(), "--output-format json");
    let shown = sandbox.show(&output);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for symbol in document["symbols"].as_array().unwrap() {
        assert_eq!(symbol["rows_added"], 9, "{shown}");
    }
    assert!(shown.contains("no raw prices"), "the doubt about prices is told: {shown}");
    assert_eq!(double.count(Kind::Bars), 2);
    let again = fetch(&sandbox, double.port(), "-q");
    assert_eq!(sandbox.show(&again), "exit 0\n--- stdout\n--- stderr\n");
    assert_eq!(double.count(Kind::Bars), 2);
    assert_eq!(double.violations(), [""; 0]);
}

#[test]
fn a_plan_needs_no_gateway() {
    let sandbox = Sandbox::with_agent();
    let output = fetch(&sandbox, 1, "--plan");
    assert_eq!(output.status.code(), Some(0), "{}", sandbox.show(&output));
}

#[test]
fn a_gateway_that_is_not_there_or_not_free_says_so() {
    let sandbox = Sandbox::with_agent();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = fetch(&sandbox, free, "-q");
    let shown = sandbox.show(&output);
    assert_eq!(output.status.code(), Some(4), "{shown}");
    assert!(shown.contains(&format!("a connection to 127.0.0.1:{free}")), "{shown}");
    assert!(shown.contains("start TWS or IB Gateway"), "{shown}");

    let double = Double::start(Market::default());
    double.next_handshake(Handshake::ClientIdInUse);
    let output = fetch(&sandbox, double.port(), "-q");
    let shown = sandbox.show(&output);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("client id 17 is in use"), "{shown}");
}
