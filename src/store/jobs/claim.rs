//! Taking a job.

use std::time::Duration;

use super::job::{DRAFT_COLUMNS, JobDraft, JobKey, narrow, read_draft};
use crate::base::Timestamp;
use crate::store::database::{Link, values};
use crate::store::{Store, StoreError};

/// Which jobs a worker takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimFilter {
    /// Only those of this study.
    pub study: Option<String>,
    /// Only the one of this number.
    pub number: Option<u64>,
}

/// A job that now belongs to the worker.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    /// Its name.
    pub key: JobKey,
    /// What is to be done.
    pub draft: JobDraft,
    /// To be said with every prolongation and with the result.
    pub attempt: u32,
    /// Until when it belongs to the worker, by the clock of the database.
    pub lease_until: Timestamp,
}

impl Store {
    /// Takes the first waiting job that fits: the one of the oldest study with the lowest number. No two workers get
    /// the same one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn claim(
        &self,
        filter: &ClaimFilter,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        self.write(async |link| claim(link, filter, worker, lease).await)
    }
}

async fn claim(
    link: &mut Link<'_>,
    filter: &ClaimFilter,
    worker: &str,
    lease: Duration,
) -> Result<Option<ClaimedJob>, StoreError> {
    const WHAT: &str = "hand out a job";
    let mut wanted = values![worker, lease.as_secs_f64()].to_vec();
    let mut conditions = String::new();
    if let Some(study) = &filter.study {
        wanted.push(study.as_str().into());
        conditions += &format!(
            " AND study_id = (SELECT study_id FROM studies WHERE study_name = ${})",
            wanted.len()
        );
    }
    if let Some(number) = filter.number {
        wanted.push(number.into());
        conditions += &format!(" AND number = ${}", wanted.len());
    }
    // The row is chosen, locked and changed in one statement; a row that another worker is taking is passed by.
    let sql = format!(
        "UPDATE jobs SET state = 'running', worker = $1, lease_until = {} \
         WHERE (study_id, number) IN (SELECT study_id, number FROM jobs WHERE state = 'waiting'{conditions} \
         ORDER BY study_id, number LIMIT 1{}) \
         RETURNING {DRAFT_COLUMNS}, attempt, lease_until, study_id",
        link.clock_after("$2"),
        link.locking(" FOR UPDATE SKIP LOCKED"),
    );
    let taken = link.row(WHAT, &sql, &wanted, |row| {
        Ok((read_draft(row)?, narrow(row, 7)?, row.time(8)?, row.int(9)?))
    });
    let Some((draft, attempt, lease_until, study)) = taken.await? else { return Ok(None) };
    let sql = "SELECT study_name FROM studies WHERE study_id = $1";
    let name = link.row(WHAT, sql, values![study], |row| row.text(0)).await?;
    let Some(study) = name else { return Err(link.missing("study of a job")) };
    let key = JobKey { study, number: draft.number };
    Ok(Some(ClaimedJob { key, draft, attempt, lease_until }))
}
