//! A new process on an account where much has happened.

use std::sync::{Arc, Mutex};

use super::super::super::sim::Moment;
use super::stage::{Stage, approved, market, options, resting, script, wanted};
use crate::base::Stopwatch;

/// How many executions the long version has; there are a few without.
const EXECUTIONS: &str = "RELEAT_BROKER_EXECUTIONS";
/// A new process must be ready within this, seconds.
const READY_S: f64 = 5.0;

#[test]
fn startup_gate_is_open_within_five_seconds_and_nothing_is_ordered_before() {
    let frames: Arc<Mutex<Vec<&str>>> = Arc::default();
    let shared = Arc::clone(&frames);
    let mut options = options();
    options.cash = 1e8;
    options.faults = script(move |_, moment| {
        if let Moment::Received { name, .. } = moment {
            shared.lock().unwrap().push(name);
        }
        Vec::new()
    });
    let stage = Stage::new(options);
    let mut desk = stage.open();
    for id in 1..=50 {
        desk.broker.submit(approved(resting(id))).unwrap();
    }
    let wanted = wanted(EXECUTIONS).unwrap_or(40) as usize;
    let num_done = |stage: &Stage| stage.sim.with_house(|house| house.executions().len());
    let mut last = 50;
    // Each trades in one to three parts.
    while num_done(&stage) < wanted {
        for _ in 0..wanted.saturating_sub(num_done(&stage)).div_ceil(3) {
            last += 1;
            desk.broker.submit(approved(market(last, 150.0))).unwrap();
        }
        desk.until("fills", |desk| (51..=last).all(|id| desk.filled(id) == 150.0));
    }
    drop(desk);
    let (orders, executions) =
        stage.sim.with_house(|house| (house.orders().count(), house.executions().len()));
    frames.lock().unwrap().clear();
    let watch = Stopwatch::start();
    let mut desk = stage.open();
    let snapshot = desk.snapshot();
    let seconds = watch.seconds();
    println!(
        "{} open orders, {} executions: ready after {seconds:.2} s",
        snapshot.open_orders.len(),
        executions
    );
    assert_eq!(snapshot.open_orders.len(), 50);
    assert_eq!(snapshot.executions.len(), executions);
    assert!(executions >= wanted && seconds <= READY_S, "{executions} {seconds}");
    let placed = frames.lock().unwrap().iter().filter(|name| **name == "place_order").count();
    assert_eq!(placed, 1, "the question what an order would cost, which places nothing");
    assert_eq!(stage.sim.with_house(|house| house.orders().count()), orders);
    desk.broker.submit(approved(resting(last + 1))).unwrap();
    desk.until("acceptance", |desk| desk.is_accepted(last + 1));
}
