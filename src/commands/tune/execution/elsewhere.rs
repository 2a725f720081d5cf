//! Jobs in processes elsewhere: offered in the store, taken by workers, kept alive by an executor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::drive::{DriveEnd, Jobs, drive};
use crate::base::{Interrupt, Stopwatch};
use crate::commands::place::store_failure;
use crate::commands::tune::command::{ExecutorKind, Search};
use crate::commands::tune::jobs::{DispatchSettings, Dispatcher, WorkerCommand};
use crate::commands::tune::study::StudyKeeper;
use crate::commands::tune::trial::{JobEnd, JobRequest};
use crate::commands::{Failure, FailureKind};
use crate::config::{Executors, Place};
use crate::connectors::{ByHand, RayJobs, SlurmJobs};
use crate::ports::Executor;
use crate::store::{JobDraft, JobState, Store};
use crate::tuner::{Job, Study};

const LOOK: Duration = Duration::from_millis(50);
/// Jobs offered at once; a study has fewer than its lookahead that anybody may begin.
const MAX_OFFERED: usize = 100_000;

/// Runs a study with workers elsewhere.
///
/// # Errors
/// As [`drive`], and what the engine says.
pub(in crate::commands::tune) fn drive_elsewhere(
    search: &Search<'_>,
    kind: ExecutorKind,
    name: &str,
    study: &mut Study,
    keeper: &mut StudyKeeper<'_>,
) -> Result<DriveEnd, Failure> {
    let place = &search.session.place;
    let executor = executor(kind, &place.executors, &search.interrupt)?;
    let settings = DispatchSettings {
        study: name.to_owned(),
        command: worker_command(search, place)?,
        env: BTreeMap::new(),
        poll: Duration::from_secs_f64(place.executors.poll_s),
        attempts_max: place.executors.attempts_max,
        patience_s: place.executors.patience_s,
    };
    let dispatcher = Dispatcher::new(search.store, executor.as_ref(), settings.clone());
    let mut jobs = OfferedJobs {
        search,
        study: name.to_owned(),
        settings,
        dispatcher,
        open: BTreeSet::new(),
        looked: None,
        is_stopped: false,
    };
    drive(study, keeper, &mut jobs)
}

fn executor(
    kind: ExecutorKind,
    settings: &Executors,
    interrupt: &Interrupt,
) -> Result<Box<dyn Executor>, Failure> {
    Ok(match kind {
        ExecutorKind::Ray => Box::new(
            RayJobs::try_new(&settings.ray, interrupt.clone())
                .map_err(|error| Failure::new(FailureKind::Usage, error))?,
        ),
        ExecutorKind::Slurm => Box::new(SlurmJobs::new(&settings.slurm, interrupt.clone())),
        ExecutorKind::Worker | ExecutorKind::Local => Box::new(ByHand),
    })
}

/// The program there works in this folder, so that it finds the same lake and the same trials.
fn worker_command(search: &Search<'_>, place: &Place) -> Result<WorkerCommand, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::new(FailureKind::Data, error))?;
    let program = if place.executors.program.is_empty() {
        let own =
            std::env::current_exe().map_err(|error| Failure::new(FailureKind::Data, error))?;
        own.display().to_string()
    } else {
        place.executors.program.clone()
    };
    let mut options = vec!["-C".to_owned(), here.display().to_string(), "-q".to_owned()];
    if let Some(env) = &search.options.env {
        options.extend(["--env".to_owned(), env.clone()]);
    }
    options.extend(["--device".to_owned(), search.options.device.clone()]);
    for folder in ["lake_dir", "runs_dir"] {
        let path = if folder == "lake_dir" { &place.store.lake_dir } else { &place.store.runs_dir };
        options.extend(["--set".to_owned(), format!("store.{folder}={}", path.display())]);
    }
    Ok(WorkerCommand { program, options, store: absolute_url(&place.store.url, &here) })
}

/// A worker may be started in another folder.
fn absolute_url(url: &str, here: &std::path::Path) -> String {
    match url.strip_prefix("sqlite://") {
        Some(path) if !path.starts_with('/') => format!("sqlite://{}", here.join(path).display()),
        _ => url.to_owned(),
    }
}

struct OfferedJobs<'a> {
    search: &'a Search<'a>,
    study: String,
    settings: DispatchSettings,
    dispatcher: Dispatcher<'a>,
    open: BTreeSet<u64>,
    looked: Option<Stopwatch>,
    is_stopped: bool,
}

impl OfferedJobs<'_> {
    fn store(&self) -> &Store {
        self.search.store
    }

    /// Looks at the engine now and then; tells what happened to workers.
    fn look_after_workers(&mut self) -> Result<(), Failure> {
        let poll_s = self.settings.poll.as_secs_f64();
        if self.looked.as_ref().is_some_and(|looked| looked.seconds() < poll_s) {
            return Ok(());
        }
        self.looked = Some(Stopwatch::start());
        for event in self.dispatcher.step()? {
            self.search.options.console.say(&event.to_string());
        }
        Ok(())
    }

    /// An open job that has ended.
    fn ended(&mut self) -> Result<Option<(u64, JobEnd)>, Failure> {
        for row in self.store().jobs(&self.study).map_err(store_failure)? {
            let number = row.draft.number;
            if !self.open.contains(&number) {
                continue;
            }
            let end = match row.state {
                JobState::Waiting | JobState::Running => continue,
                JobState::Done => {
                    let score = row.score.ok_or_else(|| {
                        Failure::new(
                            FailureKind::Bug,
                            format!("job {number} is done without a score"),
                        )
                    })?;
                    JobEnd::Scored { score, first_score: score, returns: Vec::new() }
                }
                JobState::Failed | JobState::Canceled => {
                    let reason = row.detail.unwrap_or_default();
                    self.search.options.console.say(&format!("job {number} failed: {reason}"));
                    JobEnd::Failed { reason }
                }
            };
            self.open.remove(&number);
            return Ok(Some((number, end)));
        }
        Ok(None)
    }
}

impl Jobs for OfferedJobs<'_> {
    fn free(&self) -> usize {
        MAX_OFFERED - self.open.len().min(MAX_OFFERED)
    }

    fn running(&self) -> usize {
        self.open.len()
    }

    fn start(&mut self, job: &Job, _request: JobRequest) -> Result<(), Failure> {
        let draft = JobDraft {
            number: job.number,
            trial: job.trial,
            rung: job.rung,
            budget_env_steps: job.budget_env_steps,
            params: job.params.clone(),
            parent: job.parent,
            max_attempts: self.settings.attempts_max,
        };
        self.store().offer(&self.study, &draft).map_err(store_failure)?;
        self.open.insert(job.number);
        Ok(())
    }

    fn wait(&mut self) -> Result<Option<(u64, JobEnd)>, Failure> {
        if self.search.interrupt.stop_requested().is_some() {
            if !self.is_stopped {
                self.is_stopped = true;
                // Whoever cannot be told loses its lease, and another goes on from its checkpoint.
                let _ = self.dispatcher.stop_all();
            }
            let number = self.open.pop_first().unwrap_or_default();
            return Ok(Some((number, JobEnd::Interrupted)));
        }
        self.look_after_workers()?;
        let ended = self.ended()?;
        if ended.is_none() {
            std::thread::sleep(LOOK);
        }
        Ok(ended)
    }
}
