//! Sessions under faults by seed: whatever breaks, the ledger ends as the venue's truth.
//!
//! A crash ends the engine, its shell and everything that is not in the ledger yet; the venue lives on in its journal,
//! as one on another machine would. `RELEAT_FAULT_SEEDS=2000` runs that many seeds.

mod pace;
mod rehearsal;
mod rows;
mod verdict;

use std::collections::BTreeMap;

use rehearsal::{Finished, Rehearsal};
use verdict::problems;

use crate::base::variable;

const SEEDS: u64 = 200;

/// Seeds that failed once. 7, 15, 17, 61, 67, 105, 110, 178, 185: a cancel that could not be sent counted as a lost
/// connection, which nothing restored. 46, 101, 132, 160, 192: an execution that was forgotten while the venue still
/// listed it was booked again.
const REGRESSIONS: &[u64] = &[7, 15, 17, 46, 61, 67, 101, 105, 110, 132, 160, 178, 185, 192];

fn seeds() -> std::ops::Range<u64> {
    0..variable("RELEAT_FAULT_SEEDS").and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

fn failures(seeds: impl Iterator<Item = u64>) -> Vec<String> {
    let mut failed = Vec::new();
    for seed in seeds {
        let rehearsal = Rehearsal::new(seed);
        let found = match rehearsal.run() {
            Ok(finished) => problems(&finished),
            Err(error) => vec![error],
        };
        failed.extend(found.iter().map(|problem| format!("seed {seed}: {problem}")));
    }
    failed
}

// fault: paper_same_path, everything_at_once
#[test]
fn the_ledger_is_the_truth_whatever_goes_wrong() {
    let failed = failures(seeds());
    assert!(failed.is_empty(), "{}\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn seeds_that_failed_once_pass() {
    let failed = failures(REGRESSIONS.iter().copied());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_same_seed_makes_the_same_ledger() {
    let head = |seed| Rehearsal::new(seed).run().map(|finished| finished.head);
    for seed in seeds() {
        assert_eq!(head(seed), head(seed), "seed {seed}");
    }
}

// fault: everything_at_once
#[test]
fn the_seeds_rehearse_everything() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..SEEDS {
        let rehearsal = Rehearsal::new(seed);
        for fault in &rehearsal.script.faults {
            *counts.entry(fault.name()).or_default() += 1;
        }
        let Ok(finished) = rehearsal.run() else { continue };
        tally(&finished, &mut counts);
    }
    let names = [
        "drop",
        "delay",
        "duplicate",
        "reorder",
        "late_cost",
        "reject",
        "partial",
        "late_fill",
        "over_fill",
        "lost_reply",
        "lost_request",
        "not_sent",
        "no_snapshot",
        "link_lost",
        "stray",
        "crash",
    ];
    for name in names {
        assert!(counts.get(name).is_some_and(|count| *count >= 5), "{name}: {counts:?}");
    }
    for name in ["crashes", "orders", "fills", "cancels", "protections"] {
        assert!(counts.get(name).is_some_and(|count| *count >= 20), "{name}: {counts:?}");
    }
}

fn tally(finished: &Finished, counts: &mut BTreeMap<&str, usize>) {
    let truth = &finished.truth;
    let is_canceled = |order: &&crate::connectors::simulated::TruthOrder| {
        matches!(order.end, Some((crate::ports::OrderEnd::Canceled, _)))
    };
    let of_rules = truth.fills.iter().filter(|done| done.cause.is_some()).count();
    for (name, count) in [
        ("crashes", finished.crashes),
        ("orders", truth.orders.len()),
        ("fills", truth.fills.len()),
        ("cancels", truth.orders.iter().filter(is_canceled).count()),
        ("protections", of_rules),
    ] {
        *counts.entry(name).or_default() += count;
    }
}
