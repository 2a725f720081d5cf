//! Jobs in threads of this process, each with its share of the cores.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::Duration;

use super::drive::Jobs;
use crate::base::{Interrupt, StopSignal};
use crate::commands::tune::trial::{JobEnd, JobRequest};
use crate::commands::{Failure, FailureKind};
use crate::tuner::Job;

/// Time between two looks at the rate.
const A_MOMENT: Duration = Duration::from_millis(250);

type Answer = (u64, thread::Result<Result<JobEnd, Failure>>);

/// Threads that train.
///
/// Whoever leaves while jobs run does not wait for their budgets: they are stopped at their next
/// checkpoint, as by a signal.
pub(in crate::commands::tune) struct LocalJobs {
    work: Sender<(u64, JobRequest)>,
    answers: Receiver<Answer>,
    interrupt: Interrupt,
    threads: usize,
    running: usize,
}

impl LocalJobs {
    /// Starts `threads` threads that end when this is dropped; `interrupt` is what `train` heeds.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub(in crate::commands::tune) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        train: &'scope (impl Fn(&JobRequest) -> Result<JobEnd, Failure> + Sync),
        interrupt: &Interrupt,
        threads: usize,
    ) -> Result<Self, Failure> {
        let (work, requests) = channel::<(u64, JobRequest)>();
        let (answer, answers) = channel::<Answer>();
        let requests = Arc::new(Mutex::new(requests));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            let (requests, answer) = (Arc::clone(&requests), answer.clone());
            // A pool of its own, so that one trial's work does not wait in another one's queue.
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads((cores / threads).max(1))
                .build()
                .map_err(|error| Failure::new(FailureKind::Bug, error))?;
            scope.spawn(move || {
                loop {
                    let next = requests.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, request)) = next else { break };
                    // A panic that ended this thread would leave the search waiting for its answer.
                    let end = catch_unwind(AssertUnwindSafe(|| pool.install(|| train(&request))));
                    if answer.send((number, end)).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { work, answers, interrupt: interrupt.clone(), threads, running: 0 })
    }
}

impl Jobs for LocalJobs {
    fn free(&self) -> usize {
        self.threads - self.running
    }

    fn running(&self) -> usize {
        self.running
    }

    fn start(&mut self, job: &Job, request: JobRequest) -> Result<(), Failure> {
        self.work.send((job.number, request)).map_err(|_| gone())?;
        self.running += 1;
        Ok(())
    }

    fn wait(&mut self) -> Result<Option<(u64, JobEnd)>, Failure> {
        match self.answers.recv_timeout(A_MOMENT) {
            Ok((number, end)) => {
                self.running -= 1;
                let end = end.unwrap_or_else(|panic| resume_unwind(panic));
                Ok(Some((number, end?)))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }
}

impl Drop for LocalJobs {
    fn drop(&mut self) {
        if self.running > 0 {
            self.interrupt.request_stop(StopSignal::Term);
        }
    }
}

fn gone() -> Failure {
    Failure::new(FailureKind::Bug, "the threads that train have ended")
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::path::PathBuf;

    use super::*;
    use crate::tuner::Params;

    fn begin(jobs: &mut LocalJobs, number: u64) {
        let params = Params::new();
        let job = Job { number, trial: 0, rung: 0, budget_env_steps: number, params, parent: None };
        let request = JobRequest {
            params: Params::new(),
            budget_env_steps: number,
            folder: PathBuf::new(),
            checkpoints: String::new(),
            from: None,
            keep: None,
        };
        jobs.start(&job, request).unwrap();
    }

    /// Runs two jobs, of which the second has an endless budget, until one of them ends.
    fn first_of_two(
        first: impl Fn() -> Result<JobEnd, Failure> + Sync,
    ) -> thread::Result<Result<Option<(u64, JobEnd)>, Failure>> {
        let interrupt = Interrupt::never();
        let train = |request: &JobRequest| match request.budget_env_steps {
            0 => first(),
            _ => {
                while interrupt.stop_requested().is_none() {
                    thread::yield_now();
                }
                Ok(JobEnd::Interrupted)
            }
        };
        catch_unwind(AssertUnwindSafe(|| {
            thread::scope(|scope| {
                let mut jobs = LocalJobs::start(scope, &train, &interrupt, 2)?;
                begin(&mut jobs, 1);
                begin(&mut jobs, 0);
                assert_eq!((jobs.free(), jobs.running()), (0, 2));
                loop {
                    if let Some(end) = jobs.wait()? {
                        return Ok(Some(end));
                    }
                }
            })
        }))
    }

    #[test]
    fn a_job_ends_with_its_score() {
        let end = JobEnd::Scored { score: 1.5, first_score: 1.5, returns: vec![] };
        let ended = first_of_two(|| Ok(end.clone())).unwrap().unwrap();
        assert_eq!(ended, Some((0, end)));
    }

    #[test]
    fn a_failure_does_not_wait_for_the_budgets_of_others() {
        let failed = first_of_two(|| Err(Failure::new(FailureKind::Data, "the disk is full")));
        assert_eq!(failed.unwrap().unwrap_err().kind(), FailureKind::Data);
    }

    #[test]
    fn a_panic_in_a_trial_reaches_the_search() {
        let panic: Box<dyn Any + Send> = first_of_two(|| panic!("a bug in a kernel")).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a bug in a kernel"));
    }
}
