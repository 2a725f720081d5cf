//! The queue of jobs that several processes work on.
//!
//! A job belongs to a worker for as long as its lease is prolonged. When the lease runs out the job waits again with
//! the next attempt, and whatever the worker of the old attempt still says is not counted.

mod claim;
mod job;
mod lease;

pub use claim::{ClaimFilter, ClaimedJob};
pub use job::{JobDraft, JobKey, JobRow, JobState};
pub use lease::{Finish, JobEnd, Lease};
