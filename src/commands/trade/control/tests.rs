//! Sessions with a socket, with a dead process and with none.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::choose::choose;
use super::folder::{ProcessCard, SessionFolder};
use super::kills::{Start, arm_released, check_kills};
use super::send::{ControlOptions, flatten, kill, pause, resume};
use super::server::{ControlServer, SharedView};
use super::wire::{Ask, ask};
use crate::base::{KillFile, KillState, Timestamp, write_atomic};
use crate::commands::trade::view::SessionView;
use crate::commands::{Console, FailureKind, OutputFormat, SessionOptions, Talk};
use crate::config::{RiskLimits, Trade};
use crate::trader::watchdog::{Inbox, post};
use crate::trader::{Command, SessionManifest, VenueKind};

const TIME: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn manifest(session: &str) -> SessionManifest {
    SessionManifest {
        schema_version: SessionManifest::SCHEMA_VERSION,
        session: session.to_owned(),
        releat: "0.0.0".to_owned(),
        pid: std::process::id(),
        agent: "agent".to_owned(),
        bundles: Vec::new(),
        account: "sim:main".to_owned(),
        venue: VenueKind::Sim,
        range: None,
        trade: Trade::default(),
        limits: RiskLimits::default(),
        started_at: TIME,
    }
}

/// A session of this process.
pub(super) fn running(runs: &Path, session: &str) -> SessionFolder {
    let folder = SessionFolder::new(runs, session);
    manifest(session).write(folder.path()).unwrap();
    folder.begin().unwrap();
    folder
}

/// A session whose process died.
pub(super) fn dead(runs: &Path, session: &str) -> SessionFolder {
    let folder = running(runs, session);
    let card = ProcessCard { process_start: Some(0), ..folder.process().unwrap() };
    write_atomic(&folder.process_path(), &serde_json::to_vec(&card).unwrap()).unwrap();
    folder
}

fn state(folder: &SessionFolder) -> KillState {
    KillFile::open(&folder.kill_path()).unwrap().state()
}

fn serve(folder: &SessionFolder) -> (ControlServer, Inbox) {
    let (commander, inbox) = post(KillFile::open(&folder.kill_path()).unwrap());
    let view = SharedView::default();
    view.set(SessionView { session: "a".to_owned(), ..SessionView::default() });
    (ControlServer::start(&folder.socket_path(), commander, view).unwrap(), inbox)
}

/// Takes one command as the loop of a session does.
fn obey(inbox: Inbox) -> std::thread::JoinHandle<(Command, String)> {
    std::thread::spawn(move || {
        let taken = inbox.wait(Duration::from_secs(60)).unwrap();
        let got = (taken.command, taken.by.clone());
        taken.done();
        got
    })
}

fn options(runs: &Path) -> SessionOptions {
    SessionOptions {
        configs: Vec::new(),
        env: None,
        sets: vec![format!("store.runs_dir={}", runs.display())],
        seed: None,
        device: "cpu".to_owned(),
        console: Console { format: OutputFormat::Json, talk: Talk::Quiet, name: None },
        show_progress: false,
        offline: true,
    }
}

fn named(session: &str) -> ControlOptions {
    ControlOptions { session: Some(session.to_owned()) }
}

#[test]
fn the_only_running_session_is_meant() {
    let runs = tempfile::tempdir().unwrap();
    let none = choose(runs.path(), None).unwrap_err();
    assert_eq!(none.kind(), FailureKind::Data);
    dead(runs.path(), "old");
    running(runs.path(), "now-1");
    assert_eq!(choose(runs.path(), None).unwrap().name(), "now-1");
    assert_eq!(choose(runs.path(), Some("ol")).unwrap().name(), "old");
    running(runs.path(), "now-2");
    let several = choose(runs.path(), None).unwrap_err();
    assert_eq!(several.kind(), FailureKind::Usage);
    assert!(several.to_string().contains("now-1, now-2"), "{several}");
    assert_eq!(choose(runs.path(), Some("now")).unwrap_err().kind(), FailureKind::Usage);
    dead(runs.path(), "now-1");
    assert_eq!(choose(runs.path(), Some("now")).unwrap().name(), "now-2", "the one that runs");
    assert_eq!(choose(runs.path(), Some("new")).unwrap_err().kind(), FailureKind::Data);
}

#[test]
fn a_process_with_the_same_number_is_another_one() {
    let runs = tempfile::tempdir().unwrap();
    assert!(!dead(runs.path(), "a").process().unwrap().is_running());
    let folder = running(runs.path(), "b");
    assert!(folder.process().unwrap().is_running());
    folder.end().unwrap();
    assert!(!folder.process().unwrap().is_running());
}

#[test]
fn a_session_that_failed_in_a_process_that_lives_on_is_lost() {
    let runs = tempfile::tempdir().unwrap();
    let failed = running(runs.path(), "a");
    failed.abandon().unwrap();
    assert!(!failed.process().unwrap().is_running());
    assert_eq!(failed.process().unwrap().ended_at, None);
    let stopped = running(runs.path(), "b");
    stopped.end().unwrap();
    let before = stopped.process();
    stopped.abandon().unwrap();
    assert_eq!(stopped.process(), before);
    SessionFolder::new(runs.path(), "none").abandon().unwrap();
}

#[test]
fn the_socket_answers_and_passes_on() {
    let runs = tempfile::tempdir().unwrap();
    let folder = running(runs.path(), "a");
    let (server, inbox) = serve(&folder);
    let reply = ask(&folder.socket_path(), Ask::Status, Duration::from_secs(60)).unwrap();
    assert_eq!(reply.view.unwrap().session, "a");
    let loop_thread = obey(inbox);
    let reply = ask(&folder.socket_path(), Ask::Pause, Duration::from_secs(60)).unwrap();
    assert_eq!((reply.ok, reply.done), (true, Some(true)));
    assert_eq!(loop_thread.join().unwrap(), (Command::Pause, "cli".to_owned()));
    drop(server);
    assert!(!folder.socket_path().exists());
}

#[test]
fn a_line_that_is_no_command_is_told_what_is() {
    let runs = tempfile::tempdir().unwrap();
    let folder = running(runs.path(), "a");
    let (_server, _inbox) = serve(&folder);
    let mut stream = UnixStream::connect(folder.socket_path()).unwrap();
    stream.write_all(b"{\"command\":\"buy\"}\nnonsense\n{\"command\":\"status\"}\n").unwrap();
    let lines: Vec<String> =
        BufReader::new(stream).lines().take(3).map(|line| line.unwrap()).collect();
    assert!(lines[0].contains("status|pause|resume|flatten|kill"), "{}", lines[0]);
    assert!(lines[1].contains("\"ok\":false"), "{}", lines[1]);
    assert!(lines[2].contains("\"ok\":true"), "{}", lines[2]);
}

#[test]
fn a_socket_in_a_deep_folder_is_reached() {
    let runs = tempfile::tempdir().unwrap();
    let deep = runs.path().join("a-folder-with-a-long-name/".repeat(6));
    let folder = running(&deep, "a-session-with-a-long-name-of-its-own");
    assert!(folder.socket_path().as_os_str().len() > 108);
    let (_server, _inbox) = serve(&folder);
    let reply = ask(&folder.socket_path(), Ask::Status, Duration::from_secs(60)).unwrap();
    assert!(reply.ok);
}

#[test]
fn a_socket_that_a_dead_process_left_is_replaced() {
    let runs = tempfile::tempdir().unwrap();
    let folder = running(runs.path(), "a");
    drop(std::os::unix::net::UnixListener::bind(folder.socket_path()).unwrap());
    assert!(folder.socket_path().exists());
    let (_server, _inbox) = serve(&folder);
    assert!(ask(&folder.socket_path(), Ask::Status, Duration::from_secs(60)).unwrap().ok);
}

#[test]
fn a_kill_goes_through_the_socket_and_stays_in_the_file() {
    let runs = tempfile::tempdir().unwrap();
    let folder = running(runs.path(), "a");
    let (_server, inbox) = serve(&folder);
    let loop_thread = obey(inbox);
    kill(&options(runs.path()), &ControlOptions::default()).unwrap();
    assert_eq!(loop_thread.join().unwrap().0, Command::Kill);
    assert_eq!(state(&folder), KillState::Killed);
}

#[test]
fn a_kill_without_a_socket_goes_through_the_file() {
    let runs = tempfile::tempdir().unwrap();
    let folder = running(runs.path(), "a");
    let failure = kill(&options(runs.path()), &ControlOptions::default()).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Partial, "{failure}");
    assert_eq!(state(&folder), KillState::Killed);
}

// fault: halted_last_time
#[test]
fn a_killed_account_starts_after_a_resume_and_not_before() {
    let runs = tempfile::tempdir().unwrap();
    let (root, account) = (runs.path(), "sim:main");
    assert_eq!(check_kills(root, account).unwrap(), Start::Plain);
    let folder = dead(root, "a");
    kill(&options(root), &named("a")).unwrap();
    let failure = check_kills(root, account).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Refused);
    assert!(failure.to_string().contains("hint: releat resume a"), "{failure}");
    assert_eq!(check_kills(root, "sim:other").unwrap(), Start::Plain);
    resume(&options(root), &named("a")).unwrap();
    assert_eq!(check_kills(root, account).unwrap(), Start::Released);
    arm_released(root, account).unwrap();
    assert_eq!(
        (check_kills(root, account).unwrap(), state(&folder)),
        (Start::Plain, KillState::Armed)
    );
}

#[test]
fn a_session_that_does_not_run_takes_no_pause() {
    let runs = tempfile::tempdir().unwrap();
    dead(runs.path(), "a");
    for command in [pause, flatten] {
        let failure = command(&options(runs.path()), &named("a")).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Data);
    }
}

#[test]
fn a_session_that_does_not_answer_can_be_killed() {
    let runs = tempfile::tempdir().unwrap();
    running(runs.path(), "a");
    let failure = pause(&options(runs.path()), &named("a")).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Remote);
    assert!(failure.to_string().contains("hint: releat kill a"), "{failure}");
}

#[test]
fn a_session_with_a_damaged_manifest_can_be_killed() {
    let runs = tempfile::tempdir().unwrap();
    let folder = dead(runs.path(), "a");
    std::fs::write(folder.path().join(SessionManifest::FILE), "{").unwrap();
    kill(&options(runs.path()), &named("a")).unwrap();
    assert_eq!(state(&folder), KillState::Killed);
}
