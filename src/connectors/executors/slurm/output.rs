//! What `squeue` and `sacct` print.
//!
//! # Source
//! Slurm 22.05, squeue(1) "JOB STATE CODES", sacct(1), and their output on a real node. `squeue` shows the
//! exit code as wait(2) gives it, `sacct` as `code:signal`.

use crate::ports::{Fault, LaunchFailure, LaunchState};

/// The fields of `squeue --Format`, each ended by a bar.
pub(super) const SQUEUE_FORMAT: &str = "name:|,state:|,exit_code:|,comment:|,reason:|";
/// The fields of `sacct --format`, separated by bars.
pub(super) const SACCT_FORMAT: &str = "JobName,State,ExitCode,Reason";

/// A line about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) state: LaunchState,
}

/// Reads a line of `squeue`.
pub(super) fn squeue_line(line: &str) -> Option<Line> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, state, wait_status, comment, reason, ..] = fields[..] else { return None };
    let exit_code = exit_code(wait_status.parse().ok()?);
    let state = launch_state(state, exit_code, reason);
    Some(Line { name: name.to_owned(), comment: comment.to_owned(), state })
}

/// Reads a line of `sacct --parsable2`.
pub(super) fn sacct_line(line: &str) -> Option<Line> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, state, codes, reason, ..] = fields[..] else { return None };
    let (code, signal) = codes.split_once(':')?;
    let (code, signal): (i32, i32) = (code.parse().ok()?, signal.parse().ok()?);
    let exit_code = if signal == 0 { code } else { -signal };
    // A canceled job is `CANCELLED by UID`.
    let state = state.split_whitespace().next().unwrap_or_default();
    let state = launch_state(state, exit_code, reason);
    Some(Line { name: name.to_owned(), comment: String::new(), state })
}

/// The exit code in a wait status; negative for a signal.
const fn exit_code(wait_status: i32) -> i32 {
    let signal = wait_status & 0x7f;
    if signal == 0 { wait_status >> 8 } else { -signal }
}

fn launch_state(state: &str, exit_code: i32, reason: &str) -> LaunchState {
    let failed = |fault| {
        let reason = match reason {
            "" | "None" => state.to_owned(),
            words => format!("{state}: {words}"),
        };
        LaunchState::Failed(LaunchFailure { exit_code: Some(exit_code), reason, fault })
    };
    match state {
        "PENDING" | "CONFIGURING" | "REQUEUED" | "REQUEUE_FED" | "REQUEUE_HOLD"
        | "RESV_DEL_HOLD" => LaunchState::Pending,
        "RUNNING" | "COMPLETING" | "SUSPENDED" | "STOPPED" | "RESIZING" | "SIGNALING"
        | "STAGE_OUT" => LaunchState::Running,
        "COMPLETED" => LaunchState::Succeeded,
        "CANCELLED" => LaunchState::Stopped,
        // A worker out of time goes on from its last checkpoint, like one whose machine broke.
        "NODE_FAIL" | "BOOT_FAIL" | "PREEMPTED" | "TIMEOUT" | "DEADLINE" | "REVOKED" => {
            failed(Fault::Engine)
        }
        _ => failed(Fault::Process),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(exit_code: i32, reason: &str, fault: Fault) -> LaunchState {
        let reason = reason.to_owned();
        LaunchState::Failed(LaunchFailure { exit_code: Some(exit_code), reason, fault })
    }

    #[test]
    fn squeue_is_read() {
        for (line, expected) in [
            ("s-0-1|PENDING|0|releat|Resources|", LaunchState::Pending),
            ("s-0-1|RUNNING|0|releat|None|", LaunchState::Running),
            ("s-0-1|COMPLETED|0|releat|None|", LaunchState::Succeeded),
            ("s-0-1|CANCELLED|36608|releat|None|", LaunchState::Stopped),
            (
                "s-0-1|FAILED|1792|releat|NonZeroExitCode|",
                failed(7, "FAILED: NonZeroExitCode", Fault::Process),
            ),
            (
                "s-0-1|FAILED|9|releat|JobLaunchFailure|",
                failed(-9, "FAILED: JobLaunchFailure", Fault::Process),
            ),
            (
                "s-0-1|TIMEOUT|15|releat|TimeLimit|",
                failed(-15, "TIMEOUT: TimeLimit", Fault::Engine),
            ),
            ("s-0-1|NODE_FAIL|0|releat|None|", failed(0, "NODE_FAIL", Fault::Engine)),
        ] {
            let line = squeue_line(line).unwrap();
            assert_eq!((line.name.as_str(), line.comment.as_str()), ("s-0-1", "releat"));
            assert_eq!(line.state, expected);
        }
        assert_eq!(squeue_line("slurm_load_jobs error"), None);
    }

    #[test]
    fn sacct_is_read() {
        for (line, expected) in [
            ("s-0-1|CANCELLED by 1000|0:15|None", LaunchState::Stopped),
            ("s-0-1|COMPLETED|0:0|None", LaunchState::Succeeded),
            ("s-0-1|FAILED|2:0|None", failed(2, "FAILED", Fault::Process)),
            ("s-0-1|OUT_OF_MEMORY|0:9|OutOfMemory", {
                failed(-9, "OUT_OF_MEMORY: OutOfMemory", Fault::Process)
            }),
        ] {
            assert_eq!(sacct_line(line).unwrap().state, expected);
        }
        assert_eq!(sacct_line("Slurm accounting storage is disabled"), None);
    }
}
