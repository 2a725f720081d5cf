//! The connection is lost again and again: nothing grows, and the data comes back each time.

use std::collections::BTreeSet;
use std::time::Duration;

use super::stage::{Desk, Stage, approved, market, options, wanted};
use crate::base::Stopwatch;
use crate::domain::Symbol;
use crate::ports::StreamEvent;

/// How many losses the long version has.
const DROPS: &str = "RELEAT_BROKER_DROPS";
/// So many losses come before anything is measured.
const WARM_UP: u64 = 50;
/// Memory may grow by so much, kilobytes.
const GROWTH_KB: i64 = 5 * 1024;

/// What this process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_kb: i64,
    files: usize,
    threads: usize,
    tasks: usize,
}

impl Held {
    fn now(desk: &Desk) -> Self {
        // Threads and sockets of the last connection end a moment after it.
        std::thread::sleep(Duration::from_millis(500));
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
        Self {
            resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
            files: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
            tasks: desk.owner.num_tasks(),
        }
    }
}

/// Which symbols have sent bars and best prices since the news were cleared.
fn came(desk: &Desk) -> (BTreeSet<Symbol>, BTreeSet<Symbol>) {
    let (mut bars, mut quotes) = (BTreeSet::new(), BTreeSet::new());
    for event in &desk.news {
        match event {
            StreamEvent::Bar { symbol, .. } => bars.insert(symbol.clone()),
            StreamEvent::Quote { symbol, .. } => quotes.insert(symbol.clone()),
            _ => false,
        };
    }
    (bars, quotes)
}

/// Loses the connection once; how long until all data was back, seconds.
fn lose(stage: &Stage, desk: &mut Desk) -> f64 {
    desk.events.clear();
    stage.sim.drop_connections();
    let watch = Stopwatch::start();
    desk.until("loss", Desk::is_lost);
    desk.news.clear();
    desk.until("connection", Desk::is_back);
    let all: BTreeSet<Symbol> = stage.wish().symbols.into_iter().collect();
    desk.within(10.0, "data of every symbol", |desk| came(desk) == (all.clone(), all.clone()));
    watch.seconds()
}

/// The short version counts tasks alone: other tests share the process. The long one wants it for
/// itself.
// fault: connection_lost
#[test]
fn reconnect_storm_leaks_nothing_and_brings_the_data_back() {
    let long = wanted(DROPS);
    let (warm_up, drops) = long.map_or((1, 3), |drops| (WARM_UP, drops));
    let stage = Stage::new(options());
    let mut desk = stage.open();
    for _ in 0..warm_up {
        lose(&stage, &mut desk);
    }
    let before = Held::now(&desk);
    let (mut slowest, mut sum) = (0.0_f64, 0.0);
    for drop in 1..=drops {
        let seconds = lose(&stage, &mut desk);
        (slowest, sum) = (slowest.max(seconds), sum + seconds);
        assert!(stage.sim.connections() > warm_up + drop);
        if drop % 100 == 0 {
            println!("{drop} losses: {:?}", Held::now(&desk));
        }
    }
    let after = Held::now(&desk);
    println!(
        "{drops} losses: data back after {:.2} s, at most {slowest:.2} s; {before:?} {after:?}",
        sum / drops as f64
    );
    assert!(slowest <= 10.0, "{slowest}");
    assert_eq!(after.tasks, before.tasks);
    if long.is_some() {
        assert_eq!((after.files, after.threads), (before.files, before.threads));
        assert!(after.resident_kb - before.resident_kb <= GROWTH_KB, "{before:?} {after:?}");
    }
    desk.broker.submit(approved(market(1, 1.0))).unwrap();
    desk.until("fill", |desk| desk.filled(1) == 1.0);
}
