//! The loop of a study: takes jobs from the search, has them run, and hands their scores back.

use crate::commands::tune::study::StudyKeeper;
use crate::commands::tune::trial::{JobEnd, JobRequest};
use crate::commands::{Failure, FailureKind};
use crate::tuner::{Job, Next, Outcome, Study};

/// Something that runs jobs.
pub(in crate::commands::tune) trait Jobs {
    /// How many more jobs can be started now.
    fn free(&self) -> usize;

    /// Jobs that were started and have not been waited for.
    fn running(&self) -> usize;

    /// Starts a job.
    ///
    /// # Errors
    /// Whatever keeps it from starting.
    fn start(&mut self, job: &Job, request: JobRequest) -> Result<(), Failure>;

    /// Waits a moment for the next job to end; its number and how it ended.
    ///
    /// # Errors
    /// Whatever is not the job's own fault.
    fn wait(&mut self) -> Result<Option<(u64, JobEnd)>, Failure>;
}

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands::tune) enum DriveEnd {
    /// The search is over.
    Done,
    /// A signal; what ran has written checkpoints.
    Interrupted,
}

/// Runs a study to its end.
///
/// # Errors
/// Whatever keeps the store, a job or the search from going on.
pub(in crate::commands::tune) fn drive(
    study: &mut Study,
    keeper: &mut StudyKeeper<'_>,
    jobs: &mut dyn Jobs,
) -> Result<DriveEnd, Failure> {
    let mut stopping = false;
    loop {
        let is_over = !stopping && hand_out(study, keeper, jobs)?;
        if jobs.running() == 0 {
            return match (stopping, is_over) {
                (true, _) => Ok(DriveEnd::Interrupted),
                (false, true) => Ok(DriveEnd::Done),
                (false, false) => Err(Failure::new(
                    FailureKind::Bug,
                    "the search waits for a job that nobody runs",
                )),
            };
        }
        keeper.show(study);
        match jobs.wait()? {
            None => {}
            Some((_, JobEnd::Interrupted)) => stopping = true,
            Some((number, end)) => {
                let outcome = keeper.report(number, &end)?;
                reported(study, number, outcome)?;
            }
        }
    }
}

/// Starts as many jobs as there is room for; whether the search is over.
fn hand_out(
    study: &mut Study,
    keeper: &mut StudyKeeper<'_>,
    jobs: &mut dyn Jobs,
) -> Result<bool, Failure> {
    while jobs.free() > 0 {
        match study.next() {
            Next::Run(job) => {
                let request = keeper.request(&job);
                match keeper.known(&job) {
                    Some(outcome) => reported(study, job.number, outcome)?,
                    None => {
                        keeper.begin(&job)?;
                        jobs.start(&job, request)?;
                    }
                }
            }
            Next::Wait => return Ok(false),
            Next::Done => return Ok(true),
        }
    }
    Ok(false)
}

fn reported(study: &mut Study, number: u64, outcome: Outcome) -> Result<(), Failure> {
    study.report(number, outcome).map_err(|error| Failure::new(FailureKind::Bug, error))
}
