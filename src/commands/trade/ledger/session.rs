//! The session that a name means.

use std::path::{Path, PathBuf};

use crate::commands::place::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::config::Place;
use crate::store::{SessionRecord, Store};
use crate::trader::{LedgerError, SessionManifest, session_folder};

/// A session, its database and its folder.
pub(super) struct KnownSession {
    pub(super) store: Store,
    pub(super) record: SessionRecord,
    pub(super) folder: PathBuf,
}

impl KnownSession {
    /// Finds a session of a place.
    pub(super) fn find(place: &Place, name: &str) -> Result<Self, Failure> {
        Self::find_in(&place.store.url, &place.store.runs_dir, name)
    }

    pub(super) fn find_in(url: &str, runs_dir: &Path, name: &str) -> Result<Self, Failure> {
        let Some(store) = Store::open_existing(url).map_err(store_failure)? else {
            return Err(unknown(name, &[]));
        };
        let Some(record) = store.session(name).map_err(store_failure)? else {
            let known = store.sessions().map_err(store_failure)?;
            return Err(unknown(name, &known));
        };
        // The folder may have moved with the place.
        let here = session_folder(runs_dir, name);
        let folder = if here.exists() { here } else { record.draft.folder.clone() };
        Ok(Self { store, record, folder })
    }

    pub(super) fn name(&self) -> &str {
        &self.record.draft.session
    }

    /// What it was started with: the file in its folder, else the copy in the database.
    pub(super) fn manifest(&self) -> Result<SessionManifest, Failure> {
        if let Some(manifest) = SessionManifest::read(&self.folder).map_err(ledger_failure)? {
            return Ok(manifest);
        }
        let path = self.folder.join(SessionManifest::FILE);
        SessionManifest::from_json(&self.record.draft.manifest, &path).map_err(ledger_failure)
    }
}

/// Newest names first: the one that is meant is likely among them.
fn unknown(name: &str, known: &[SessionRecord]) -> Failure {
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = known.iter().map(|known| &*known.draft.session).collect();
    names.reverse();
    let hint = match names.len() {
        0 => "releat paper --agent BUNDLE starts a session; none has been started here".to_owned(),
        count => {
            let more = if count > SHOWN {
                format!(" and {} older ones", count - SHOWN)
            } else {
                String::new()
            };
            names.truncate(SHOWN);
            format!("known sessions: {}{more}", names.join(", "))
        }
    };
    Failure::new(FailureKind::Data, format!("there is no session `{name}`")).hint(hint)
}

pub(in crate::commands::trade) fn ledger_failure(error: LedgerError) -> Failure {
    let kind = match &error {
        LedgerError::Store { source, .. } => FailureKind::from_exit_code(source.exit_code()),
        LedgerError::Encode { .. } => FailureKind::Bug,
        LedgerError::TooFarBehind { .. } => FailureKind::Remote,
        LedgerError::File(_)
        | LedgerError::Damaged { .. }
        | LedgerError::Unknown { .. }
        | LedgerError::Lost { .. } => FailureKind::Data,
    };
    Failure::new(kind, error)
}
