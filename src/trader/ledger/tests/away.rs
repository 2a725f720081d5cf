//! A database that is locked and a disk that is full: the session goes on in memory, says so, and catches up.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::fixtures::{NAME, Place, news, timer};
use crate::base::{Stopwatch, variable};
use crate::store::Store;
use crate::trader::ledger::{Kept, Recorder, verify};

const URL: &str = "RELEAT_TEST_LEDGER";
const FOLDER: &str = "RELEAT_TEST_FOLDER";

/// Lets the holder go, also when the test fails: it would be waited for.
struct Release<'a>(&'a AtomicBool);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

// fault: database_locked
#[test]
fn a_locked_database_does_not_hold_the_session_up() {
    let place = Place::new();
    let mut recorder = place.recorder();
    recorder.record(&news(1), &[]).unwrap();
    let (is_held, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let holder = place.store();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| holder.hold(&is_held, &is_over));
        let _released = Release(&is_over);
        while !is_held.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        assert_eq!(recorder.record(&timer(2), &[]).unwrap(), Kept::Buffered);
        assert_eq!(recorder.record(&news(3), &[]).unwrap(), Kept::Behind);
        let trouble = recorder.trouble().unwrap();
        assert!(trouble.contains("releat.db") && trouble.contains("locked"), "{trouble}");
        // A hundred cancels are recorded while nothing is written: no attempt is made for seconds.
        let watch = Stopwatch::start();
        for second in 4..=103 {
            assert_eq!(recorder.record(&news(second), &[]).unwrap(), Kept::Behind);
        }
        assert!(watch.seconds() < 4.0, "{}", watch.seconds());
        assert_eq!((recorder.head().rows, recorder.stored().rows), (103, 1));
        drop(Release(&is_over));
        thread.join().unwrap().unwrap();
    });
    assert_eq!(recorder.flush().unwrap(), Kept::Stored);
    assert_eq!(recorder.trouble(), None);
    let found = verify(&place.store(), NAME, &place.folder).unwrap();
    assert_eq!((found.good, found.anchor), (recorder.head(), Some(recorder.head())));
    assert_eq!(found.fault, None);
}

/// What the child with the full disk does; by itself it does nothing.
#[test]
fn until_the_disk_is_full() {
    let (Some(url), Some(folder)) = (variable(URL), variable(FOLDER)) else { return };
    let store = std::sync::Arc::new(Store::open(&url).unwrap());
    let mut recorder = Recorder::open(store, NAME, "sim", folder.as_ref()).unwrap();
    let mut second = 0;
    loop {
        second += 1;
        if recorder.record(&news(second), &[]).unwrap() == Kept::Behind {
            break;
        }
        assert!(second < 100_000);
    }
    for more in 1..=10 {
        assert_eq!(recorder.record(&news(second + more), &[]).unwrap(), Kept::Behind);
    }
    println!("\nfull {} {}", recorder.stored().rows, recorder.trouble().unwrap());
}

// fault: disk_full
#[test]
fn a_full_disk_does_not_end_the_session_and_loses_nothing_that_was_stored() {
    let place = Place::new();
    let program = std::env::current_exe().unwrap();
    // No file may grow beyond 400 blocks; without the trap the system would end the process.
    let script = "trap '' XFSZ; ulimit -f 400; exec \"$@\"";
    let done = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program)
        .args(["--exact", "trader::ledger::tests::away::until_the_disk_is_full", "--nocapture"])
        .env(URL, &place.url)
        .env(FOLDER, &place.folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{text}{}", String::from_utf8_lossy(&done.stderr));
    let line = text.lines().find_map(|line| line.strip_prefix("full ")).unwrap();
    let (rows, trouble) = line.split_once(' ').unwrap();
    assert!(trouble.contains("releat.db"), "{trouble}");
    let found = verify(&place.store(), NAME, &place.folder).unwrap();
    assert_eq!((found.fault, found.good.rows.to_string()), (None, rows.to_owned()));
    // With space again the ledger goes on.
    let mut recorder = place.recorder();
    assert_eq!(recorder.record(&news(1), &[]).unwrap(), Kept::Stored);
}
