//! What is to be done about a launch, from how it stands and how its job stands.

use crate::ports::{Fault, LaunchFailure, LaunchId, LaunchState};
use crate::store::{JobRow, JobState};

/// A launch for an attempt at a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tracked {
    pub(super) attempt: u32,
    pub(super) id: LaunchId,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing yet.
    Keep,
    /// Nothing any more.
    Forget,
    /// It works for nothing: end it.
    Stop,
    /// The process is dead and its job is not done: another attempt, for this reason.
    Lost(String),
    /// Another attempt would end the same way, for this reason.
    GiveUp(String),
}

/// Judges a launch; its state must have been asked for before the row was read, so that the row shows
/// everything that a dead process did.
pub(super) fn judge(row: &JobRow, launch: &Tracked, state: &LaunchState) -> Verdict {
    let is_open = matches!(row.state, JobState::Waiting | JobState::Running);
    let is_current = is_open && row.attempt == launch.attempt;
    let is_unwanted = is_open || row.state == JobState::Canceled;
    match (is_current, state.is_alive()) {
        (true, false) if is_anothers(row, launch) => Verdict::Forget,
        (true, false) => bury(row, state),
        (false, false) => Verdict::Forget,
        // Its job went to another attempt, or nobody wants it.
        (false, true) if is_unwanted => Verdict::Stop,
        // It works, or has handed its result in and is about to end.
        (true | false, true) => Verdict::Keep,
    }
}

/// Whether somebody else took the job, whose lease tells whether he lives.
fn is_anothers(row: &JobRow, launch: &Tracked) -> bool {
    row.state == JobState::Running && row.worker.as_deref() != Some(launch.id.as_str())
}

fn bury(row: &JobRow, state: &LaunchState) -> Verdict {
    match state {
        LaunchState::Stopped => Verdict::Lost("it was stopped by hand".to_owned()),
        LaunchState::Gone => {
            Verdict::Lost("the engine no longer knows it, as after a restart".to_owned())
        }
        LaunchState::Failed(failure) if is_worth_another(failure) => {
            Verdict::Lost(failure.reason.clone())
        }
        LaunchState::Failed(failure) => Verdict::GiveUp(failure.reason.clone()),
        _ if row.state == JobState::Waiting => {
            Verdict::Lost("its process ended without taking the job".to_owned())
        }
        _ => Verdict::Lost("its process ended without a result".to_owned()),
    }
}

/// Faults of the engine, death by a signal, and exit code 4, by which a worker says that waiting may help.
fn is_worth_another(failure: &LaunchFailure) -> bool {
    let by_process = |code: i32| !(0..128).contains(&code) || code == 4;
    failure.fault == Fault::Engine || failure.exit_code.is_none_or(by_process)
}
