//! Numbers that are none, in every field of every message that the adapter hears.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};

use super::super::super::sim::{Act, Moment, Sentinel, SimOptions, numeric_fields};
use super::stage::{Desk, Stage, approved, market, options, resting, script, share_out, wanted};
use crate::base::Stopwatch;
use crate::ports::BrokerEvent;

/// Any number: every cell instead of a few.
const CELLS: &str = "RELEAT_BROKER_SENTINELS";
/// Most of a session is waiting.
const THREADS: usize = 24;
/// What should happen may take so long, seconds; what never happens is not waited for longer.
const PATIENCE_S: f64 = 2.0;

/// Which message, which field of it, and what stands there.
type Cell = (&'static str, String, Sentinel);

/// Panics in the adapter's own thread, which tests would not see.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() == Some("ibkr-broker") {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
}

/// A gateway at which bars grow within a session of a second.
fn fast() -> SimOptions {
    SimOptions { speed: 20.0, ..options() }
}

/// The messages of one session without faults.
fn heard() -> BTreeSet<&'static str> {
    let names: Arc<Mutex<BTreeSet<&'static str>>> = Arc::default();
    let shared = Arc::clone(&names);
    let mut options = fast();
    options.faults = script(move |_, moment| {
        if let Moment::Sending { name, .. } = moment {
            shared.lock().unwrap().insert(name);
        }
        Vec::new()
    });
    let stage = Stage::new(options);
    let found = session(&stage);
    assert!(found.contains("Filled") && found.contains("BrokerSnapshot"), "{found}");
    names.lock().unwrap().clone()
}

/// A session with one cell; everything that the adapter told, and how often the cell struck.
fn strike((message, field, value): &Cell) -> (String, usize) {
    let struck = Arc::new(AtomicUsize::new(0));
    let (count, message, value) = (Arc::clone(&struck), *message, *value);
    let field = field.clone();
    let mut options = fast();
    options.faults = script(move |_, moment| match moment {
        Moment::Sending { name, .. } if name == message => {
            count.fetch_add(1, Ordering::SeqCst);
            vec![Act::Unset { field: Some(field.clone()), value }]
        }
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    (session(&stage), struck.load(Ordering::SeqCst))
}

/// Buys, rests, looks, cancels; everything that was told of it.
fn session(stage: &Stage) -> String {
    let Ok(mut desk) = stage.try_open(&stage.wish()) else { return "refused".to_owned() };
    let _ = desk.broker.submit(approved(market(1, 5.0)));
    let _ = desk.broker.submit(approved(resting(2)));
    let has_cost = |desk: &Desk| desk.has(|event| matches!(event, BrokerEvent::CostKnown { .. }));
    let later = stage.sim.venue_time().saturating_add_nanos(12_000_000_000);
    patient(&mut desk, |desk| {
        let is_done = desk.filled(1) == 5.0 && desk.is_accepted(2) && has_cost(desk);
        is_done && stage.sim.venue_time() > later
    });
    let since = "2026-01-05T05:00:00Z".parse().unwrap();
    let snapshot = desk.broker.snapshot(since);
    let _ = desk.broker.cancel(crate::domain::OrderId(2));
    patient(&mut desk, |desk| desk.is_canceled(2));
    let snapshot = snapshot.map_err(|_| "no snapshot");
    format!("{snapshot:?} {:?} {:?}", desk.events, desk.news)
}

/// Polls until something holds, or not much longer.
fn patient(desk: &mut Desk, is_done: impl Fn(&Desk) -> bool) {
    let watch = Stopwatch::start();
    while !is_done(desk) && watch.seconds() < PATIENCE_S {
        desk.poll();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    desk.poll();
}

/// Numbers of a text that are none.
fn none_numbers(text: &str) -> Vec<&str> {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || ".+-".contains(letter);
    let words = text.split(|letter| !is_inside(letter)).filter(|word| !word.is_empty());
    words
        .filter(|word| {
            word.parse::<f64>().is_ok_and(|number| {
                !number.is_finite()
                    || number.abs() >= 1e300
                    || number == f64::from(i32::MAX)
                    || number == i64::MAX as f64
            })
        })
        .collect()
}

// fault: numbers_unset
#[test]
fn sentinel_matrix_no_message_brings_an_unset_number_in() {
    count_panics();
    assert_eq!(
        none_numbers("Fill { price: inf, size: 5.0, cost: 1.7976931348623157e308 }").len(),
        2
    );
    let heard = heard();
    let mut cells: Vec<Cell> = Vec::new();
    let mut fields = 0;
    for (message, field, values) in numeric_fields() {
        if heard.contains(message) {
            fields += 1;
            cells.extend(values.into_iter().map(|value| (message, field.clone(), value)));
        }
    }
    let num_cells = cells.len();
    if wanted(CELLS).is_none() {
        let is_vital = |cell: &Cell| {
            let name = format!("{}.{}", cell.0, cell.1);
            let vital = [
                "execution_data.execution.price",
                "commission_report.commission",
                "tick_price.price",
            ];
            vital.contains(&name.as_str())
                && matches!(cell.2, Sentinel::LargestDouble | Sentinel::NotANumber)
        };
        cells.retain(is_vital);
        assert_eq!(cells.len(), 6);
    }
    let (count, watch) = (cells.len(), Stopwatch::start());
    let (wrong, fates) = (Mutex::new(Vec::new()), Mutex::new(BTreeMap::<&str, usize>::new()));
    share_out(THREADS.min(count), cells, |cells| {
        for cell in cells {
            let (told, struck) = strike(&cell);
            let found = none_numbers(&told);
            if !found.is_empty() || struck == 0 {
                wrong.lock().unwrap().push(format!("{cell:?} struck {struck} times: {found:?}"));
            }
            let fate = match told.as_str() {
                "refused" => "refused",
                text if text.starts_with("Err") => "no snapshot",
                _ => "whole",
            };
            *fates.lock().unwrap().entry(fate).or_insert(0) += 1;
        }
    });
    for name in ["historical_data_update", "tick_price", "tick_size", "position", "completed_order"]
    {
        assert!(heard.contains(name), "{name} in {heard:?}");
    }
    println!(
        "{} messages, {fields} numbers, {num_cells} cells, {count} run in {:.0} s: {:?}",
        heard.len(),
        watch.seconds(),
        fates.into_inner().unwrap()
    );
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "a thread of the adapter panicked");
}
