//! `releat pause`, `resume`, `flatten` and `kill`.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::choose::{Found, choose};
use super::process::send_kill_signal;
use super::wire::{Ask, Reply, ask};
use crate::base::{KillFile, KillState};
use crate::commands::{Failure, FailureKind, SessionOptions};

/// Version of [`ControlDocument`].
const SCHEMA_VERSION: u32 = 1;
/// A session answers a kill within a second.
const KILL_WAIT: Duration = Duration::from_millis(1500);
/// And everything else within ten.
const COMMAND_WAIT: Duration = Duration::from_secs(12);

/// Options of `pause`, `resume`, `flatten` and `kill`.
#[derive(Debug, Clone, Default)]
pub struct ControlOptions {
    /// Name of the session or its beginning; the only running one if absent.
    pub session: Option<String>,
}

/// What was done, as scripts read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ControlDocument {
    schema_version: u32,
    session: String,
    command: &'static str,
    via: Via,
    is_running: bool,
    done: bool,
    note: Option<String>,
}

/// Which way the command took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Via {
    Socket,
    File,
    Signal,
}

/// Decide nothing new until resumed; orders stay.
///
/// # Errors
/// [`FailureKind::Usage`] if several sessions fit, [`FailureKind::Data`] if none does or it does not run,
/// [`FailureKind::Remote`] if it does not answer, [`FailureKind::Partial`] if it has not carried the command out yet.
pub fn pause(options: &SessionOptions, command: &ControlOptions) -> Result<(), Failure> {
    running(options, command, Ask::Pause)
}

/// Cancel all orders, close all positions, then pause.
///
/// # Errors
/// As [`pause`].
pub fn flatten(options: &SessionOptions, command: &ControlOptions) -> Result<(), Failure> {
    running(options, command, Ask::Flatten)
}

/// Trade again, also after a halt or a kill. A session that does not run may start again.
///
/// # Errors
/// As [`pause`]; [`FailureKind::Data`] if the kill file cannot be written.
pub fn resume(options: &SessionOptions, command: &ControlOptions) -> Result<(), Failure> {
    let found = find(options, command)?;
    if found.is_running() {
        return over_socket(options, &found, Ask::Resume);
    }
    let path = found.folder.kill_path();
    KillFile::open(&path)
        .and_then(|file| file.set(KillState::Released))
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let note = "it does not run; its next start lifts the halt";
    show(options, &found, Ask::Resume, (Via::File, true, Some(note.to_owned())))
}

/// Cancel all orders and halt until a human resumes; positions stay.
///
/// The socket is tried first, then the kill file, then the signal: neither a locked database nor a full disk nor a
/// session that hangs stands in the way.
///
/// # Errors
/// As [`pause`]; [`FailureKind::Remote`] if every way failed.
pub fn kill(options: &SessionOptions, command: &ControlOptions) -> Result<(), Failure> {
    let found = find(options, command)?;
    if !found.is_running() {
        kill_by_file(&found).map_err(|error| unreached(&found, &error))?;
        let note =
            "it does not run: it will not start before it is resumed; its orders at the venue stay";
        return show(options, &found, Ask::Kill, (Via::File, true, Some(note.to_owned())));
    }
    let way = match ask(&found.folder.socket_path(), Ask::Kill, KILL_WAIT) {
        Ok(Reply { ok: true, done, .. }) => (Via::Socket, done == Some(true), not_done(done)),
        _ => kill_past_socket(&found).map_err(|error| unreached(&found, &error))?,
    };
    show(options, &found, Ask::Kill, way)
}

/// Which way the command took, whether it is carried out, and what else is to say.
type Way = (Via, bool, Option<String>);

fn not_done(done: Option<bool>) -> Option<String> {
    let note = "the session has not confirmed it; its watchdog cancels all orders by itself";
    (done != Some(true)).then(|| note.to_owned())
}

fn kill_past_socket(found: &Found) -> io::Result<Way> {
    let note =
        "the session did not answer; its watchdog looks 50 times a second and cancels all orders";
    let note = Some(note.to_owned());
    match kill_by_file(found) {
        Ok(()) => Ok((Via::File, false, note)),
        Err(_) => {
            send_kill_signal(found.pid().ok_or(io::ErrorKind::NotFound)?)?;
            Ok((Via::Signal, false, note))
        }
    }
}

fn kill_by_file(found: &Found) -> io::Result<()> {
    let file = KillFile::open(&found.folder.kill_path()).map_err(io::Error::other)?;
    file.set(KillState::Killed).map_err(io::Error::other)
}

fn unreached(found: &Found, error: &io::Error) -> Failure {
    let text = format!(
        "session {} cannot be killed: neither socket nor kill file nor process takes it: {error}",
        found.name()
    );
    Failure::new(FailureKind::Remote, text).hint("cancel all orders at the venue itself")
}

fn find(options: &SessionOptions, command: &ControlOptions) -> Result<Found, Failure> {
    let place = options.place()?;
    choose(Path::new(&place.store.runs_dir), command.session.as_deref())
}

fn running(options: &SessionOptions, command: &ControlOptions, what: Ask) -> Result<(), Failure> {
    let found = find(options, command)?;
    if !found.is_running() {
        let text = format!("session {} does not run", found.name());
        return Err(
            Failure::new(FailureKind::Data, text).hint(format!("releat status {}", found.name()))
        );
    }
    over_socket(options, &found, what)
}

fn over_socket(options: &SessionOptions, found: &Found, what: Ask) -> Result<(), Failure> {
    let session = found.name();
    let reply = ask(&found.folder.socket_path(), what, COMMAND_WAIT).map_err(|error| {
        let text = format!("session {session} runs but does not answer: {error}");
        Failure::new(FailureKind::Remote, text).hint(format!("releat kill {session}"))
    })?;
    if let Some(error) = reply.error.filter(|_| !reply.ok) {
        return Err(Failure::new(FailureKind::Refused, format!("session {session}: {error}")));
    }
    let is_done = reply.done == Some(true);
    let note = (!is_done).then(|| "the session has not confirmed it yet".to_owned());
    show(options, found, what, (Via::Socket, is_done, note))
}

fn show(options: &SessionOptions, found: &Found, what: Ask, way: Way) -> Result<(), Failure> {
    let (via, done, note) = way;
    let document = ControlDocument {
        schema_version: SCHEMA_VERSION,
        session: found.name().to_owned(),
        command: what.name(),
        via,
        is_running: found.is_running(),
        done,
        note,
    };
    options.console.document(&document, || text(&document))?;
    if done {
        return Ok(());
    }
    let told = document.note.unwrap_or_default();
    let session = &document.session;
    Err(Failure::new(
        FailureKind::Partial,
        format!("session {session}: {} asked, {told}", what.name()),
    )
    .hint(format!("releat status {session}")))
}

fn text(document: &ControlDocument) -> String {
    let is = if document.done { "done" } else { "asked" };
    let note = document.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{} {}: {is}{note}", document.command, document.session)
}
