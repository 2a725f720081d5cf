//! A fresh engine does the same, or the first difference is named.

use super::fixtures::{Falling, NAME, Place, bar, timer};
use crate::domain::OrderId;
use crate::trader::ledger::{Divergence, Replayed, replay};
use crate::trader::{Effect, Event};

/// A ledger of twenty bars and some timers.
fn recorded() -> Place {
    let place = Place::new();
    let mut recorder = place.recorder();
    let mut engine = Falling::default();
    for second in 1..=20 {
        for event in [bar(second, 100.0 + (second as f64).sin()), timer(second)] {
            let effects = engine.process(&event);
            recorder.record(&event, &effects).unwrap();
        }
    }
    recorder.flush().unwrap();
    place
}

fn replayed(place: &Place, mut process: impl FnMut(Event) -> Vec<Effect>) -> Replayed {
    let mut process = |event| Ok(process(event));
    replay(&place.store(), NAME, &place.folder, &mut process).unwrap()
}

fn divergence(found: &Replayed) -> (u64, &str, &str, &str, &str) {
    let Divergence { row, event, path, recorded, replayed } = found.divergence.as_ref().unwrap();
    (*row, event, path, recorded, replayed)
}

#[test]
fn the_same_engine_does_the_same_byte_for_byte() {
    let place = recorded();
    let mut engine = Falling::default();
    let found = replayed(&place, |event| engine.process(&event));
    assert_eq!((found.good.rows, found.divergence, found.fault), (40, None, None));
    assert_eq!(found.anchor, Some(found.good));
}

#[test]
fn an_engine_that_differs_is_named_with_row_and_path() {
    let place = recorded();
    let mut engine = Falling::default();
    let found = replayed(&place, |event| {
        let mut effects = engine.process(&event);
        for effect in &mut effects {
            // Off by the last bit, from the fourth bar on.
            if let Effect::Closed { time, equity } = effect
                && *time > super::fixtures::at(3)
            {
                *equity = equity.next_up();
            }
        }
        effects
    });
    let (row, event, path, recorded, replayed) = divergence(&found);
    assert_eq!((event, path), ("bar", "effects[1].closed.equity"));
    assert_eq!(found.good.rows, row - 1);
    let values: Vec<f64> = [recorded, replayed].map(|text| text.parse().unwrap()).to_vec();
    assert_eq!(values[0].next_up(), values[1]);
}

#[test]
fn effects_that_are_missing_or_too_many_are_named() {
    let place = recorded();
    let found = replayed(&place, |_| Vec::new());
    assert_eq!(divergence(&found), (1, "bar", "effects[0]", r#"{"cancel":100}"#, "nothing"));
    let mut engine = Falling::default();
    let found = replayed(&place, |event| match event {
        Event::Timer { .. } => vec![Effect::Cancel(OrderId(9))],
        event => engine.process(&event),
    });
    assert_eq!(divergence(&found), (2, "timer", "effects[0]", "nothing", r#"{"cancel":9}"#));
}

#[test]
fn a_touched_row_is_not_given_to_the_engine() {
    let place = recorded();
    let sql = "UPDATE session_ledger SET json = REPLACE(json, '100', '101') WHERE number = 5";
    place.store().statement(sql).unwrap();
    let mut engine = Falling::default();
    let mut given = 0;
    let found = replayed(&place, |event| {
        given += 1;
        engine.process(&event)
    });
    assert_eq!((found.fault.map(|fault| fault.row), given, found.good.rows), (Some(5), 4, 4));
}

#[test]
fn a_row_that_was_cut_off_is_a_fault_of_a_replay_too() {
    let place = recorded();
    place.store().statement("DELETE FROM session_ledger WHERE number > 39").unwrap();
    let mut engine = Falling::default();
    let found = replayed(&place, |event| engine.process(&event));
    assert_eq!((found.fault.map(|fault| fault.row), found.divergence), (Some(40), None));
}
