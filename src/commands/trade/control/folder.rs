//! The folder of a session, and which process works on it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::process::process_start;
use crate::base::{FileError, KillFile, Timestamp, now, read_text, write_atomic};
use crate::trader::{SessionManifest, session_folder};

/// Which process works on a session, or did last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessCard {
    /// Its number.
    pub pid: u32,
    /// When it began, as the system counts it; tells a process from a later one with the same number.
    pub process_start: Option<u64>,
    /// When the session began here, or went on.
    pub began_at: Timestamp,
    /// When it ended or stopped in good order; absent while it runs and where the process died.
    pub ended_at: Option<Timestamp>,
}

impl ProcessCard {
    /// Whether the process is there and works on the session.
    #[must_use]
    pub(crate) fn is_running(&self) -> bool {
        let is_same = match (process_start(self.pid), self.process_start) {
            (Some(now), Some(then)) => now == then,
            (found, _) => found.is_some(),
        };
        self.ended_at.is_none() && is_same
    }
}

/// The folder of a session: `<runs_dir>/sessions/<session>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionFolder {
    path: PathBuf,
}

impl SessionFolder {
    /// The folder of that session; nothing is made.
    #[must_use]
    pub(crate) fn new(runs_dir: &Path, session: &str) -> Self {
        Self { path: session_folder(runs_dir, session) }
    }

    /// The folder of all sessions.
    #[must_use]
    pub(crate) fn all(runs_dir: &Path) -> PathBuf {
        runs_dir.join("sessions")
    }

    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The folder itself.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the session.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Which process works on it.
    #[must_use]
    pub(crate) fn process_path(&self) -> PathBuf {
        self.path.join("process.json")
    }

    /// Length and head of the ledger.
    #[must_use]
    pub(crate) fn anchor_path(&self) -> PathBuf {
        self.path.join("anchor.json")
    }

    /// The log, JSON lines.
    #[must_use]
    pub(crate) fn log_path(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// The socket for commands.
    #[must_use]
    pub(crate) fn socket_path(&self) -> PathBuf {
        self.path.join("control.sock")
    }

    /// The kill file.
    #[must_use]
    pub(crate) fn kill_path(&self) -> PathBuf {
        self.path.join("kill")
    }

    /// The view that was kept last.
    #[must_use]
    pub(crate) fn view_path(&self) -> PathBuf {
        self.path.join("view.json")
    }

    /// What the session was started with; `None` if that is not there or damaged.
    pub(super) fn manifest(&self) -> Option<SessionManifest> {
        SessionManifest::read(&self.path).ok().flatten()
    }

    /// Which process works on the session; `None` if that is not there or damaged.
    #[must_use]
    pub(crate) fn process(&self) -> Option<ProcessCard> {
        serde_json::from_str(&read_text(&self.process_path()).ok()?).ok()
    }

    /// Notes that this process works on the session, and makes the kill file if there is none yet.
    ///
    /// # Errors
    /// [`FileError`] if one cannot be written.
    pub(crate) fn begin(&self) -> Result<KillFile, FileError> {
        let pid = std::process::id();
        let process_start = process_start(pid);
        self.write(&ProcessCard { pid, process_start, began_at: now(), ended_at: None })?;
        KillFile::prepare(&self.kill_path())
    }

    /// Notes that this process ended the session or stopped it in good order.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be written.
    pub(crate) fn end(&self) -> Result<(), FileError> {
        let pid = std::process::id();
        let began_at = self.process().map_or_else(now, |card| card.began_at);
        let process_start = process_start(pid);
        self.write(&ProcessCard { pid, process_start, began_at, ended_at: Some(now()) })
    }

    /// Notes that nobody works on the session any more, where this process did and failed while it lives on: the session
    /// is lost as if its process had died.
    ///
    /// # Errors
    /// [`FileError`] if it cannot be written.
    pub(crate) fn abandon(&self) -> Result<(), FileError> {
        match self.process() {
            Some(card) if card.pid == std::process::id() && card.is_running() => {
                self.write(&ProcessCard { pid: 0, process_start: None, ..card })
            }
            _ => Ok(()),
        }
    }

    fn write(&self, card: &ProcessCard) -> Result<(), FileError> {
        let path = self.process_path();
        let text = serde_json::to_vec_pretty(card)
            .map_err(|error| FileError::Write { path: path.clone(), source: error.into() })?;
        write_atomic(&path, &text)
    }
}
