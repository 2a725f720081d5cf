//! The runs of a place: those of its folder and those of its database, as one list.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::config::Place;
use crate::store::{RunFilter, RunRecord, RunRow, Store, read_runs};

/// A run, wherever it is kept.
#[derive(Debug, Clone, Serialize)]
pub(super) struct KnownRun {
    /// What is kept of it.
    #[serde(flatten)]
    pub(super) record: RunRecord,
    /// Its folder, which may be on another machine.
    pub(super) folder: PathBuf,
    /// Where it was found.
    pub(super) kept_in: Vec<&'static str>,
    /// The effective agent file, where the database has it.
    #[serde(skip)]
    agent_yaml: Option<String>,
}

impl KnownRun {
    /// The effective agent file.
    pub(super) fn agent_yaml(&self) -> Option<String> {
        let kept = std::fs::read_to_string(self.folder.join("agent.yaml")).ok();
        kept.or_else(|| self.agent_yaml.clone())
    }
}

/// All runs and the database, if there is one.
pub(super) struct KnownRuns {
    pub(super) runs: Vec<KnownRun>,
    pub(super) store: Option<Store>,
    runs_dir: PathBuf,
}

impl KnownRuns {
    /// Reads both. A run of both is as its folder says, because the lock there tells at once that a process is gone.
    pub(super) fn read(place: &Place) -> Result<Self, Failure> {
        let runs_dir = place.store.runs_dir.clone();
        let mut runs: Vec<KnownRun> = read_runs(&runs_dir)
            .map_err(store_failure)?
            .into_iter()
            .map(|record| in_folder(record, &runs_dir))
            .collect();
        let store = Store::open_existing(&place.store.url).map_err(store_failure)?;
        let rows = match &store {
            Some(store) => store.runs(&RunFilter::default()).map_err(store_failure)?,
            None => Vec::new(),
        };
        for row in rows {
            match runs.iter_mut().find(|run| run.record.id == row.draft.id) {
                Some(run) => {
                    run.kept_in.push("store");
                    run.agent_yaml = Some(row.draft.agent_yaml);
                }
                None => runs.push(in_store(row)),
            }
        }
        runs.sort_by(|a, b| {
            (a.record.started_at, &a.record.id).cmp(&(b.record.started_at, &b.record.id))
        });
        Ok(Self { runs, store, runs_dir })
    }

    /// The run of a name.
    pub(super) fn find(&self, id: &str) -> Result<&KnownRun, Failure> {
        self.runs.iter().find(|run| run.record.id == id).ok_or_else(|| {
            let text = format!("there is no run `{id}` in {}", self.runs_dir.display());
            Failure::new(FailureKind::Data, text).hint("releat runs list")
        })
    }
}

fn in_folder(record: RunRecord, runs_dir: &Path) -> KnownRun {
    let folder = runs_dir.join(&record.id);
    KnownRun { record, folder, kept_in: vec!["folder"], agent_yaml: None }
}

fn in_store(row: RunRow) -> KnownRun {
    let record = RunRecord {
        schema_version: 1,
        id: row.draft.id,
        agent: row.draft.agent,
        seed: row.draft.seed,
        inputs: row.draft.inputs,
        status: row.status,
        started_at: row.started_at,
        updated_at: row.updated_at,
        env_steps: row.env_steps,
        best_score: row.best_score,
        bundle: row.bundle,
    };
    let (folder, agent_yaml) = (row.draft.folder, Some(row.draft.agent_yaml));
    KnownRun { record, folder, kept_in: vec!["store"], agent_yaml }
}
