//! Two programs on one database.

use std::process::{Command, Stdio};

use super::places::{Place, params, study};
use crate::base::variable;
use crate::store::{TrialEnd, TrialState};

const URL: &str = "RELEAT_TEST_STORE";
const NAME: &str = "RELEAT_TEST_STUDY";
const NUM_TRIALS: usize = 60;

/// What each of the two programs does; by itself it does nothing.
#[test]
fn a_study_of_its_own() {
    let (Some(url), Some(name)) = (variable(URL), variable(NAME)) else { return };
    for number in 0..NUM_TRIALS {
        // Opened anew each time, which is when a file is locked most.
        let store = crate::store::Store::open(&url).unwrap();
        store.create_study(&study(&name)).unwrap();
        store.put_trial(&name, number, &params(0.5), &Default::default()).unwrap();
        store.report(&name, number, 1_000, Some(number as f64)).unwrap();
        let end = TrialEnd { state: TrialState::Complete, value: Some(number as f64) };
        store.end_trial(&name, number, end).unwrap();
    }
}

#[test]
fn two_studies_at_once_in_two_processes() {
    for place in Place::all() {
        let start = |name: &str| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "store::tests::processes::a_study_of_its_own", "--nocapture"])
                .env(URL, &place.url)
                .env(NAME, name)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        for child in ["one", "two"].map(start) {
            let done = child.wait_with_output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let studies = place.open().list_studies().unwrap();
        assert_eq!(studies.len(), 2);
        for study in studies {
            assert_eq!(study.trials.complete, NUM_TRIALS);
            assert_eq!(study.best, Some((NUM_TRIALS - 1, (NUM_TRIALS - 1) as f64)));
        }
    }
}
