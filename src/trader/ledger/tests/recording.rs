//! What is written, when, and how it goes on.

use super::fixtures::{NAME, Place, at, bar, news, timer};
use crate::base::digest_bytes;
use crate::domain::OrderId;
use crate::store::Durability;
use crate::trader::Effect;
use crate::trader::ledger::{Anchor, Chain, Kept, LedgerError, Recorder, verify};

#[test]
fn a_row_is_the_event_and_its_effects_bound_to_all_before() {
    let place = Place::new();
    let mut recorder = place.recorder();
    let kept = recorder.record(&timer(1), &[Effect::Cancel(OrderId(7))]).unwrap();
    assert_eq!(kept, Kept::Stored);
    assert_eq!(recorder.record(&news(2), &[]).unwrap(), Kept::Stored);
    let rows = place.rows();
    let first = r#"{"event":{"timer":{"time":"2026-01-05T08:00:01Z"}},"effects":[{"cancel":7}]}"#;
    assert_eq!(rows[0].json, first);
    let h0 = digest_bytes(NAME.as_bytes()).to_string();
    let h1 = digest_bytes(format!("{h0}\n{first}").as_bytes());
    assert_eq!(rows[0].head, h1.to_string());
    assert_eq!((rows[0].number, rows[0].time), (1, at(1)));
    let h2 = digest_bytes(format!("{h1}\n{}", rows[1].json).as_bytes());
    assert_eq!(rows[1].head, h2.to_string());
    assert_eq!((recorder.head().rows, recorder.head().head), (2, h2));
    recorder.flush().unwrap();
    let anchor = std::fs::read_to_string(place.folder.join("anchor.json")).unwrap();
    assert_eq!(anchor, format!("{{\"session\":\"{NAME}\",\"rows\":2,\"head\":\"{h2}\"}}\n"));
}

#[test]
fn what_nobody_waits_for_is_written_with_what_somebody_waits_for() {
    let place = Place::new();
    let mut recorder = place.recorder();
    for second in 1..=5 {
        assert_eq!(recorder.record(&bar(second, 1.5), &[]).unwrap(), Kept::Buffered);
    }
    assert!(place.rows().is_empty());
    assert_eq!(recorder.stored().rows, 0);
    assert_eq!(recorder.record(&news(6), &[]).unwrap(), Kept::Stored);
    assert_eq!((place.rows().len(), recorder.stored().rows), (6, 6));
    for second in 7..=69 {
        assert_eq!(recorder.record(&timer(second), &[]).unwrap(), Kept::Buffered);
    }
    assert_eq!(recorder.record(&timer(70), &[]).unwrap(), Kept::Stored, "enough have gathered");
    assert_eq!(place.rows().len(), 70);
    let anchored = || Anchor::read(&place.folder).unwrap().unwrap().rows;
    assert_eq!(anchored(), 6, "the anchor never leads what is on the disk");
    recorder.record(&timer(71), &[]).unwrap();
    assert_eq!(recorder.flush().unwrap(), Kept::Stored);
    assert_eq!((place.rows().len(), anchored()), (71, 71));
    let found = verify(&place.store(), NAME, &place.folder).unwrap();
    assert_eq!((found.good, found.fault), (recorder.head(), None));
}

#[test]
fn a_ledger_goes_on_in_another_process() {
    let place = Place::new();
    place.recorder().record(&news(1), &[]).unwrap();
    let mut again = place.recorder();
    assert_eq!(again.head().rows, 1);
    again.record(&news(2), &[]).unwrap();
    let found = verify(&place.store(), NAME, &place.folder).unwrap();
    assert_eq!((found.good.rows, found.fault), (2, None));
}

// fault: second_process
#[test]
fn two_writers_of_one_ledger_are_found_out() {
    let place = Place::new();
    let mut one = place.recorder();
    let mut other = place.recorder();
    one.record(&news(1), &[]).unwrap();
    let error = other.record(&news(2), &[]).unwrap_err();
    assert!(matches!(error, LedgerError::Store { .. }), "{error}");
    assert_eq!(place.rows().len(), 1);
}

// fault: ledger_touched
#[test]
fn a_ledger_that_lost_rows_is_not_gone_on_with() {
    let place = Place::new();
    let mut recorder = place.recorder();
    for second in 1..=3 {
        recorder.record(&news(second), &[]).unwrap();
    }
    recorder.flush().unwrap();
    place.store().statement("DELETE FROM session_ledger WHERE number = 3").unwrap();
    let error = Recorder::open(place.store(), NAME, "sim", &place.folder).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the anchor of `turtle-1` knows 3 rows, the ledger has 2: rows are lost"
    );
}

#[test]
fn the_anchor_may_lag_and_says_so() {
    let place = Place::new();
    let mut recorder = place.recorder();
    recorder.record(&news(1), &[]).unwrap();
    // Nothing can be renamed over a folder that is not empty.
    let anchor = place.folder.join("anchor.json");
    std::fs::remove_file(&anchor).unwrap();
    std::fs::create_dir_all(anchor.join("x")).unwrap();
    assert_eq!(recorder.record(&news(2), &[]).unwrap(), Kept::Stored);
    assert_eq!(recorder.flush().unwrap(), Kept::Stored);
    let trouble = recorder.trouble().unwrap();
    assert!(trouble.contains("anchor.json"), "{trouble}");
    std::fs::remove_dir_all(&anchor).unwrap();
    recorder.record(&news(3), &[]).unwrap();
    recorder.flush().unwrap();
    assert_eq!(recorder.trouble(), None);
    assert_eq!(Anchor::read(&place.folder).unwrap().unwrap().head(), recorder.head());
}

#[test]
fn many_rows_are_written_in_parts() {
    let place = Place::new();
    let mut recorder = place.recorder();
    let mut chain = Chain::new(NAME);
    for second in 0..1_200 {
        let json = format!("{{\"row\":{second}}}");
        chain.push(&json);
        let durability = if second == 1_199 { Durability::Full } else { Durability::Relaxed };
        recorder.append(at(second), json, Vec::new(), durability).unwrap();
    }
    assert_eq!(recorder.stored(), chain.head());
    assert_eq!(place.rows().len(), 1_200);
}
