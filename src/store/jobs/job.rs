//! A job, and the list of them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::base::Timestamp;
use crate::store::database::{Link, Record, decode, values};
use crate::store::studies::study_id;
use crate::store::{Store, StoreError};

/// The name of a job.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct JobKey {
    /// Its study.
    pub study: String,
    /// Its number in the study, from 0.
    pub number: u64,
}

/// A job that is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct JobDraft {
    /// Its number in the study, from 0.
    pub number: u64,
    /// The trial it goes on with.
    pub trial: usize,
    /// The rung it reaches.
    pub rung: usize,
    /// Environment steps of the trial at its end.
    pub budget_env_steps: u64,
    /// Settings of the trial.
    pub params: BTreeMap<String, Json>,
    /// The trial whose checkpoint it begins with, if not its own.
    pub parent: Option<usize>,
    /// Leases that may run out before the job counts as failed, at least 1.
    pub max_attempts: u32,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Nobody works on it.
    Waiting,
    /// A worker has it.
    Running,
    /// It has a score.
    Done,
    /// It has none and will have none.
    Failed,
    /// Nobody wants it any more.
    Canceled,
}

impl JobState {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Waiting, "waiting"),
        (Self::Running, "running"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::Canceled, "canceled"),
    ];

    /// The word that is kept.
    #[must_use]
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("waiting", |(_, label)| label)
    }

    pub(super) fn read(row: &Record, index: usize) -> Result<Self, sqlx::Error> {
        let label = row.text(index)?;
        let found = Self::ALL.iter().find(|(_, known)| *known == label).map(|(state, _)| *state);
        found.ok_or_else(|| decode(index, format!("`{label}` is no state of a job").into()))
    }
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    /// What was offered.
    pub draft: JobDraft,
    /// How it stands.
    pub state: JobState,
    /// Who has it or had it last.
    pub worker: Option<String>,
    /// Counted from 1; the next one begins when a lease runs out.
    pub attempt: u32,
    /// Until when it belongs to the worker, by the clock of the database.
    pub lease_until: Option<Timestamp>,
    /// Its score, once it is done.
    pub score: Option<f64>,
    /// Why it failed, or what else its worker said.
    pub detail: Option<String>,
}

/// The columns that [`read_draft`] reads, in its order.
pub(super) const DRAFT_COLUMNS: &str =
    "number, trial, rung, budget_env_steps, params, parent, max_attempts";

pub(super) fn read_draft(row: &Record) -> Result<JobDraft, sqlx::Error> {
    let params = serde_json::from_str(&row.text(4)?).map_err(|error| decode(4, error.into()))?;
    let parent = row.int_or_none(5)?.map(usize::try_from).transpose();
    Ok(JobDraft {
        number: row.unsigned(0)?,
        trial: row.count(1)?,
        rung: row.count(2)?,
        budget_env_steps: row.unsigned(3)?,
        params,
        parent: parent.map_err(|error| decode(5, error.into()))?,
        max_attempts: narrow(row, 6)?,
    })
}

pub(super) fn narrow(row: &Record, index: usize) -> Result<u32, sqlx::Error> {
    u32::try_from(row.int(index)?).map_err(|error| decode(index, error.into()))
}

impl Store {
    /// Offers a job; the same one again is left as it is, however it stands.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such study, [`StoreError::Conflict`] if another job has the number.
    pub fn offer(&self, study: &str, job: &JobDraft) -> Result<(), StoreError> {
        self.write(async |link| offer(link, study, job).await)
    }

    /// All jobs of a study, by number.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such study.
    pub fn jobs(&self, study: &str) -> Result<Vec<JobRow>, StoreError> {
        self.read(async |link| {
            let study = study_id(link, study).await?;
            let sql = format!(
                "SELECT {DRAFT_COLUMNS}, state, worker, attempt, lease_until, score, detail \
                 FROM jobs WHERE study_id = $1 ORDER BY number"
            );
            link.rows("list jobs", &sql, values![study], read_row).await
        })
    }

    /// Takes a job back that has no result; its worker learns of it when it prolongs its lease.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn cancel(&self, job: &JobKey) -> Result<(), StoreError> {
        self.write(async |link| {
            let sql = "UPDATE jobs SET state = 'canceled', lease_until = NULL, attempt = attempt + 1 \
                       WHERE study_id = (SELECT study_id FROM studies WHERE study_name = $1) \
                       AND number = $2 AND state IN ('waiting', 'running')";
            link.run("cancel a job", sql, values![&*job.study, job.number]).await.map(drop)
        })
    }
}

async fn offer(link: &mut Link<'_>, study: &str, job: &JobDraft) -> Result<(), StoreError> {
    let id = study_id(link, study).await?;
    let params = serde_json::json!(job.params).to_string();
    let sql = format!(
        "INSERT INTO jobs ({DRAFT_COLUMNS}, study_id, state, attempt) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 1) ON CONFLICT (study_id, number) DO NOTHING"
    );
    let row = values![
        job.number,
        job.trial,
        job.rung,
        job.budget_env_steps,
        params,
        job.parent,
        job.max_attempts.max(1),
        id,
    ];
    if link.run("offer a job", &sql, row).await? == 1 {
        return Ok(());
    }
    let sql = format!("SELECT {DRAFT_COLUMNS} FROM jobs WHERE study_id = $1 AND number = $2");
    let kept = link.row("offer a job", &sql, values![id, job.number], read_draft).await?;
    let named = |job: &JobDraft| format!("trial {} to {} steps", job.trial, job.budget_env_steps);
    match kept {
        Some(kept) if named(&kept) != named(job) => Err(StoreError::Conflict {
            what: format!("job {} of study `{study}`", job.number),
            kept: named(&kept),
            given: named(job),
        }),
        _ => Ok(()),
    }
}

fn read_row(row: &Record) -> Result<JobRow, sqlx::Error> {
    Ok(JobRow {
        draft: read_draft(row)?,
        state: JobState::read(row, 7)?,
        worker: row.text_or_none(8)?,
        attempt: narrow(row, 9)?,
        lease_until: row.time_or_none(10)?,
        score: row.real_or_none(11)?,
        detail: row.text_or_none(12)?,
    })
}
