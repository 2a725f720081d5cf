//! Kills hold over restarts.

use std::path::Path;

use super::choose::{Found, sessions};
use crate::base::{FileError, KillFile, KillState};
use crate::commands::{Failure, FailureKind};

/// How a session of an account may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Halts that were kept hold on.
    Plain,
    /// A human took a kill or a halt back while nothing ran: the engine is to be given a resume after its start, then
    /// [`arm_released`] is to be called.
    Released,
}

/// Whether a session of an account may start.
///
/// # Errors
/// [`FailureKind::Refused`] if a session of this account was killed and not resumed, [`FailureKind::Remote`] if another
/// process trades it.
pub(crate) fn check_kills(runs_dir: &Path, account: &str) -> Result<Start, Failure> {
    let (against, start) = kills(runs_dir, account);
    against.into_iter().next().map_or(Ok(start), Err)
}

/// Everything that keeps a session of an account from starting, as [`check_kills`] has it; and how it may start where
/// there is nothing.
pub(crate) fn kills(runs_dir: &Path, account: &str) -> (Vec<Failure>, Start) {
    let mut against = Vec::new();
    let mut start = Start::Plain;
    for (found, file) in of_account(runs_dir, account) {
        let other = found.pid().filter(|pid| *pid != std::process::id());
        if let Some(pid) = other.filter(|_| found.is_running()) {
            let text = format!(
                "account `{account}` is traded by process {pid} in session {}",
                found.name()
            );
            against.push(
                Failure::new(FailureKind::Remote, text)
                    .hint(format!("releat status {}", found.name())),
            );
        }
        match file.state() {
            KillState::Killed => {
                let session = found.name();
                let text = format!(
                    "account `{account}` was killed in session {session}; it starts after a human resumes it"
                );
                against.push(
                    Failure::new(FailureKind::Refused, text)
                        .hint(format!("releat resume {session}")),
                );
            }
            KillState::Released => start = Start::Released,
            KillState::Armed => {}
        }
    }
    (against, start)
}

/// Arms the kill files of an account that a human released, once the engine has taken its resume.
///
/// # Errors
/// [`FileError`] if a file cannot be written.
pub(crate) fn arm_released(runs_dir: &Path, account: &str) -> Result<(), FileError> {
    for (_, file) in of_account(runs_dir, account) {
        if file.state() == KillState::Released {
            file.set(KillState::Armed)?;
        }
    }
    Ok(())
}

fn of_account(runs_dir: &Path, account: &str) -> impl Iterator<Item = (Found, KillFile)> {
    let of_account =
        sessions(runs_dir).into_iter().filter(move |found| found.is_of_account(account));
    of_account.filter_map(|found| {
        let file = KillFile::open(&found.folder.kill_path()).ok()?;
        Some((found, file))
    })
}
