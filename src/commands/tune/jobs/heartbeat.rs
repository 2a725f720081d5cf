//! Saying that a worker is alive while it works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::queue::JobQueue;
use crate::base::{Interrupt, StopSignal, Stopwatch};
use crate::store::{ClaimedJob, Lease};

const LOOK: Duration = Duration::from_millis(20);
/// A lease is prolonged so often before it runs out.
const BEATS: f64 = 4.0;

/// Runs `body` while a second thread prolongs the lease of the job; gives what it gave and whether the job
/// is still ours.
///
/// The flag that `body` gets is raised by the process' own signal, and when the job is lost: another worker
/// may have it then, and nothing that this one makes would count.
pub(super) fn keep_alive<T>(
    queue: &dyn JobQueue,
    job: &ClaimedJob,
    lease: Duration,
    stop: &Interrupt,
    body: impl FnOnce(&Interrupt) -> T,
) -> (T, Lease) {
    let (is_over, own) = (AtomicBool::new(false), Interrupt::never());
    thread::scope(|scope| {
        let beats = scope.spawn(|| beat(queue, job, lease, (stop, &own), &is_over));
        let made = {
            // Raised also if the body panics, or the scope would wait for ever.
            let _end = Raise(&is_over);
            body(&own)
        };
        (made, beats.join().unwrap_or(Lease::Lost))
    })
}

struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn beat(
    queue: &dyn JobQueue,
    job: &ClaimedJob,
    lease: Duration,
    (stop, own): (&Interrupt, &Interrupt),
    is_over: &AtomicBool,
) -> Lease {
    let lease_s = lease.as_secs_f64();
    let clock = Stopwatch::start();
    let (mut asked, mut held) = (0.0, 0.0);
    while !is_over.load(Ordering::Relaxed) {
        if let Some(signal) = stop.stop_requested() {
            own.request_stop(signal);
        }
        let now = clock.seconds();
        if now - asked >= lease_s / BEATS {
            asked = now;
            match queue.prolong(&job.key, job.attempt, lease) {
                Ok(Lease::Held) => held = now,
                // The store may come back before the lease is over.
                Err(_) if clock.seconds() - held < lease_s => {}
                Ok(Lease::Lost) | Err(_) => {
                    own.request_stop(StopSignal::Term);
                    return Lease::Lost;
                }
            }
        }
        thread::sleep(LOOK);
    }
    Lease::Held
}
