//! Sessions of the binary under faults and kills: the ledger ends as the truth of the venue.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use releat::connectors::simulated::faults::FaultScript;
use releat::connectors::simulated::{Owner, SimulatedVenue, Truth};
use releat::domain::{Fill, OrderId, OrderRequest};
use releat::ports::BrokerEvent;
use releat::trader::{Event, StoredStep};

use crate::sandbox::Sandbox;

const POINTS: [&str; 7] = [
    "after_intent",
    "before_send",
    "after_send",
    "after_ack",
    "after_fill",
    "before_commit",
    "after_commit",
];
/// More processes than any script kills.
const PROCESSES_MAX: usize = 20;

fn count(variable: &str, otherwise: u64) -> u64 {
    let found = std::env::var_os(variable).and_then(|text| text.into_string().ok()?.parse().ok());
    found.unwrap_or(otherwise)
}

/// A trained agent and its data.
fn ready() -> (Sandbox, String) {
    let sandbox = Sandbox::with_agent();
    sandbox.succeed("fetch --config agents/tiny.yaml -q");
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    (sandbox, bundle)
}

fn paper(sandbox: &Sandbox, bundle: &str, session: &str, more: &str) -> Command {
    sandbox.command(&format!("paper --agent {bundle} --session {session} {more} -q"))
}

/// Starts a session again until it comes to its end; how often it died.
fn run_to_the_end(sandbox: &Sandbox, bundle: &str, session: &str, more: &str) -> usize {
    for deaths in 0..PROCESSES_MAX {
        let output = paper(sandbox, bundle, session, more).output().unwrap();
        match output.status.code() {
            Some(0) => return deaths,
            // Killed by a signal.
            None => {}
            Some(code) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                panic!("{session}: exit {code} after {deaths} deaths\n{errors}");
            }
        }
    }
    panic!("{session} did not end in {PROCESSES_MAX} processes");
}

fn steps(sandbox: &Sandbox, session: &str) -> Vec<StoredStep> {
    sandbox.succeed(&format!("ledger export {session} --output rows.csv -q"));
    let text = sandbox.read("rows.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "json").unwrap();
    reader.records().map(|row| serde_json::from_str(&row.unwrap()[column]).unwrap()).collect()
}

fn truth(sandbox: &Sandbox, session: &str) -> Truth {
    let path = sandbox.path(&format!("data/runs/sessions/{session}/venue.jsonl"));
    // A copy: opening a journal may cut its end.
    let copy = sandbox.path("venue.jsonl");
    std::fs::copy(path, &copy).unwrap();
    SimulatedVenue::reopen(Path::new(&copy)).unwrap().truth()
}

/// Every check that needs no engine: executions, intents, the first question, replay and chain.
fn check(sandbox: &Sandbox, session: &str) {
    let (rows, truth) = (steps(sandbox, session), truth(sandbox, session));
    let told = told(&rows);
    let happened: BTreeMap<String, Fill> = truth
        .fills
        .iter()
        .map(|done| (done.fill.execution_id.clone(), done.fill.clone()))
        .collect();
    assert_eq!(told, happened, "{session}: executions");
    let intents = intents(&rows, session);
    for order in truth.orders.iter().filter(|order| order.owner == Owner::Ours) {
        let intent = intents.get(&order.request.id);
        assert_eq!(intent, Some(&order.request), "{session}: an order without an intent");
    }
    asked_first(&rows, session);
    let replayed = sandbox.document(&format!("replay {session} -q"));
    assert_eq!(replayed["identical"], true, "{session}: {replayed}");
    let audited = sandbox.document(&format!("audit verify {session} -q"));
    assert_eq!(audited["verified"], true, "{session}: {audited}");
}

/// Every execution that the ledger tells of; the venue's own list has the last word.
fn told(rows: &[StoredStep]) -> BTreeMap<String, Fill> {
    let mut told: BTreeMap<String, Fill> = BTreeMap::new();
    for row in rows {
        match &row.event {
            Event::Broker(BrokerEvent::Filled(fill) | BrokerEvent::Protected { fill, .. }) => {
                told.entry(fill.execution_id.clone()).or_insert_with(|| fill.clone());
            }
            Event::Broker(BrokerEvent::CostKnown { execution_id, cost, .. }) => {
                if let Some(fill) = told.get_mut(execution_id) {
                    fill.cost = *cost;
                }
            }
            Event::Snapshot { snapshot, .. } => {
                for fill in &snapshot.executions {
                    told.insert(fill.execution_id.clone(), fill.clone());
                }
            }
            _ => {}
        }
    }
    told
}

fn intents(rows: &[StoredStep], session: &str) -> BTreeMap<OrderId, OrderRequest> {
    let mut intents = BTreeMap::new();
    let submits = rows.iter().flat_map(|row| &row.effects).filter_map(|e| e.get("submit"));
    for order in submits {
        let order: OrderRequest = serde_json::from_value(order.clone()).unwrap();
        let first = intents.insert(order.id, order);
        assert!(first.is_none(), "{session}: asked for twice: {first:?}");
    }
    intents
}

fn asked_first(rows: &[StoredStep], session: &str) {
    let mut has_answer = false;
    for row in rows {
        match row.event {
            Event::Started { .. } => has_answer = false,
            Event::Snapshot { .. } => has_answer = true,
            _ => {}
        }
        let sends = row.effects.iter().any(|effect| effect.get("submit").is_some());
        assert!(has_answer || !sends, "{session}: an order before the venue has answered");
    }
}

// fault: crash_after_intent, crash_around_send, crash_after_acceptance, crash_after_fill
// fault: crash_around_commit
#[test]
fn a_crash_at_any_point_leaves_the_truth_in_the_ledger() {
    let (sandbox, bundle) = ready();
    for point in POINTS {
        for nth in [1, 4] {
            let session = format!("crash-{}-{nth}", point.replace('_', "-"));
            sandbox.write("faults.yaml", format!("faults: [crash: {{at: {point}, nth: {nth}}}]\n"));
            let more = "--faults faults.yaml --seed 1";
            assert_eq!(run_to_the_end(&sandbox, &bundle, &session, more), 1, "{session}");
            check(&sandbox, &session);
        }
    }
}

// fault: everything_at_once
#[test]
fn faults_by_seed_leave_the_truth_in_the_ledger() {
    let (sandbox, bundle) = ready();
    for seed in 0..count("RELEAT_FAULT_SEEDS_BINARY", 6) {
        let session = format!("seed-{seed}");
        let script = serde_json::to_string(&FaultScript::random(seed)).unwrap();
        // JSON is YAML.
        sandbox.write("faults.yaml", script);
        let more = format!("--faults faults.yaml --seed {seed}");
        run_to_the_end(&sandbox, &bundle, &session, &more);
        check(&sandbox, &session);
    }
}

// fault: kill_9
#[test]
fn killed_anywhere_a_session_goes_on() {
    let (sandbox, bundle) = ready();
    let mut deaths = 0;
    for round in 0..count("RELEAT_KILL_POINTS", 200).div_ceil(40) {
        let session = format!("killed-{round}");
        for kill in 0..6 {
            let mut child = paper(&sandbox, &bundle, &session, "").spawn().unwrap();
            let pause = 30 + (round * 37 + kill * 211) % 400;
            thread::sleep(Duration::from_millis(pause));
            if child.try_wait().unwrap().is_some() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            deaths += 1;
        }
        let known = sandbox.path(&format!("data/runs/sessions/{session}/anchor.json"));
        let is_over = known.exists() && is_over(&sandbox, &bundle, &session);
        if !is_over {
            run_to_the_end(&sandbox, &bundle, &session, "");
        }
        check(&sandbox, &session);
    }
    assert!(deaths > 0, "nothing was killed");
}

/// Whether the last process came to the end before it was killed.
fn is_over(sandbox: &Sandbox, bundle: &str, session: &str) -> bool {
    let output = paper(sandbox, bundle, session, "").output().unwrap();
    match output.status.code() {
        Some(0) => true,
        Some(2) => String::from_utf8_lossy(&output.stderr).contains("is over"),
        _ => false,
    }
}
