//! Ticks are mirrored a day at a time, and a day may grow.

use super::double::Double;
use super::mirrors::Place;
use crate::connectors::object_store::{Direction, MirrorError, Standing};
use crate::dataset::ticks::{TickKey, TickLake, TickTable};

/// Adds a quote for each second of 2 January 2015, UTC.
fn add(place: &Place, seconds: std::ops::Range<i64>) {
    let count = seconds.clone().count();
    let ticks = TickTable {
        time: seconds.map(|second| (1_420_156_800 + second) * 1_000_000_000).collect(),
        bid: vec![1.0; count],
        ask: vec![2.0; count],
        last: vec![f64::NAN; count],
        volume: vec![0.0; count],
        flags: vec![6; count],
    };
    let key = TickKey { source: "mt5".to_owned(), symbol: "EURUSD".parse().unwrap() };
    TickLake::new(place.lake.root()).commit(&key, ticks).unwrap();
}

#[test]
fn a_day_of_ticks_that_grew_is_ahead() {
    let double = Double::start();
    let store = double.store();
    let here = Place::empty();
    add(&here, 100..200);
    assert_eq!(here.first(&store, Direction::Push).uploaded, 2);
    let there = Place::empty();
    assert_eq!(there.first(&store, Direction::Pull).downloaded, 2);
    assert_eq!(there.files(), here.files());
    add(&here, 50..300);
    let sent = here.first(&store, Direction::Push);
    assert_eq!((sent.standing, sent.uploaded), (Standing::Ahead, 2));
    add(&there, 100..120);
    let received = there.first(&store, Direction::Sync);
    assert_eq!((received.standing, received.downloaded), (Standing::Behind, 2));
    assert_eq!(there.files(), here.files());
}

#[test]
fn two_stretches_of_one_day_are_a_conflict() {
    let double = Double::start();
    let (here, there) = (Place::empty(), Place::empty());
    add(&here, 0..100);
    add(&there, 50..150);
    here.first(&double.store(), Direction::Push);
    let outcome = there.run(&double.store(), Direction::Push).unwrap();
    let error = outcome.series[0].1.as_ref().unwrap_err();
    assert!(matches!(error, MirrorError::Conflict { .. }), "{error}");
    assert!(error.to_string().contains("the ticks of 2015-01-02 differ"), "{error}");
}
