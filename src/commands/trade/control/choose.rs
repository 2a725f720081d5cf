//! Which session a command is for.

use std::path::Path;

use super::folder::{ProcessCard, SessionFolder};
use crate::commands::{Failure, FailureKind};
use crate::trader::SessionManifest;

/// A session that has a folder.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) folder: SessionFolder,
    /// What it was started with; absent where that file is damaged: it can be killed all the same.
    pub(super) manifest: Option<SessionManifest>,
    pub(super) process: Option<ProcessCard>,
}

impl Found {
    pub(super) fn name(&self) -> &str {
        self.folder.name()
    }

    pub(super) fn is_of_account(&self, account: &str) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.account == account)
    }

    /// Whether its process is there.
    pub(super) fn is_running(&self) -> bool {
        self.process.as_ref().is_some_and(ProcessCard::is_running)
    }

    /// The process that works on it, or did last.
    pub(super) fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.pid)
    }
}

/// All sessions of a place, by name: the folders that say what was started or by which process.
pub(super) fn sessions(runs_dir: &Path) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir(SessionFolder::all(runs_dir)) else { return Vec::new() };
    let folders = entries.flatten().map(|entry| SessionFolder::at(entry.path()));
    let found = |folder: SessionFolder| {
        let (manifest, process) = (folder.manifest(), folder.process());
        let is_session = manifest.is_some() || process.is_some();
        is_session.then_some(Found { folder, manifest, process })
    };
    let mut all: Vec<Found> = folders.filter_map(found).collect();
    all.sort_by(|a, b| a.name().cmp(b.name()));
    all
}

/// The session with that name or the only one whose name begins so, or the only one of these that runs; without a name
/// the only one that runs.
///
/// # Errors
/// [`FailureKind::Usage`] if several fit, [`FailureKind::Data`] if none does.
pub(super) fn choose(runs_dir: &Path, name: Option<&str>) -> Result<Found, Failure> {
    let all = sessions(runs_dir);
    let Some(name) = name else { return only_running(all, runs_dir) };
    if let Some(exact) = all.iter().find(|found| found.name() == name) {
        return Ok(exact.clone());
    }
    let mut fitting: Vec<Found> =
        all.into_iter().filter(|found| found.name().starts_with(name)).collect();
    if fitting.iter().filter(|found| found.is_running()).count() == 1 {
        fitting.retain(Found::is_running);
    }
    match fitting.len() {
        1 => Ok(fitting.swap_remove(0)),
        0 => {
            let folder = SessionFolder::all(runs_dir);
            let text = format!("there is no session `{name}` in {}", folder.display());
            Err(Failure::new(FailureKind::Data, text).hint(format!("ls {}", folder.display())))
        }
        _ => Err(several(&fitting, &format!("{} sessions begin with `{name}`", fitting.len()))),
    }
}

fn only_running(all: Vec<Found>, runs_dir: &Path) -> Result<Found, Failure> {
    let mut running: Vec<Found> = all.into_iter().filter(Found::is_running).collect();
    match running.len() {
        1 => Ok(running.swap_remove(0)),
        0 => {
            let folder = SessionFolder::all(runs_dir);
            let text = format!("no session runs in {}", folder.display());
            Err(Failure::new(FailureKind::Data, text)
                .hint("name a session to ask for one that is over: releat status SESSION"))
        }
        _ => Err(several(&running, &format!("{} sessions run", running.len()))),
    }
}

fn several(found: &[Found], what: &str) -> Failure {
    let names: Vec<&str> = found.iter().map(Found::name).collect();
    let text = format!("{what}, one must be named: {}", names.join(", "));
    let hint = format!("releat status {}", names.first().copied().unwrap_or_default());
    Failure::new(FailureKind::Usage, text).hint(hint)
}
