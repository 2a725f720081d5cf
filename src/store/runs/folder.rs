//! Runs as folders with a record each; a run whose process is gone shows as lost.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::{Digest, LockFile, Timestamp, now, read_text, write_atomic};
use crate::store::StoreError;

const RUN_FILE: &str = "run.json";
const LOCK_FILE: &str = "run.lock";

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// A process works on it.
    Running,
    /// Stopped by a signal after a checkpoint.
    Stopped,
    /// Its process ended without a word.
    Lost,
    /// It ended with an error.
    Failed,
    /// Numbers were lost; its bundle is of the last good checkpoint.
    Diverged,
    /// Done.
    Complete,
}

/// What is kept of a run beside its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this layout.
    pub schema_version: u32,
    /// Its folder below the folder of runs.
    pub id: String,
    /// Name of the agent.
    pub agent: String,
    /// The run seed.
    pub seed: u64,
    /// Digest of the effective configuration and the data: only a run with the same may be resumed.
    pub inputs: Digest,
    /// How it stands.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said something.
    pub updated_at: Timestamp,
    /// Environment steps done.
    pub env_steps: u64,
    /// Best validation score so far.
    pub best_score: Option<f64>,
    /// The best bundle, once the run is complete.
    pub bundle: Option<PathBuf>,
}

/// A run that this process works on; other processes see it as running while this lives.
#[derive(Debug)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
    /// What is kept of it.
    pub record: RunRecord,
    _lock: LockFile,
}

impl RunFolder {
    /// Begins a run in a folder of its own.
    ///
    /// # Errors
    /// [`StoreError`] if the folder cannot be written.
    pub fn begin(
        runs_dir: &Path,
        agent: &str,
        seed: u64,
        inputs: Digest,
    ) -> Result<Self, StoreError> {
        let started_at = now();
        let stamp: String = started_at.to_string().chars().take(19).collect();
        let stamp: String = stamp.chars().filter(char::is_ascii_alphanumeric).collect();
        let short = inputs.to_string()[..8].to_owned();
        let mut id = format!("{agent}-{stamp}-{short}");
        for attempt in 2.. {
            if !runs_dir.join(&id).exists() {
                break;
            }
            id = format!("{agent}-{stamp}-{short}-{attempt}");
        }
        let path = runs_dir.join(&id);
        let lock = LockFile::try_acquire(&path.join(LOCK_FILE))?;
        let record = RunRecord {
            schema_version: 1,
            id,
            agent: agent.to_owned(),
            seed,
            inputs,
            status: RunStatus::Running,
            started_at,
            updated_at: started_at,
            env_steps: 0,
            best_score: None,
            bundle: None,
        };
        let folder = Self { path, record, _lock: lock };
        folder.write()?;
        Ok(folder)
    }

    /// Takes up the newest unfinished run of the same inputs that nobody works on.
    ///
    /// # Errors
    /// [`StoreError`] if the records cannot be read or written.
    pub fn resume(runs_dir: &Path, inputs: Digest) -> Result<Option<Self>, StoreError> {
        for mut record in read_runs(runs_dir)?.into_iter().rev() {
            let is_open =
                matches!(record.status, RunStatus::Lost | RunStatus::Stopped | RunStatus::Failed);
            if record.inputs != inputs || !is_open {
                continue;
            }
            let path = runs_dir.join(&record.id);
            let Ok(lock) = LockFile::try_acquire(&path.join(LOCK_FILE)) else { continue };
            record.status = RunStatus::Running;
            let folder = Self { path, record, _lock: lock };
            folder.write()?;
            return Ok(Some(folder));
        }
        Ok(None)
    }

    /// Writes how the run stands now.
    ///
    /// # Errors
    /// [`StoreError`] if the record cannot be written.
    pub fn update(&mut self, change: impl FnOnce(&mut RunRecord)) -> Result<(), StoreError> {
        change(&mut self.record);
        self.record.updated_at = now();
        self.write()
    }

    fn write(&self) -> Result<(), StoreError> {
        let path = self.path.join(RUN_FILE);
        let damaged = |source| StoreError::Damaged { path: path.clone(), source };
        let text = serde_json::to_string_pretty(&self.record).map_err(damaged)?;
        Ok(write_atomic(&path, text.as_bytes())?)
    }
}

/// All runs, oldest first; a run that says it is running but has no process is lost.
///
/// # Errors
/// [`StoreError`] if the folder cannot be listed or a record is damaged; no folder is no runs.
pub fn read_runs(runs_dir: &Path) -> Result<Vec<RunRecord>, StoreError> {
    let list = |source| StoreError::List { path: runs_dir.to_owned(), source };
    let entries = match std::fs::read_dir(runs_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(list)?,
    };
    let mut runs = Vec::new();
    for entry in entries {
        let folder = entry.map_err(list)?.path();
        let path = folder.join(RUN_FILE);
        let Ok(text) = read_text(&path) else { continue };
        let mut record: RunRecord =
            serde_json::from_str(&text).map_err(|source| StoreError::Damaged { path, source })?;
        if record.status == RunStatus::Running
            && LockFile::try_acquire(&folder.join(LOCK_FILE)).is_ok()
        {
            record.status = RunStatus::Lost;
        }
        runs.push(record);
    }
    runs.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    Ok(runs)
}
