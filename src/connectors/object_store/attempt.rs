//! One request, tried again while that may help.

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::client::ObjectStore;
use super::failure::{Failed, Trouble, VENUE};
use super::pace::pause;
use crate::ports::RemoteError;

/// How often a pause looks whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl ObjectStore {
    /// Runs `make` until it succeeds, is refused, or the limits are reached.
    pub(super) fn attempt<T, F>(
        &self,
        request: &str,
        mut make: impl FnMut() -> F,
    ) -> Result<T, Failed>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let limits = &self.limits;
        let whole = Duration::from_secs_f64(limits.request_s);
        let mut tries = 0;
        loop {
            tries += 1;
            self.rest(self.pace.book(), request, tries - 1)?;
            let answer = self.runtime.block_on(async { timeout(whole, make()).await });
            let trouble = match answer {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(trouble)) => trouble,
                Err(_) => Trouble::passing(format!("no answer within {} s", limits.request_s)),
            };
            let wait_s = match &trouble {
                Trouble::Passing { wait_s, .. } if tries < limits.tries => *wait_s,
                Trouble::Nonsense { .. } if tries < limits.tries => None,
                _ => return Err(last(trouble, request, tries)),
            };
            self.rest(self.pause(request, tries, wait_s)?, request, tries)?;
        }
    }

    /// How long to wait before the next try.
    fn pause(&self, request: &str, tries: u32, wait_s: Option<u64>) -> Result<Duration, Failed> {
        let Some(wait_s) = wait_s else { return Ok(pause(&self.limits, tries)) };
        if wait_s as f64 <= self.limits.pause_max_s {
            return Ok(Duration::from_secs(wait_s).max(pause(&self.limits, tries)));
        }
        Err(Failed::Remote(RemoteError::TooBusy {
            venue: VENUE,
            request: request.to_owned(),
            wait_s,
            most_s: self.limits.pause_max_s as u64,
        }))
    }

    /// Sleeps, unless a signal asks for a stop.
    fn rest(&self, mut left: Duration, request: &str, tries: u32) -> Result<(), Failed> {
        loop {
            if self.interrupt.stop_requested().is_some() {
                return Err(unavailable(request, tries, "stopped by a signal".to_owned()));
            }
            if left.is_zero() {
                return Ok(());
            }
            let step = left.min(LOOK_EVERY);
            self.runtime.block_on(async { sleep(step).await });
            left -= step;
        }
    }
}

/// What the last try means for the request.
fn last(trouble: Trouble, request: &str, tries: u32) -> Failed {
    let request_text = request.to_owned();
    match trouble {
        Trouble::Passing { reason, .. } => unavailable(request, tries, reason),
        Trouble::Nonsense { found } => Failed::Remote(RemoteError::Malformed {
            venue: VENUE,
            request: request_text,
            expected: "an answer of an S3 service".to_owned(),
            found,
        }),
        Trouble::Absent => Failed::Absent,
        Trouble::Lost => Failed::Lost,
        Trouble::File(error) => Failed::File(error),
        Trouble::Refused { status, reason } => Failed::Remote(RemoteError::Refused {
            venue: VENUE,
            request: request_text,
            status,
            reason,
        }),
    }
}

fn unavailable(request: &str, tries: u32, reason: String) -> Failed {
    Failed::Remote(RemoteError::Unavailable {
        venue: VENUE,
        request: request.to_owned(),
        tries,
        reason,
    })
}
