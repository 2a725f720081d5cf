//! The journal gives a new process the same venue.

use std::fs;
use std::path::Path;

use super::sessions::{begin, steps, take};
use super::{day, send, told, venue};
use crate::base::Timestamp;
use crate::connectors::simulated::faults::FaultScript;
use crate::connectors::simulated::{JournalError, SimulatedVenue, Truth, VenueRules};
use crate::domain::{OrderKind, TimeInForce};
use crate::ports::{Broker, BrokerError, BrokerSnapshot};

fn state(venue: &mut SimulatedVenue) -> (Truth, BrokerSnapshot) {
    (venue.truth(), venue.snapshot(Timestamp::MIN).unwrap())
}

/// A process that died after any call is followed by one that goes on as if nothing had happened.
#[test]
fn every_prefix_of_a_session_is_the_venue_at_that_time() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..4 {
        let path = folder.path().join(format!("{seed}.jsonl"));
        let rules =
            VenueRules { partial_prob: 0.3, reject_prob: 0.1, seed, ..VenueRules::default() };
        let script = FaultScript { venue: rules, ..FaultScript::default() };
        let (panel, steps) = steps(seed, 25);
        let mut venue = begin(&panel, &script).with_journal(&path).unwrap();
        venue.watch(&panel.rows[0]).unwrap();
        let mut states = vec![state(&mut venue)];
        for step in &steps {
            take(&mut venue, step).unwrap();
            states.push(state(&mut venue));
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert_eq!(lines.len(), states.len() + 1);
        for (num_taken, expected) in states.iter().enumerate() {
            let cut = folder.path().join("cut.jsonl");
            fs::write(&cut, lines[..num_taken + 2].concat()).unwrap();
            let mut again = SimulatedVenue::reopen(&cut).unwrap();
            assert_eq!(&state(&mut again), expected, "seed {seed} after {num_taken} calls");
            assert!(again.poll().unwrap().is_empty(), "what was not fetched is lost");
            steps[num_taken..].iter().for_each(|step| take(&mut again, step).unwrap());
            assert_eq!(Some(&state(&mut again)), states.last());
            assert_eq!(fs::read_to_string(&cut).unwrap(), text);
        }
    }
}

#[test]
fn a_half_written_line_never_took_effect() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("venue.jsonl");
    let mut venue = venue().with_journal(&path).unwrap();
    venue.watch(&day(0, [100.0; 4])).unwrap();
    let before = state(&mut venue);
    let whole = fs::read(&path).unwrap();
    send(&mut venue, 1, 10.0, OrderKind::Market, TimeInForce::Bar);
    let after = fs::read(&path).unwrap();
    for length in whole.len()..after.len() {
        fs::write(&path, &after[..length]).unwrap();
        let mut again = SimulatedVenue::reopen(&path).unwrap();
        assert_eq!(state(&mut again), before);
        send(&mut again, 1, 10.0, OrderKind::Market, TimeInForce::Bar);
        assert_eq!(fs::read(&path).unwrap(), after);
    }
}

#[test]
fn what_is_no_journal_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("venue.jsonl");
    assert!(matches!(SimulatedVenue::reopen(&path), Err(JournalError::Read { .. })));
    fs::write(&path, "").unwrap();
    assert!(matches!(SimulatedVenue::reopen(&path), Err(JournalError::Empty { .. })));
    fs::remove_file(&path).unwrap();
    drop(venue().with_journal(&path).unwrap());
    assert!(matches!(venue().with_journal(&path), Err(JournalError::Write { .. })));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{{\"advance\": 3}}\n")).unwrap();
    let error = SimulatedVenue::reopen(&path).unwrap_err();
    assert!(error.to_string().starts_with("line 2 of "), "{error}");
}

/// A call that cannot be written down does not happen; an emergency happens all the same.
#[test]
fn a_full_disk_stops_everything_but_an_emergency() {
    let mut venue = venue();
    venue = venue.with_journal_onto(Path::new("/dev/full"));
    venue.watch(&day(0, [100.0; 4])).unwrap_err();
    let error = venue.advance(&day(1, [100.0; 4])).unwrap_err();
    assert!(matches!(error, BrokerError::NotSent { .. }), "{error}");
    assert_eq!(venue.emergency().cancel_all(), Ok(0));
    let error = venue.pass_time(Timestamp::from_seconds(1)).unwrap_err();
    assert!(matches!(error, BrokerError::NotSent { .. }), "{error}");
    assert_eq!(told(&mut venue), Vec::<String>::new());
}
