//! What the commands say of a ledger that is whole, touched, cut off, or of nobody.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::audit::audit;
use super::export::table;
use super::replay::replayed;
use super::session::KnownSession;
use crate::base::Timestamp;
use crate::commands::{Failure, FailureKind};
use crate::domain::OrderId;
use crate::store::{SessionDraft, Store};
use crate::trader::{Effect, Event, Process, Recorder, SessionManifest, VenueKind, session_folder};

const NAME: &str = "turtle-1";

struct Place {
    url: String,
    runs_dir: PathBuf,
    _kept: TempDir,
}

fn event(second: i64) -> Event {
    Event::Timer { time: Timestamp::from_seconds(second) }
}

fn manifest() -> SessionManifest {
    SessionManifest {
        schema_version: SessionManifest::SCHEMA_VERSION,
        session: NAME.to_owned(),
        releat: "0.1.0".to_owned(),
        pid: 7,
        agent: "turtle".to_owned(),
        bundles: Vec::new(),
        account: "sim".to_owned(),
        venue: VenueKind::Sim,
        range: Some("2020-01-01..2020-12-31".parse().unwrap()),
        trade: Default::default(),
        limits: Default::default(),
        started_at: Timestamp::from_seconds(0),
    }
}

/// An engine that cancels an order at every even second.
fn cancels(event: &Event) -> Vec<Effect> {
    let second = event.time().nanos() / 1_000_000_000;
    if second % 2 == 0 { vec![Effect::Cancel(OrderId(second.unsigned_abs()))] } else { Vec::new() }
}

fn place() -> Place {
    let kept = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", kept.path().join("releat.db").display());
    let runs_dir = kept.path().join("runs");
    let folder = session_folder(&runs_dir, NAME);
    let store = Arc::new(Store::open(&url).unwrap());
    let draft = SessionDraft {
        session: NAME.to_owned(),
        agent: "turtle".to_owned(),
        account: "sim".to_owned(),
        venue: "sim".to_owned(),
        folder: folder.clone(),
        manifest: manifest().to_json().unwrap(),
        started_at: Timestamp::from_seconds(0),
    };
    store.begin_session(&draft).unwrap();
    let mut recorder = Recorder::open(store, NAME, "sim", &folder).unwrap();
    for second in 1..=5 {
        recorder.record(&event(second), &cancels(&event(second))).unwrap();
    }
    recorder.flush().unwrap();
    Place { url, runs_dir, _kept: kept }
}

impl Place {
    fn find(&self, name: &str) -> Result<KnownSession, Failure> {
        KnownSession::find_in(&self.url, &self.runs_dir, name)
    }

    fn known(&self) -> KnownSession {
        self.find(NAME).unwrap()
    }

    fn touch(&self, sql: &str) {
        Store::open(&self.url).unwrap().statement(sql).unwrap();
    }
}

fn engine(
    process: fn(&Event) -> Vec<Effect>,
) -> impl Fn(&SessionManifest) -> Result<Box<Process<'static>>, Failure> {
    move |found| {
        assert_eq!(*found, manifest());
        Ok(Box::new(move |event: Event| Ok(process(&event))))
    }
}

#[test]
fn a_ledger_that_is_whole_is_verified_and_replayed() {
    let place = place();
    let (document, end) = audit(&place.known()).unwrap();
    assert!(end.is_ok() && document.verified);
    assert_eq!((document.rows, document.fault.is_none()), (5, true));
    let (document, end) = replayed(&place.known(), &engine(cancels)).unwrap();
    assert!(end.is_ok() && document.identical);
    assert_eq!(document.rows, 5);
}

#[test]
fn a_touched_row_is_named_and_ends_with_1() {
    let place = place();
    place.touch("UPDATE session_ledger SET json = REPLACE(json, '4', '6') WHERE number = 4");
    let (document, end) = audit(&place.known()).unwrap();
    let failure = end.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::No);
    let start = "error: the ledger of `turtle-1` is not as it was written: row 4 was changed: its digest must be ";
    assert!(failure.to_string().starts_with(start), "{failure}");
    assert_eq!((document.rows, document.fault.unwrap().row, document.verified), (3, 4, false));
    let (document, end) = replayed(&place.known(), &engine(cancels)).unwrap();
    assert_eq!(end.unwrap_err().kind(), FailureKind::No);
    assert_eq!((document.identical, document.fault.unwrap().row), (false, 4));
}

#[test]
fn an_end_that_was_cut_off_is_named() {
    let place = place();
    place.touch("DELETE FROM session_ledger WHERE number = 5");
    let failure = audit(&place.known()).unwrap().1.unwrap_err();
    let text = failure.to_string();
    assert!(text.ends_with("row 5 is not there: the anchor knows 5 rows"), "{text}");
    let anchor = session_folder(&place.runs_dir, NAME).join("anchor.json");
    std::fs::remove_file(anchor).unwrap();
    let (document, end) = audit(&place.known()).unwrap();
    let failure = end.unwrap_err();
    assert_eq!((failure.kind(), document.verified), (FailureKind::Partial, false));
    assert!(failure.to_string().contains("there is no anchor in "), "{failure}");
}

#[test]
fn another_engine_is_told_where_it_differs() {
    let place = place();
    let other = |event: &Event| match cancels(event).pop() {
        Some(Effect::Cancel(OrderId(4))) => vec![Effect::Cancel(OrderId(9))],
        effect => effect.into_iter().collect(),
    };
    let (document, end) = replayed(&place.known(), &engine(other)).unwrap();
    let failure = end.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::No);
    assert_eq!(
        failure.to_string(),
        "error: replay of `turtle-1` differs in row 4 (timer): effects[0].cancel was recorded as 4, came out as 9"
    );
    let divergence = document.divergence.unwrap();
    assert_eq!((document.rows, divergence.row, &*divergence.path), (3, 4, "effects[0].cancel"));
}

#[test]
fn a_session_of_nobody_is_told_the_names_there_are() {
    let place = place();
    let Err(failure) = place.find("hare-1") else { panic!("found") };
    assert_eq!(failure.kind(), FailureKind::Data);
    assert_eq!(
        failure.to_string(),
        "error: there is no session `hare-1`\nhint: known sessions: turtle-1"
    );
    let empty = format!("sqlite://{}", place.runs_dir.join("none.db").display());
    let Err(failure) = KnownSession::find_in(&empty, &place.runs_dir, NAME) else {
        panic!("found")
    };
    assert_eq!(failure.kind(), FailureKind::Data);
    assert!(failure.to_string().contains("none has been started here"), "{failure}");
}

#[test]
fn a_table_has_every_row_as_it_is() {
    let place = place();
    let (text, rows) = table(&place.known()).unwrap();
    assert_eq!(rows, 5);
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "row,time,event,effects,json,head");
    let start = r#"2,1970-01-01T00:00:02Z,timer,cancel,"{""event"":{""timer"":{""time"":""1970-01-01T00:00:02Z""}},""effects"":[{""cancel"":2}]}","#;
    assert!(lines[2].starts_with(start), "{}", lines[2]);
}
