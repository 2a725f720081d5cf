//! One row touched anywhere is found and named.

use super::fixtures::{NAME, Place, bar, news};
use crate::base::{Rng, SeedStream, digest_bytes};
use crate::store::SessionRow;
use crate::trader::ledger::verify::Verifier;
use crate::trader::ledger::{Anchor, Chain, Fault, FaultKind, verify};

const ROWS: usize = 40;
const TAMPERINGS: usize = 1_000;

fn ledger() -> (Vec<SessionRow>, Anchor) {
    let place = Place::new();
    let mut recorder = place.recorder();
    for second in 1..=ROWS as i64 {
        let event = if second % 3 == 0 { news(second) } else { bar(second, 100.0 / second as f64) };
        recorder.record(&event, &[]).unwrap();
    }
    recorder.flush().unwrap();
    (place.rows(), Anchor::read(&place.folder).unwrap().unwrap())
}

fn check(rows: &[SessionRow], anchor: Option<&Anchor>) -> Option<Fault> {
    let mut verifier = match Verifier::new(NAME, anchor) {
        Ok(verifier) => verifier,
        Err(fault) => return Some(fault),
    };
    rows.iter().find_map(|row| verifier.take(row).err()).or_else(|| verifier.end().err())
}

/// Flips one bit of one byte; the text stays text.
fn flip(text: &mut String, rng: &mut Rng) {
    let mut bytes = std::mem::take(text).into_bytes();
    let index = rng.below(bytes.len());
    bytes[index] ^= 1 << rng.below(7);
    *text = String::from_utf8(bytes).unwrap();
}

/// Touches the rows somehow; returns how, and the first row that is not as it was.
fn tamper(rows: &mut Vec<SessionRow>, rng: &mut Rng) -> (&'static str, usize) {
    let index = rng.below(rows.len());
    let first = match rng.below(9) {
        0 => ("text", {
            flip(&mut rows[index].json, rng);
            index
        }),
        1 => ("digest", {
            flip(&mut rows[index].head, rng);
            index
        }),
        2 => ("time", {
            rows[index].time = rows[index].time.saturating_add_nanos(1_000);
            index
        }),
        3 => ("number", {
            rows[index].number += 1 + rng.below(3) as u64;
            index
        }),
        4 => ("delete", {
            rows.remove(index);
            index
        }),
        5 => ("truncate", {
            rows.truncate(index);
            index
        }),
        6 => ("insert", {
            let mut row = rows[rng.below(rows.len())].clone();
            row.head = digest_bytes(&rng.bits().to_le_bytes()).to_string();
            rows.insert(index, row);
            index
        }),
        7 => ("swap", {
            let other = (index + 1 + rng.below(rows.len() - 1)) % rows.len();
            rows.swap(index, other);
            index.min(other)
        }),
        _ => ("edit and make its digest anew", {
            let effect = format!("[{{\"cancel\":{}}}]", rng.below(9));
            rows[index].json = rows[index].json.replace("[]", &effect);
            let start = digest_bytes(NAME.as_bytes()).to_string();
            let before = index.checked_sub(1).map_or(start, |index| rows[index].head.clone());
            let bound = format!("{before}\n{}", rows[index].json);
            rows[index].head = digest_bytes(bound.as_bytes()).to_string();
            // The chain breaks at the next row; at the last row only the anchor knows.
            (index + 1).min(ROWS - 1)
        }),
    };
    if matches!(first.0, "delete" | "insert" | "swap") && rng.below(2) == 0 {
        (1..).zip(rows.iter_mut()).for_each(|(number, row)| row.number = number);
    }
    first
}

// fault: ledger_touched
#[test]
fn a_thousand_tamperings_are_found_and_the_first_bad_row_is_named() {
    let (rows, anchor) = ledger();
    assert_eq!(check(&rows, Some(&anchor)), None);
    let mut rng = SeedStream::new(6).child("tamper").rng();
    let mut kinds = std::collections::BTreeMap::<&str, usize>::new();
    for number in 0..TAMPERINGS {
        let mut touched = rows.clone();
        let (how, first) = tamper(&mut touched, &mut rng);
        let fault = check(&touched, Some(&anchor)).unwrap_or_else(|| panic!("{number}: {how}"));
        assert_eq!(fault.row, first as u64 + 1, "{number}: {how}: {fault}");
        *kinds.entry(how).or_default() += 1;
    }
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    assert!(kinds.values().all(|&count| count > 50), "{kinds:?}");
}

#[test]
fn every_bit_of_a_row_counts() {
    let (rows, anchor) = ledger();
    for bit in 0..8 * rows[4].json.len() {
        let mut bytes = rows[4].json.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(json) = String::from_utf8(bytes) else { continue };
        let mut touched = rows.clone();
        touched[4].json = json;
        assert_eq!(check(&touched, Some(&anchor)).unwrap().row, 5, "bit {bit}");
    }
}

// fault: restart_other_account
#[test]
fn without_an_anchor_an_end_can_be_cut_off_and_a_chain_made_anew() {
    let (rows, anchor) = ledger();
    assert_eq!(check(&rows[..30], None), None);
    let fault = check(&rows[..30], Some(&anchor)).unwrap();
    assert_eq!(fault.to_string(), "row 31 is not there: the anchor knows 40 rows");
    let mut forged = rows.clone();
    forged[10].json = forged[10].json.replace("close", "Close");
    let mut chain = Chain::new(NAME);
    for row in &mut forged {
        row.head = chain.push(&row.json).head.to_string();
    }
    assert_eq!(check(&forged, None), None);
    let fault = check(&forged, Some(&anchor)).unwrap();
    assert!(matches!(fault.kind, FaultKind::Anchor { .. }), "{fault}");
    assert!(fault.to_string().starts_with("row 40 or one before it was changed"), "{fault}");
    // What was written after the anchor is not vouched for, and no fault.
    let early = Anchor {
        rows: 30,
        head: crate::base::Digest::try_from(rows[29].head.clone()).unwrap(),
        ..anchor
    };
    assert_eq!(check(&rows, Some(&early)), None);
    assert_eq!(check(&forged, Some(&early)).unwrap().row, 30);
    let foreign = Anchor { session: "hare-1".to_owned(), ..early };
    let fault = check(&rows, Some(&foreign)).unwrap();
    assert_eq!(fault.to_string(), "the anchor is that of session `hare-1`");
}

#[test]
fn a_database_that_was_touched_is_found_out() {
    let touched = |sql: &str| {
        let place = Place::new();
        let mut recorder = place.recorder();
        for second in 1..=6 {
            recorder.record(&news(second), &[]).unwrap();
        }
        recorder.flush().unwrap();
        place.store().statement(sql).unwrap();
        let found = verify(&place.store(), NAME, &place.folder).unwrap();
        (found.good.rows, found.fault.map(|fault| fault.row))
    };
    assert_eq!(touched("SELECT 1"), (6, None));
    let edit = "UPDATE session_ledger SET json = REPLACE(json, 'pause', 'Pause') WHERE number = 3";
    assert_eq!(touched(edit), (2, Some(3)));
    assert_eq!(touched("DELETE FROM session_ledger WHERE number = 2"), (1, Some(2)));
    assert_eq!(touched("DELETE FROM session_ledger WHERE number > 4"), (4, Some(5)));
    assert_eq!(touched("DELETE FROM session_ledger"), (0, Some(1)));
    assert_eq!(
        touched("UPDATE session_ledger SET number = number + 1 WHERE number = 6"),
        (5, Some(6))
    );
}
