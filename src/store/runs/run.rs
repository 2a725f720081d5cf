//! The row of a run in the database.

use std::path::PathBuf;
use std::time::Duration;

use super::RunStatus;
use crate::base::{Digest, Timestamp};
use crate::store::database::{Link, Record, Value, decode, values};
use crate::store::{Store, StoreError};

/// A run that begins or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDraft {
    /// Its name.
    pub id: String,
    /// Name of the agent.
    pub agent: String,
    /// The run seed.
    pub seed: u64,
    /// Digest of the effective configuration and the data.
    pub inputs: Digest,
    /// Its folder.
    pub folder: PathBuf,
    /// The effective agent file.
    pub agent_yaml: String,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEnd {
    /// How it ended.
    pub status: RunStatus,
    /// Environment steps done.
    pub env_steps: u64,
    /// Best validation score.
    pub best_score: Option<f64>,
    /// The best bundle.
    pub bundle: Option<PathBuf>,
}

/// Which runs are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only those of this agent.
    pub agent: Option<String>,
    /// Only the one of this name.
    pub id: Option<String>,
}

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// What it began with.
    pub draft: RunDraft,
    /// How it stands; lost if its process said nothing until the lease ran out.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said something.
    pub updated_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Environment steps done.
    pub env_steps: u64,
    /// Best validation score so far.
    pub best_score: Option<f64>,
    /// The best bundle.
    pub bundle: Option<PathBuf>,
}

impl RunStatus {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Running, "running"),
        (Self::Stopped, "stopped"),
        (Self::Lost, "lost"),
        (Self::Failed, "failed"),
        (Self::Diverged, "diverged"),
        (Self::Complete, "complete"),
    ];

    /// The word that is kept and shown.
    #[must_use]
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("lost", |(_, label)| label)
    }
}

impl Store {
    /// Begins a run, or goes on with the one of that name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn begin_run(&self, run: &RunDraft, lease: Duration) -> Result<(), StoreError> {
        self.write(async |link| begin(link, run, lease).await)
    }

    /// Says that a run is alive, and how far it is.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn heartbeat_run(
        &self,
        id: &str,
        (env_steps, best_score): (u64, Option<f64>),
        lease: Duration,
    ) -> Result<(), StoreError> {
        self.write(async |link| {
            let sql = format!(
                "UPDATE training_runs SET env_steps = $2, best_score = $3, heartbeat = {}, lease_until = {} \
                 WHERE run_id = $1 AND status = 'running'",
                link.clock(),
                link.clock_after("$4"),
            );
            let row = values![id, env_steps, best_score, lease.as_secs_f64()];
            link.run("keep a heartbeat", &sql, row).await.map(drop)
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn end_run(&self, id: &str, end: &RunEnd) -> Result<(), StoreError> {
        self.write(async |link| {
            let clock = link.clock();
            let sql = format!(
                "UPDATE training_runs SET status = $2, env_steps = $3, best_score = $4, bundle = $5, \
                 end_time = {clock}, heartbeat = {clock}, lease_until = NULL WHERE run_id = $1"
            );
            let bundle = end.bundle.as_ref().map(|path| path.to_string_lossy().into_owned());
            let row = values![id, end.status.label(), end.env_steps, end.best_score, bundle];
            link.run("end a run", &sql, row).await.map(drop)
        })
    }

    /// The runs that fit, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        self.read(async |link| {
            let sql = format!(
                "SELECT run_id, agent, seed, inputs, folder, parameters, start_time, heartbeat, end_time, \
                 env_steps, best_score, bundle, \
                 CASE WHEN status = 'running' AND (lease_until IS NULL OR lease_until < {}) \
                 THEN 'lost' ELSE status END FROM training_runs \
                 WHERE (agent = $1 OR $1 IS NULL) AND (run_id = $2 OR $2 IS NULL) \
                 ORDER BY start_time, run_id",
                link.clock()
            );
            let wanted = values![filter.agent.as_deref(), filter.id.as_deref()];
            link.rows("list runs", &sql, wanted, read).await
        })
    }
}

async fn begin(link: &mut Link<'_>, run: &RunDraft, lease: Duration) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO training_runs (run_id, start_time, parameters, status, agent, seed, inputs, folder, \
         env_steps, heartbeat, lease_until) \
         VALUES ($1, {clock}, $2, 'running', $3, $4, $5, $6, 0, {clock}, {until}) \
         ON CONFLICT (run_id) DO UPDATE SET status = 'running', end_time = NULL, \
         heartbeat = excluded.heartbeat, lease_until = excluded.lease_until",
        clock = link.clock(),
        until = link.clock_after("$7"),
    );
    let row: &[Value] = values![
        &*run.id,
        &*run.agent_yaml,
        &*run.agent,
        run.seed,
        run.inputs.to_string(),
        run.folder.to_string_lossy().into_owned(),
        lease.as_secs_f64(),
    ];
    link.run("begin a run", &sql, row).await.map(drop)
}

fn read(row: &Record) -> Result<RunRow, sqlx::Error> {
    let draft = RunDraft {
        id: row.text(0)?,
        agent: row.text(1)?,
        seed: row.unsigned(2)?,
        inputs: row.parsed(3)?,
        folder: PathBuf::from(row.text(4)?),
        agent_yaml: row.text(5)?,
    };
    let label = row.text(12)?;
    let status = RunStatus::ALL.iter().find(|(_, known)| *known == label);
    let unknown = || decode(12, format!("`{label}` is no status of a run").into());
    Ok(RunRow {
        draft,
        status: status.map(|(status, _)| *status).ok_or_else(unknown)?,
        started_at: row.time(6)?,
        updated_at: row.time(7)?,
        ended_at: row.time_or_none(8)?,
        env_steps: row.unsigned(9)?,
        best_score: row.real_or_none(10)?,
        bundle: row.text_or_none(11)?.map(PathBuf::from),
    })
}
