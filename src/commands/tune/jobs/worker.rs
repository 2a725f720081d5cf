//! The loop of a worker: takes a job, works on it, hands its result in.

use std::thread;
use std::time::Duration;

use super::heartbeat::keep_alive;
use super::queue::JobQueue;
use crate::base::{Interrupt, StopSignal, Stopwatch};
use crate::commands::Failure;
use crate::commands::place::store_failure;
use crate::store::{ClaimFilter, ClaimedJob, Finish, JobEnd, Lease};

const LOOK: Duration = Duration::from_millis(20);

/// How a worker works.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands::tune) struct WorkerSettings {
    /// Which jobs it takes.
    pub(in crate::commands::tune) filter: ClaimFilter,
    /// What it is called.
    pub(in crate::commands::tune) name: String,
    /// After how long a silence it counts as lost.
    pub(in crate::commands::tune) lease: Duration,
    /// Time between two looks at an empty queue.
    pub(in crate::commands::tune) poll: Duration,
    /// How many jobs it does.
    pub(in crate::commands::tune) rounds: Rounds,
}

/// How many jobs a worker does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::commands::tune) enum Rounds {
    /// One, or none if there is none right now.
    One,
    /// All that come until none has come for so many seconds.
    UntilIdle(f64),
    /// All that come until a signal.
    Endless,
}

/// What became of the work on a job.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands::tune) enum JobOutcome {
    /// It has a result.
    Ended(JobEnd),
    /// It was told to stop, and wrote a checkpoint.
    Interrupted,
}

/// What a worker did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands::tune) struct WorkerReport {
    /// Jobs with a score.
    pub(in crate::commands::tune) scored: usize,
    /// Jobs that failed by their own fault.
    pub(in crate::commands::tune) failed: usize,
    /// Jobs that others got meanwhile; their results did not count.
    pub(in crate::commands::tune) lost: usize,
    /// Why it ended.
    pub(in crate::commands::tune) end: WorkerEnd,
}

/// Why a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands::tune) enum WorkerEnd {
    /// It did the one job that it was to do.
    Once,
    /// No job was waiting for it.
    NothingToDo,
    /// A signal; the job that it had waits for another worker.
    Stopped(StopSignal),
}

/// Works until there is nothing to do or the process is asked to stop.
///
/// `run` works on one job and looks at the flag it gets. A failure of `run` is one of this worker, not of
/// the job: the job is left to its lease, so that a job which fails everywhere ends after its last attempt.
///
/// # Errors
/// What the store or `run` says.
pub(in crate::commands::tune) fn work(
    queue: &dyn JobQueue,
    settings: &WorkerSettings,
    stop: &Interrupt,
    run: &mut dyn FnMut(&ClaimedJob, &Interrupt) -> Result<JobOutcome, Failure>,
) -> Result<WorkerReport, Failure> {
    let mut report = WorkerReport { scored: 0, failed: 0, lost: 0, end: WorkerEnd::Once };
    loop {
        match take(queue, settings, stop)? {
            Err(end) => return Ok(WorkerReport { end, ..report }),
            Ok(job) => {
                let (made, lease) =
                    keep_alive(queue, &job, settings.lease, stop, |own| run(&job, own));
                settle(queue, &job, made?, lease, &mut report)?;
            }
        }
        if let Some(signal) = stop.stop_requested() {
            return Ok(WorkerReport { end: WorkerEnd::Stopped(signal), ..report });
        }
        if settings.rounds == Rounds::One {
            return Ok(report);
        }
    }
}

/// The next job, or why none is taken.
fn take(
    queue: &dyn JobQueue,
    settings: &WorkerSettings,
    stop: &Interrupt,
) -> Result<Result<ClaimedJob, WorkerEnd>, Failure> {
    let idle = Stopwatch::start();
    let idle_max_s = match settings.rounds {
        Rounds::One => 0.0,
        Rounds::UntilIdle(seconds) => seconds,
        Rounds::Endless => f64::INFINITY,
    };
    loop {
        if let Some(signal) = stop.stop_requested() {
            return Ok(Err(WorkerEnd::Stopped(signal)));
        }
        let claimed = queue.claim(&settings.filter, &settings.name, settings.lease);
        if let Some(job) = claimed.map_err(store_failure)? {
            return Ok(Ok(job));
        }
        if idle.seconds() >= idle_max_s {
            return Ok(Err(WorkerEnd::NothingToDo));
        }
        let pause = Stopwatch::start();
        while pause.seconds() < settings.poll.as_secs_f64() && stop.stop_requested().is_none() {
            thread::sleep(LOOK);
        }
    }
}

/// Hands a result in, or gives the job back.
fn settle(
    queue: &dyn JobQueue,
    job: &ClaimedJob,
    made: JobOutcome,
    lease: Lease,
    report: &mut WorkerReport,
) -> Result<(), Failure> {
    match (made, lease) {
        (JobOutcome::Interrupted, Lease::Lost) => report.lost += 1,
        (JobOutcome::Interrupted, Lease::Held) => {
            queue.release(&job.key, job.attempt).map_err(store_failure)?;
        }
        // Whether it counts is for the store to say, even if the lease seemed lost from here.
        (JobOutcome::Ended(end), _) => {
            let finish = queue.finish(&job.key, job.attempt, &end).map_err(store_failure)?;
            match (finish, end) {
                (Finish::Refused, _) => report.lost += 1,
                (Finish::Counted, JobEnd::Score(_)) => report.scored += 1,
                (Finish::Counted, JobEnd::Failed(_)) => report.failed += 1,
            }
        }
    }
    Ok(())
}
