//! Where jobs run: in threads of this process, or in processes elsewhere.

mod drive;
mod elsewhere;
mod local;
mod worker;

pub(super) use drive::{DriveEnd, drive};
pub(super) use elsewhere::drive_elsewhere;
pub(super) use local::LocalJobs;
pub use worker::{WorkerOptions, worker};
