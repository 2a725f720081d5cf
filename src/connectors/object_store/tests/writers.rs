//! Two that write to one mirror.

use std::sync::atomic::{AtomicBool, Ordering};

use super::double::{Double, Fault};
use super::mirrors::{Place, assert_readable, key};
use crate::base::Interrupt;
use crate::connectors::object_store::{
    Direction, MirrorError, MirrorOutcome, ObjectStore, Standing,
};

/// Lets `first` push between the last look of `second` and its commit; gives what `second` was told.
fn race(double: &Double, first: Place, second: &Place) -> MirrorOutcome {
    let connector = double.connector();
    let has_run = AtomicBool::new(false);
    double.rule(move |_, seen| {
        let is_commit = seen.method == "PUT" && seen.key.ends_with("1d/manifest.json");
        if is_commit && !has_run.swap(true, Ordering::SeqCst) {
            let store = ObjectStore::try_new(&connector, "lake", &Interrupt::never()).unwrap();
            assert!(first.run(&store, Direction::Push).unwrap().is_complete());
        }
        Fault::None
    });
    second.run(&double.store(), Direction::Push).unwrap()
}

#[test]
fn the_loser_of_a_race_is_told_if_it_has_other_rows() {
    let double = Double::start();
    let first = Place::with("SPY", "2015-01-01..2015-06-30");
    let second = Place::with("SPY", "2015-07-01..2015-12-31");
    let told = race(&double, first, &second);
    let error = told.series.into_iter().next().unwrap().1.unwrap_err();
    assert!(matches!(error, MirrorError::Conflict { .. }), "{error}");
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("the lake alone has 129 rows"), "{error}");
    assert_readable(&double);
}

#[test]
fn the_loser_of_a_race_wins_the_next_round_if_it_has_more() {
    let double = Double::start();
    let first = Place::with("SPY", "2015-01-01..2015-06-30");
    let second = Place::empty();
    second.add("SPY", "2015-01-01..2015-06-30", 100.0);
    second.add("SPY", "2015-07-01..2015-12-31", 100.0);
    let told = race(&double, first, &second);
    assert!(told.is_complete(), "{told:?}");
    let there = Place::empty();
    there.run(&double.store(), Direction::Pull).unwrap();
    assert_eq!(there.files(), second.files());
    assert_readable(&double);
}

#[test]
fn both_sides_with_rows_of_their_own_are_a_conflict_and_stay_as_they_are() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2015-06-30");
    here.run(&double.store(), Direction::Push).unwrap();
    let there = Place::with("SPY", "2015-07-01..2015-12-31");
    let (bucket, files) = (double.objects(), there.files());
    for direction in [Direction::Push, Direction::Pull, Direction::Sync] {
        let outcome = there.run(&double.store(), direction).unwrap();
        let error = outcome.series[0].1.as_ref().unwrap_err();
        let MirrorError::Conflict { local, remote, .. } = error else { panic!("{error}") };
        assert!(local != remote && error.hint().unwrap().contains("releat data pull --from"));
    }
    assert_eq!((double.objects(), there.files()), (bucket, files));
}

#[test]
fn another_value_of_the_same_bar_is_a_conflict() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2015-06-30");
    here.run(&double.store(), Direction::Push).unwrap();
    let there = Place::empty();
    there.add("SPY", "2015-01-01..2015-06-30", 101.0);
    let outcome = there.run(&double.store(), Direction::Push).unwrap();
    let error = outcome.series[0].1.as_ref().unwrap_err().to_string();
    assert!(error.contains("bar of 2015-01-02T14:30:00Z"), "{error}");
}

#[test]
fn a_series_of_another_symbol_is_no_conflict() {
    let double = Double::start();
    Place::with("SPY", "2015-01-01..2015-06-30").run(&double.store(), Direction::Push).unwrap();
    let there = Place::with("QQQ", "2015-01-01..2015-06-30");
    let outcome = there.run(&double.store(), Direction::Sync).unwrap();
    let standings: Vec<Standing> =
        outcome.series.iter().map(|(_, result)| result.as_ref().unwrap().standing).collect();
    assert_eq!(standings, [Standing::Ahead, Standing::Behind]);
    assert!(there.lake.series(&key("SPY")).is_ok());
}

#[test]
fn a_store_without_conditions_is_refused() {
    let double = Double::with(1000, false);
    let here = Place::with("SPY", "2015-01-01..2015-06-30");
    let outcome = here.run(&double.store(), Direction::Push).unwrap();
    let error = outcome.series[0].1.as_ref().unwrap_err();
    assert!(matches!(error, MirrorError::Unconditional { .. }), "{error}");
    assert_eq!(error.exit_code(), 2);
    assert!(!double.objects().keys().any(|key| key.ends_with(".json") && !key.contains("actions")));
}

#[test]
fn a_lake_that_is_being_written_is_not_pulled_into() {
    let double = Double::start();
    let here = Place::with("SPY", "2015-01-01..2015-06-30");
    here.run(&double.store(), Direction::Push).unwrap();
    let there = Place::empty();
    let _writer = there.lake.writer("test").unwrap();
    let error = there.run(&double.store(), Direction::Pull).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(there.run(&double.store(), Direction::Push).is_err());
}
