//! Keeping a job, giving it back, and its result.

use std::time::Duration;

use super::job::{JobKey, narrow};
use crate::base::Timestamp;
use crate::store::database::{Link, Record, values};
use crate::store::{Store, StoreError};

/// Whether a job still belongs to its worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It does.
    Held,
    /// The lease ran out, or the job was canceled: stop, the result would not count.
    Lost,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEnd {
    /// With a score.
    Score(f64),
    /// Without one, for this reason.
    Failed(String),
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It counts.
    Counted,
    /// It came too late; the job belongs to another attempt.
    Refused,
}

/// The job of a name, where the attempt is the current one and somebody works on it.
const OWNED: &str = "study_id = (SELECT study_id FROM studies WHERE study_name = $1) \
                     AND number = $2 AND attempt = $3 AND state = 'running'";

impl Store {
    /// Says that the worker is alive: the lease begins anew. The heartbeat of the trial is kept for Optuna.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn prolong(
        &self,
        job: &JobKey,
        attempt: u32,
        lease: Duration,
    ) -> Result<Lease, StoreError> {
        self.write(async |link| {
            let until = link.clock_after("$4");
            let sql = format!("UPDATE jobs SET lease_until = {until} WHERE {OWNED}");
            let owned = values![&*job.study, job.number, attempt, lease.as_secs_f64()];
            if link.run("prolong a lease", &sql, owned).await? == 0 {
                return Ok(Lease::Lost);
            }
            beat(link, job).await?;
            Ok(Lease::Held)
        })
    }

    /// Keeps the result of a job, if it is of the current attempt. Said twice it counts once.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn finish(&self, job: &JobKey, attempt: u32, end: &JobEnd) -> Result<Finish, StoreError> {
        let (state, score, detail) = match end {
            JobEnd::Score(score) if score.is_nan() => {
                ("failed", None, Some("the score is no number".to_owned()))
            }
            JobEnd::Score(score) => ("done", Some(*score), None),
            JobEnd::Failed(reason) => ("failed", None, Some(reason.clone())),
        };
        self.write(async |link| {
            let sql = format!(
                "UPDATE jobs SET state = $4, score = $5, detail = $6, lease_until = NULL WHERE {OWNED}"
            );
            let row =
                values![&*job.study, job.number, attempt, state, score, detail.clone()];
            if link.run("finish a job", &sql, row).await? == 1 {
                return Ok(Finish::Counted);
            }
            // The answer to the first try may have been lost on the way.
            let sql = "SELECT attempt, state, score FROM jobs WHERE number = $2 AND \
                       study_id = (SELECT study_id FROM studies WHERE study_name = $1)";
            let read = |row: &Record| {
                Ok((narrow(row, 0)?, row.text(1)?, row.real_or_none(2)?))
            };
            let kept =
                link.row("finish a job", sql, values![&*job.study, job.number], read).await?;
            let is_same = kept.is_some_and(|(kept_attempt, kept_state, kept_score)| {
                kept_attempt == attempt
                    && kept_state == state
                    && kept_score.map(f64::to_bits) == score.map(f64::to_bits)
            });
            Ok(if is_same { Finish::Counted } else { Finish::Refused })
        })
    }

    /// Gives a job back, for a worker that was told to stop: it waits again with the next attempt.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn release(&self, job: &JobKey, attempt: u32) -> Result<(), StoreError> {
        self.write(async |link| {
            let sql = format!(
                "UPDATE jobs SET state = 'waiting', lease_until = NULL, attempt = attempt + 1, \
                 max_attempts = max_attempts + 1 WHERE {OWNED}"
            );
            let owned = values![&*job.study, job.number, attempt];
            link.run("give a job back", &sql, owned).await.map(drop)
        })
    }

    /// Lets every job whose lease ran out before `now` (see [`Store::clock`]) wait again with the next attempt, and
    /// fail after its last one. Returns those that were lost.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn expire_leases(&self, now: Timestamp) -> Result<Vec<JobKey>, StoreError> {
        self.write(async |link| {
            let lost = format!(
                "SELECT s.study_name, j.number FROM jobs j JOIN studies s ON s.study_id = j.study_id \
                 WHERE j.state = 'running' AND j.lease_until < $1 ORDER BY j.study_id, j.number{}",
                link.locking(" FOR UPDATE OF j SKIP LOCKED")
            );
            let read = |row: &Record| {
                Ok(JobKey { study: row.text(0)?, number: row.unsigned(1)? })
            };
            let lost = link.rows("find lost jobs", &lost, values![now], read).await?;
            for job in &lost {
                // The right side of an assignment sees the row as it was.
                let sql = "UPDATE jobs SET \
                           state = CASE WHEN attempt >= max_attempts THEN 'failed' ELSE 'waiting' END, \
                           detail = CASE WHEN attempt >= max_attempts \
                           THEN 'lost with ' || attempt || ' workers' ELSE detail END, \
                           lease_until = NULL, attempt = attempt + 1 WHERE number = $2 AND \
                           study_id = (SELECT study_id FROM studies WHERE study_name = $1)";
                link.run("expire a lease", sql, values![&*job.study, job.number]).await?;
            }
            Ok(lost)
        })
    }
}

async fn beat(link: &mut Link<'_>, job: &JobKey) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO trial_heartbeats (trial_id, heartbeat) \
         SELECT t.trial_id, {clock} FROM jobs j JOIN studies s ON s.study_id = j.study_id \
         JOIN trials t ON t.study_id = j.study_id AND t.number = j.trial \
         WHERE s.study_name = $1 AND j.number = $2 LIMIT 1 \
         ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat",
        clock = link.clock()
    );
    link.run("keep a heartbeat", &sql, values![&*job.study, job.number]).await.map(drop)
}
