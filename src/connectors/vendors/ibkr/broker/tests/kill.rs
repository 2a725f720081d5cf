//! Kills of many orders: one by one at the broker's pace, or all by one message.

use std::sync::{Arc, Mutex};

use super::super::super::sim::Moment;
use super::stage::{Stage, approved, options, resting, script};
use crate::base::Stopwatch;
use crate::config::KillCancels;

const NUM_ORDERS: u64 = 100;
/// The promise is 0.25 s; a busy machine may let a process wait.
const KILL_S_MAX: f64 = 2.0;

#[test]
fn a_kill_that_may_cancel_everything_takes_one_message() {
    let heard: Arc<Mutex<Vec<(&str, f64)>>> = Arc::default();
    let (shared, watch) = (Arc::clone(&heard), Stopwatch::start());
    let mut options = options();
    options.faults = script(move |_, moment| {
        if let Moment::Received { name: name @ ("cancel_order" | "global_cancel"), .. } = moment {
            shared.lock().unwrap().push((name, watch.seconds()));
        }
        Vec::new()
    });
    let mut stage = Stage::new(options);
    stage.connector.kill_cancels = KillCancels::All;
    let mut desk = stage.open();
    for id in 1..=NUM_ORDERS {
        desk.broker.submit(approved(resting(id))).unwrap();
    }
    desk.until("acceptance", |desk| (1..=NUM_ORDERS).all(|id| desk.is_accepted(id)));
    // The pace is used up by questions.
    for _ in 0..3 {
        desk.snapshot();
    }
    let begin_s = watch.seconds();
    assert_eq!(desk.broker.emergency().cancel_all().unwrap() as u64, NUM_ORDERS);
    desk.until("cancels", |desk| (1..=NUM_ORDERS).all(|id| desk.is_canceled(id)));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["global_cancel"]);
    let took_s = heard[0].1 - begin_s;
    eprintln!("{NUM_ORDERS} orders canceled by a message that came after {:.1} ms", 1e3 * took_s);
    assert!(took_s <= KILL_S_MAX, "{took_s} s");
}
