//! The loop of a worker on a queue in memory.

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use super::fixtures::{MemoryQueue, key};
use super::queue::{JobBoard, JobQueue};
use super::worker::{JobOutcome, Rounds, WorkerEnd, WorkerReport, WorkerSettings, work};
use crate::base::{Interrupt, StopSignal};
use crate::commands::{Failure, FailureKind};
use crate::store::{ClaimFilter, ClaimedJob, JobEnd, JobState};

fn settings(lease_ms: u64, rounds: Rounds) -> WorkerSettings {
    WorkerSettings {
        filter: ClaimFilter::default(),
        name: "w".to_owned(),
        lease: Duration::from_millis(lease_ms),
        poll: Duration::from_millis(5),
        rounds,
    }
}

fn run_all(
    queue: &MemoryQueue,
    settings: &WorkerSettings,
    stop: &Interrupt,
    mut run: impl FnMut(&ClaimedJob, &Interrupt) -> Result<JobOutcome, Failure>,
) -> WorkerReport {
    work(queue, settings, stop, &mut run).unwrap()
}

/// Waits until the flag is raised, as a learner does between two updates.
fn until_stopped(flag: &Interrupt) -> JobOutcome {
    while flag.stop_requested().is_none() {
        thread::sleep(Duration::from_millis(2));
    }
    JobOutcome::Interrupted
}

#[test]
fn jobs_are_done_in_turn_until_none_is_left() {
    let queue = MemoryQueue::with_jobs(3);
    let report = run_all(
        &queue,
        &settings(60_000, Rounds::UntilIdle(0.0)),
        &Interrupt::never(),
        |job, _| {
            Ok(JobOutcome::Ended(match job.key.number {
                1 => JobEnd::Failed("diverged".to_owned()),
                number => JobEnd::Score(number as f64),
            }))
        },
    );
    let expected = WorkerReport { scored: 2, failed: 1, lost: 0, end: WorkerEnd::NothingToDo };
    assert_eq!(report, expected);
    assert_eq!(queue.states(), [JobState::Done, JobState::Failed, JobState::Done]);
    assert_eq!(queue.row(2).score, Some(2.0));
}

#[test]
fn a_worker_for_one_job_takes_no_other() {
    let queue = MemoryQueue::with_jobs(2);
    let mut one = settings(60_000, Rounds::One);
    one.filter.number = Some(1);
    let done = |_: &ClaimedJob, _: &Interrupt| Ok(JobOutcome::Ended(JobEnd::Score(0.0)));
    assert_eq!(run_all(&queue, &one, &Interrupt::never(), done).end, WorkerEnd::Once);
    assert_eq!(queue.states(), [JobState::Waiting, JobState::Done]);
    // As when an engine starts a job late that was done elsewhere meanwhile.
    assert_eq!(run_all(&queue, &one, &Interrupt::never(), done).end, WorkerEnd::NothingToDo);
}

#[test]
fn a_lease_is_prolonged_for_as_long_as_the_work_takes() {
    let queue = MemoryQueue::with_jobs(1);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut expired = 0;
            while queue.states() != [JobState::Done] {
                expired += queue.expire().unwrap().len();
                thread::sleep(Duration::from_millis(5));
            }
            expired
        });
        run_all(&queue, &settings(2000, Rounds::One), &Interrupt::never(), |_, _| {
            thread::sleep(Duration::from_millis(3000));
            Ok(JobOutcome::Ended(JobEnd::Score(1.0)))
        });
        assert_eq!(watch.join().unwrap(), 0);
    });
    assert_eq!((queue.row(0).attempt, queue.row(0).score), (1, Some(1.0)));
}

#[test]
fn a_signal_gives_the_job_to_another_worker_at_once() {
    let queue = MemoryQueue::with_jobs(2);
    let stop = Interrupt::never();
    let report = run_all(&queue, &settings(60_000, Rounds::Endless), &stop, |_, flag| {
        stop.request_stop(StopSignal::Term);
        Ok(until_stopped(flag))
    });
    assert_eq!(report.end, WorkerEnd::Stopped(StopSignal::Term));
    assert_eq!((queue.row(0).state, queue.row(0).attempt), (JobState::Waiting, 2));
}

#[test]
fn a_job_that_another_has_is_dropped_and_does_not_count_twice() {
    let queue = MemoryQueue::with_jobs(1);
    let first = Cell::new(true);
    let report = run_all(
        &queue,
        &settings(100, Rounds::UntilIdle(0.0)),
        &Interrupt::never(),
        |job, flag| {
            if !first.take() {
                return Ok(JobOutcome::Ended(JobEnd::Score(2.0)));
            }
            // Somebody takes the job away: the lease ran out, and the next attempt began.
            queue.release(&job.key, job.attempt).unwrap();
            until_stopped(flag);
            // This one works on regardless.
            Ok(JobOutcome::Ended(JobEnd::Score(1.0)))
        },
    );
    assert_eq!((report.lost, report.scored), (1, 1));
    assert_eq!(queue.row(0).score, Some(2.0));
    assert_eq!(queue.results(), [(0, 1)].into());
}

#[test]
fn a_failure_of_the_worker_leaves_the_job_to_its_lease() {
    let queue = MemoryQueue::with_jobs(1);
    let failed = work(&queue, &settings(60_000, Rounds::One), &Interrupt::never(), &mut |_, _| {
        Err(Failure::new(FailureKind::Data, "no bars here"))
    });
    assert_eq!(failed.unwrap_err().kind(), FailureKind::Data);
    assert_eq!((queue.row(0).state, queue.row(0).attempt), (JobState::Running, 1));
    queue.release(&key(0), 1).unwrap();
}
