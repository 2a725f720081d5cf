//! The recipe of docs/ledger.md, which needs no releat, comes to the same verdicts.

use std::process::Command;

use super::fixtures::{NAME, Place, bar, news};

const DOCUMENT: &str = include_str!("../../../../docs/ledger.md");

/// What the recipe prints about a ledger after `sql`, and whether it is content; `None` without Python.
fn verdict(sql: &str) -> Option<(bool, String)> {
    let place = Place::new();
    let mut recorder = place.recorder();
    for second in 1..=20 {
        recorder.record(&bar(second, 1.0 / second as f64), &[]).unwrap();
        recorder.record(&news(second), &[]).unwrap();
    }
    recorder.flush().unwrap();
    place.store().statement(sql).unwrap();
    let (_, rest) = DOCUMENT.split_once("```python\n").unwrap();
    let (recipe, _) = rest.split_once("```").unwrap();
    let database = place.url.strip_prefix("sqlite://").unwrap();
    let done = Command::new("python3")
        .args(["-c", recipe, database, NAME])
        .arg(place.folder.join("anchor.json"))
        .output()
        .ok()?;
    let said = if done.status.success() { done.stdout } else { done.stderr };
    let last = String::from_utf8(said).unwrap().lines().last().unwrap_or_default().to_owned();
    Some((done.status.success(), last))
}

#[test]
fn the_recipe_of_the_document_finds_what_verification_finds() {
    let check = |sql: &str, is_content: bool, expected: &str| match verdict(sql) {
        Some((found, said)) => assert!(found == is_content && said.ends_with(expected), "{said}"),
        None => eprintln!("skipped: no python3"),
    };
    check("SELECT 1", true, "40 rows are as they were written, the anchor vouches for 40");
    let edit = "UPDATE session_ledger SET json = REPLACE(json, 'a', 'b') WHERE number = 7";
    check(edit, false, "row 7 is not as it was written");
    check("DELETE FROM session_ledger WHERE number = 9", false, "row 9 is not as it was written");
    let cut = "DELETE FROM session_ledger WHERE number > 30";
    check(cut, false, "the ledger is not the one that was anchored");
}
