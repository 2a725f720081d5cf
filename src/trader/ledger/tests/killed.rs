//! A process that dies at any moment leaves every row that it was told is stored.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::fixtures::{NAME, Place, bar, news};
use crate::base::{SeedStream, variable};
use crate::store::Store;
use crate::trader::ledger::{Anchor, Kept, Recorder, verify};

const URL: &str = "RELEAT_TEST_LEDGER";
const FOLDER: &str = "RELEAT_TEST_FOLDER";
const KILLS: usize = 15;

/// What each child does until it is killed; by itself it does nothing.
#[test]
fn appends_for_ever() {
    let (Some(url), Some(folder)) = (variable(URL), variable(FOLDER)) else { return };
    let store = std::sync::Arc::new(Store::open(&url).unwrap());
    let mut recorder = Recorder::open(store, NAME, "sim", folder.as_ref()).unwrap();
    let mut out = std::io::stdout();
    for second in 1.. {
        recorder.record(&bar(second, 2.0), &[]).unwrap();
        if recorder.record(&news(second), &[]).unwrap() == Kept::Stored {
            writeln!(out, "\nstored {}", recorder.head().rows).unwrap();
            out.flush().unwrap();
        }
    }
}

// fault: crash_around_commit
#[test]
fn every_acknowledged_row_is_there_after_kill_9() {
    let place = Place::new();
    let mut rng = SeedStream::new(6).child("kill").rng();
    let mut before = 0;
    for _ in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "trader::ledger::tests::killed::appends_for_ever", "--nocapture"])
            .env(URL, &place.url)
            .env(FOLDER, &place.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = before;
        let wanted = before + 2 * (1 + rng.below(20) as u64);
        let mut note = |line: String| {
            let rows = line.strip_prefix("stored ").and_then(|rows| rows.parse::<u64>().ok());
            acknowledged = rows.unwrap_or(acknowledged);
            acknowledged
        };
        while let Some(Ok(line)) = lines.next() {
            if note(line) >= wanted {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(rng.below(4_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            note(line);
        }
        assert!(acknowledged > before);
        let found = verify(&place.store(), NAME, &place.folder).unwrap();
        assert_eq!(found.fault, None);
        let rows = found.good.rows;
        assert!((acknowledged..=acknowledged + 2).contains(&rows), "{acknowledged} {rows}");
        let anchored = Anchor::read(&place.folder).unwrap().unwrap().rows;
        assert!(anchored <= rows);
        before = rows;
    }
}
