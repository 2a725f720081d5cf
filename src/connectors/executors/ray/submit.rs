//! Submitting a job exactly once.

use super::jobs::RayJobs;
use super::wire::{excerpt, submission};
use crate::connectors::vendors::http::Posted;
use crate::ports::{ExecutorError, Launch, LaunchId};

/// The slash at the end is part of the address: without it the answer is 404.
const PATH: &str = "/api/jobs/";

/// Submits the launch, or finds that it was submitted before.
///
/// A name that is taken is answered with 500, as is any fault of the head; and an answer may be lost.
/// So before another try the job is asked for by its name.
pub(super) fn submit(ray: &RayJobs, launch: &Launch) -> Result<LaunchId, ExecutorError> {
    let id = launch.id();
    let ask = ray.ask(PATH);
    let body = submission(launch, &ray.config);
    let mut tries = 0;
    loop {
        let reason = match ray.client.post_once(&ask, &body)? {
            Posted::Answered { status: 200..=299, .. } => return Ok(id),
            Posted::Answered { status, text } if !may_pass(status) => {
                let reason = format!("{status}: {}", excerpt(&text));
                return Err(ExecutorError::Denied { executor: super::jobs::NAME, id, reason });
            }
            Posted::Answered { status, text } => format!("{status}: {}", excerpt(&text)),
            Posted::Lost { reason } => reason,
        };
        if ray.find(&id)?.is_some() {
            return Ok(id);
        }
        tries += 1;
        ray.client.wait_to_repeat(&ask, tries, &reason)?;
    }
}

/// Whether the same request may go well later.
const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}
