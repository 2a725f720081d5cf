//! Jobs in threads of this process, each with its share of the cores.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;
use std::time::Duration;

use super::drive::Jobs;
use crate::commands::tune::trial::{JobEnd, JobRequest, Trainer};
use crate::commands::{Failure, FailureKind};
use crate::tuner::Job;

/// Time between two looks at the rate.
const A_MOMENT: Duration = Duration::from_millis(250);

type Answer = (u64, Result<JobEnd, Failure>);

/// Threads that train.
pub(in crate::commands::tune) struct LocalJobs {
    work: Sender<(u64, JobRequest)>,
    answers: Receiver<Answer>,
    threads: usize,
    running: usize,
}

impl LocalJobs {
    /// Starts `threads` threads that end when this is dropped.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub(in crate::commands::tune) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        trainer: &'scope Trainer<'scope>,
        threads: usize,
    ) -> Result<Self, Failure> {
        let (work, requests) = channel::<(u64, JobRequest)>();
        let (answer, answers) = channel::<Answer>();
        let requests = Arc::new(Mutex::new(requests));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
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
                    let end = pool.install(|| trainer.run(&request));
                    if answer.send((number, end)).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { work, answers, threads, running: 0 })
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
                Ok(Some((number, end?)))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }
}

fn gone() -> Failure {
    Failure::new(FailureKind::Bug, "the threads that train have ended")
}
