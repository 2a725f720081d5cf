//! A queue in memory, by the rules of the store.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::queue::{JobBoard, JobQueue};
use crate::base::{Timestamp, now};
use crate::store::{
    ClaimFilter, ClaimedJob, Finish, JobDraft, JobEnd, JobKey, JobRow, JobState, Lease, StoreError,
};

pub(super) const STUDY: &str = "s";

#[derive(Default)]
pub(super) struct MemoryQueue {
    rows: Mutex<Vec<JobRow>>,
    /// How often each job got a result that counted.
    results: Mutex<BTreeMap<u64, u32>>,
}

pub(super) fn key(number: u64) -> JobKey {
    JobKey { study: STUDY.to_owned(), number }
}

impl MemoryQueue {
    pub(super) fn with_jobs(count: u64) -> Self {
        let row = |number| JobRow {
            draft: JobDraft {
                number,
                trial: 0,
                rung: 0,
                budget_env_steps: 1,
                params: BTreeMap::new(),
                parent: None,
                max_attempts: 5,
            },
            state: JobState::Waiting,
            worker: None,
            attempt: 1,
            lease_until: None,
            score: None,
            detail: None,
        };
        Self { rows: Mutex::new((0..count).map(row).collect()), results: Mutex::default() }
    }

    pub(super) fn row(&self, number: usize) -> JobRow {
        self.rows.lock().unwrap()[number].clone()
    }

    pub(super) fn change(&self, number: usize, change: impl FnOnce(&mut JobRow)) {
        change(&mut self.rows.lock().unwrap()[number]);
    }

    pub(super) fn states(&self) -> Vec<JobState> {
        self.rows.lock().unwrap().iter().map(|row| row.state).collect()
    }

    pub(super) fn results(&self) -> BTreeMap<u64, u32> {
        self.results.lock().unwrap().clone()
    }

    /// Changes the row if it is owned.
    fn owned(&self, job: &JobKey, attempt: u32, change: impl FnOnce(&mut JobRow)) -> bool {
        let mut rows = self.rows.lock().unwrap();
        let fits = |row: &&mut JobRow| {
            row.draft.number == job.number
                && row.attempt == attempt
                && row.state == JobState::Running
        };
        rows.iter_mut().find(fits).map(change).is_some()
    }
}

fn after(lease: Duration) -> Timestamp {
    now().saturating_add_nanos(i64::try_from(lease.as_nanos()).unwrap())
}

impl JobQueue for MemoryQueue {
    fn claim(
        &self,
        filter: &ClaimFilter,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let mut rows = self.rows.lock().unwrap();
        let fits = |row: &&mut JobRow| {
            row.state == JobState::Waiting
                && filter.number.is_none_or(|number| number == row.draft.number)
        };
        let Some(row) = rows.iter_mut().find(fits) else { return Ok(None) };
        row.state = JobState::Running;
        row.worker = Some(worker.to_owned());
        row.lease_until = Some(after(lease));
        Ok(Some(ClaimedJob {
            key: key(row.draft.number),
            draft: row.draft.clone(),
            attempt: row.attempt,
            lease_until: after(lease),
        }))
    }

    fn prolong(&self, job: &JobKey, attempt: u32, lease: Duration) -> Result<Lease, StoreError> {
        let is_owned = self.owned(job, attempt, |row| row.lease_until = Some(after(lease)));
        Ok(if is_owned { Lease::Held } else { Lease::Lost })
    }

    fn finish(&self, job: &JobKey, attempt: u32, end: &JobEnd) -> Result<Finish, StoreError> {
        let is_owned = self.owned(job, attempt, |row| match end {
            JobEnd::Score(score) => {
                row.state = JobState::Done;
                row.score = Some(*score);
            }
            JobEnd::Failed(reason) => {
                row.state = JobState::Failed;
                row.detail = Some(reason.clone());
            }
        });
        if !is_owned {
            return Ok(Finish::Refused);
        }
        *self.results.lock().unwrap().entry(job.number).or_default() += 1;
        Ok(Finish::Counted)
    }

    fn release(&self, job: &JobKey, attempt: u32) -> Result<(), StoreError> {
        self.owned(job, attempt, |row| {
            row.state = JobState::Waiting;
            row.attempt += 1;
        });
        Ok(())
    }
}

impl JobBoard for MemoryQueue {
    fn jobs(&self, _study: &str) -> Result<Vec<JobRow>, StoreError> {
        Ok(self.rows.lock().unwrap().clone())
    }

    fn expire(&self) -> Result<Vec<JobKey>, StoreError> {
        let mut lost = Vec::new();
        for row in self.rows.lock().unwrap().iter_mut() {
            if row.state == JobState::Running && row.lease_until.is_some_and(|end| end < now()) {
                row.state = JobState::Waiting;
                row.attempt += 1;
                lost.push(key(row.draft.number));
            }
        }
        Ok(lost)
    }
}
