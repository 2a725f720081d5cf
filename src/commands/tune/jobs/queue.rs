//! What workers and dispatchers need of the store.

use std::time::Duration;

use crate::store::{
    ClaimFilter, ClaimedJob, Finish, JobEnd, JobKey, JobRow, Lease, Store, StoreError,
};

/// The queue as a worker sees it.
pub(in crate::commands::tune) trait JobQueue: Sync {
    /// Takes the first waiting job that fits.
    fn claim(
        &self,
        filter: &ClaimFilter,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError>;

    /// Says that the worker is alive.
    fn prolong(&self, job: &JobKey, attempt: u32, lease: Duration) -> Result<Lease, StoreError>;

    /// Keeps a result, if it is of the current attempt.
    fn finish(&self, job: &JobKey, attempt: u32, end: &JobEnd) -> Result<Finish, StoreError>;

    /// Gives a job back: it waits again with the next attempt.
    fn release(&self, job: &JobKey, attempt: u32) -> Result<(), StoreError>;
}

/// The queue as somebody sees it who watches all of it.
pub(in crate::commands::tune) trait JobBoard: JobQueue {
    /// All jobs of a study.
    fn jobs(&self, study: &str) -> Result<Vec<JobRow>, StoreError>;

    /// Lets jobs wait again whose workers were not heard of; gives those.
    fn expire(&self) -> Result<Vec<JobKey>, StoreError>;
}

impl JobQueue for Store {
    fn claim(
        &self,
        filter: &ClaimFilter,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        Self::claim(self, filter, worker, lease)
    }

    fn prolong(&self, job: &JobKey, attempt: u32, lease: Duration) -> Result<Lease, StoreError> {
        Self::prolong(self, job, attempt, lease)
    }

    fn finish(&self, job: &JobKey, attempt: u32, end: &JobEnd) -> Result<Finish, StoreError> {
        Self::finish(self, job, attempt, end)
    }

    fn release(&self, job: &JobKey, attempt: u32) -> Result<(), StoreError> {
        Self::release(self, job, attempt)
    }
}

impl JobBoard for Store {
    fn jobs(&self, study: &str) -> Result<Vec<JobRow>, StoreError> {
        Self::jobs(self, study)
    }

    fn expire(&self) -> Result<Vec<JobKey>, StoreError> {
        let now = self.clock()?;
        self.expire_leases(now)
    }
}
