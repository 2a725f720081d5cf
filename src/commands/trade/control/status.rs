//! `releat status`: how a session stands, whether it runs or not.

use std::path::Path;
use std::time::Duration;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::choose::{Found, choose, sessions};
use super::folder::ProcessCard;
use super::wire::{Ask, Reply, ask};
use crate::base::{KillFile, KillState, read_text};
use crate::commands::trade::view::{LedgerView, SessionState, SessionView, status_text, watch};
use crate::commands::{Failure, SessionOptions};
use crate::trader::SessionManifest;

/// Version of [`StatusDocument`].
const SCHEMA_VERSION: u32 = 1;
/// A session answers at once: the question is not asked of its loop.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// Options of `status`.
#[derive(Debug, Clone, Default)]
pub struct StatusOptions {
    /// Name of the session or its beginning; those that run if absent.
    pub session: Option<String>,
    /// Show it on the terminal until Ctrl-C.
    pub watch: bool,
    /// Show all sessions of the place, running or not.
    pub all: bool,
}

/// How several sessions stand, as scripts read it.
#[derive(Debug, Serialize)]
struct StatusList {
    schema_version: u32,
    sessions: Vec<StatusDocument>,
}

/// How a session stands, as scripts read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct StatusDocument {
    schema_version: u32,
    session: String,
    state: SessionState,
    is_running: bool,
    is_killed: bool,
    note: Option<String>,
    started_with: Option<SessionManifest>,
    process: Option<ProcessCard>,
    view: SessionView,
}

/// Shows how a session stands. One that runs is asked; of another the folder tells. Where several run and none is
/// named, each is a line.
///
/// # Errors
/// [`crate::commands::FailureKind::Usage`] if several sessions fit, [`crate::commands::FailureKind::Data`] if none does.
pub fn status(options: &SessionOptions, command: &StatusOptions) -> Result<(), Failure> {
    let place = options.place()?;
    if command.session.is_none() && !command.watch {
        let mut found = sessions(&place.store.runs_dir);
        if !command.all {
            found.retain(Found::is_running);
        }
        if command.all || found.len() > 1 {
            return list(options, &found);
        }
    }
    let found = choose(Path::new(&place.store.runs_dir), command.session.as_deref())?;
    if command.watch {
        let interrupt = options.interrupt()?;
        return watch(&interrupt, || look(&found).view);
    }
    let document = look(&found);
    options.console.document(&document, || text(&document))
}

fn list(options: &SessionOptions, found: &[Found]) -> Result<(), Failure> {
    let sessions = found.iter().map(look).collect();
    let document = StatusList { schema_version: SCHEMA_VERSION, sessions };
    options.console.document(&document, || table(&document.sessions))
}

fn table(sessions: &[StatusDocument]) -> String {
    let mut table = Table::new();
    let head = ["session", "account", "state", "equity", "ledger rows", "note"];
    table.load_style(presets::NOTHING).set_header(head);
    for session in sessions {
        let account = session.started_with.as_ref().map(|with| with.account.clone());
        let equity = session.view.equity.now.map(|equity| format!("{equity:.2}"));
        let killed = session.is_killed.then(|| "killed".to_owned());
        table.add_row([
            session.session.clone(),
            account.unwrap_or_default(),
            session.state.label().to_owned(),
            equity.unwrap_or_default(),
            session.view.ledger.rows.to_string(),
            killed.or_else(|| session.note.clone()).unwrap_or_default(),
        ]);
    }
    table.trim_fmt()
}

fn look(found: &Found) -> StatusDocument {
    let is_running = found.is_running();
    let answer = is_running.then(|| ask(&found.folder.socket_path(), Ask::Status, ANSWER_WAIT));
    let (view, note) = match answer {
        Some(Ok(Reply { view: Some(view), .. })) => (*view, None),
        Some(Ok(_)) => (kept(found), Some("the session gave no view".to_owned())),
        Some(Err(error)) => (kept(found), Some(format!("the session does not answer: {error}"))),
        None => (over(found), None),
    };
    let is_killed = KillFile::open(&found.folder.kill_path())
        .is_ok_and(|file| file.state() == KillState::Killed);
    StatusDocument {
        schema_version: SCHEMA_VERSION,
        session: found.name().to_owned(),
        state: view.state,
        is_running,
        is_killed,
        note,
        started_with: found.manifest.clone(),
        process: found.process.clone(),
        view,
    }
}

/// The view of a session that does not run.
fn over(found: &Found) -> SessionView {
    let kept = kept(found);
    let is_in_order = found.process.as_ref().is_some_and(|process| process.ended_at.is_some());
    let state = match (is_in_order, kept.state) {
        (false, _) => SessionState::Lost,
        (true, SessionState::Ended) => SessionState::Ended,
        (true, _) => SessionState::Stopped,
    };
    SessionView { state, ..kept }
}

/// The view that was kept last, with the ledger as it is anchored.
fn kept(found: &Found) -> SessionView {
    let text = read_text(&found.folder.view_path()).unwrap_or_default();
    let mut view: SessionView = serde_json::from_str(&text).unwrap_or_default();
    found.name().clone_into(&mut view.session);
    if let Some(manifest) = &found.manifest {
        view.agent.clone_from(&manifest.agent);
        manifest.venue.label().clone_into(&mut view.venue);
    }
    let anchor = read_text(&found.folder.anchor_path()).ok();
    if let Some(anchor) = anchor.and_then(|text| serde_json::from_str::<LedgerView>(&text).ok()) {
        view.ledger = anchor;
    }
    view
}

fn text(document: &StatusDocument) -> String {
    let mut text = status_text(&document.view);
    if document.is_killed {
        text += &format!("\nkilled: starts again after releat resume {}\n", document.session);
    }
    if let Some(note) = &document.note {
        text += &format!("\nnote: {note}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::trade::control::SessionFolder;
    use crate::commands::trade::control::choose::sessions;
    use crate::commands::trade::control::tests::{dead, running};
    use crate::commands::trade::view::keep_view;

    fn state_of(runs: &Path) -> (SessionState, u64) {
        let document = look(&sessions(runs)[0]);
        (document.state, document.view.ledger.rows)
    }

    fn keep(folder: &SessionFolder, state: SessionState) {
        let view = SessionView { state, ..SessionView::default() };
        keep_view(&folder.view_path(), &view).unwrap();
    }

    #[test]
    fn a_session_whose_process_died_is_lost() {
        let runs = tempfile::tempdir().unwrap();
        let folder = dead(runs.path(), "a");
        keep(&folder, SessionState::Running);
        let anchor = r#"{"session":"a","rows":17,"head":"00ff"}"#;
        std::fs::write(folder.anchor_path(), anchor).unwrap();
        assert_eq!(state_of(runs.path()), (SessionState::Lost, 17));
    }

    #[test]
    fn a_session_that_ended_differs_from_one_that_stopped() {
        let runs = tempfile::tempdir().unwrap();
        let folder = running(runs.path(), "a");
        keep(&folder, SessionState::Paused);
        folder.end().unwrap();
        assert_eq!(state_of(runs.path()).0, SessionState::Stopped);
        keep(&folder, SessionState::Ended);
        assert_eq!(state_of(runs.path()).0, SessionState::Ended);
    }

    #[test]
    fn a_session_that_does_not_answer_says_so() {
        let runs = tempfile::tempdir().unwrap();
        let folder = running(runs.path(), "a");
        keep(&folder, SessionState::Running);
        let document = look(&sessions(runs.path())[0]);
        assert!(document.note.as_ref().unwrap().contains("does not answer"));
        let shown = text(&document);
        assert!(shown.contains("note: the session does not answer"), "{shown}");
    }
}
