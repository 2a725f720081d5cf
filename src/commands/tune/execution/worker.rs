//! `releat worker`: jobs of studies from a shared store.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use burn::tensor::Device;
use serde_json::json;

use crate::base::Interrupt;
use crate::commands::place::store_failure;
use crate::commands::session::device;
use crate::commands::train::training_data;
use crate::commands::tune::jobs::{
    JobOutcome, Rounds, WorkerEnd, WorkerSettings, work, worker_name,
};
use crate::commands::tune::study::{StudyFolder, note_in_ledger, study_path};
use crate::commands::tune::trial::{BaseAgent, JobEnd, JobRequest, Markets, Trainer};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Place, Scheduler, from_bundle_yaml};
use crate::dataset::Lake;
use crate::store::{self, ClaimFilter, ClaimedJob, Store};
use crate::tuner::{Job, Plan};

/// Options of `worker`.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// The store with the queue; that of the place if absent.
    pub store: Option<String>,
    /// Jobs of this study alone.
    pub study: Option<String>,
    /// This job alone.
    pub job: Option<u64>,
    /// What the worker is called in the queue.
    pub name: Option<String>,
    /// End after so many seconds without work.
    pub idle_seconds: Option<u64>,
}

/// A study that this worker has worked for.
struct Known {
    agent: Agent,
    base: BaseAgent,
    markets: Markets,
    path: PathBuf,
}

/// Takes jobs and does them until there is nothing to do.
///
/// # Errors
/// [`FailureKind::Stopped`] after a signal; the job it had waits for another worker.
pub fn worker(options: &SessionOptions, command: &WorkerOptions) -> Result<(), Failure> {
    let place = options.place()?;
    let url = command.store.as_deref().unwrap_or(&place.store.url);
    let store = Store::open(url).map_err(store_failure)?;
    let settings = WorkerSettings {
        filter: ClaimFilter { study: command.study.clone(), number: command.job },
        name: command.name.clone().unwrap_or_else(worker_name),
        lease: Duration::from_secs_f64(place.executors.lease_s),
        poll: Duration::from_secs_f64(place.executors.poll_s),
        rounds: match (command.job, command.idle_seconds) {
            (Some(_), _) => Rounds::One,
            (None, Some(seconds)) => Rounds::UntilIdle(seconds as f64),
            (None, None) => Rounds::Endless,
        },
    };
    let mut bench = Bench {
        options,
        place: &place,
        store: &store,
        device: device(&options.device)?,
        studies: BTreeMap::new(),
    };
    let interrupt = options.interrupt()?;
    let report = work(&store, &settings, &interrupt, &mut |job, stop| bench.run(job, stop))?;
    if let WorkerEnd::Stopped(signal) = report.end {
        return Err(Failure::new(
            FailureKind::Stopped(signal),
            "stopped by a signal; the job waits for another worker",
        ));
    }
    let document = json!({
        "schema_version": 1,
        "worker": settings.name,
        "scored": report.scored,
        "failed": report.failed,
        "lost": report.lost,
    });
    options.console.document(&document, || {
        format!("{} jobs scored, {} failed, {} lost", report.scored, report.failed, report.lost)
    })
}

/// What a worker keeps from job to job.
struct Bench<'a> {
    options: &'a SessionOptions,
    place: &'a Place,
    store: &'a Store,
    device: Device,
    studies: BTreeMap<String, Known>,
}

impl Bench<'_> {
    fn run(&mut self, claimed: &ClaimedJob, stop: &Interrupt) -> Result<JobOutcome, Failure> {
        let name = claimed.key.study.clone();
        if !self.studies.contains_key(&name) {
            let known = self.know(&name)?;
            self.studies.insert(name.clone(), known);
        }
        let Some(known) = self.studies.get(&name) else {
            return Err(Failure::new(FailureKind::Bug, format!("study {name} was just read")));
        };
        let request = self.request(known, claimed)?;
        let meter = AtomicU64::new(0);
        let trainer = Trainer {
            base: &known.base,
            markets: &known.markets,
            device: &self.device,
            interrupt: stop,
            meter: &meter,
        };
        let end = trainer.run(&request)?;
        if end == JobEnd::Interrupted {
            return Ok(JobOutcome::Interrupted);
        }
        let job = (claimed.draft.trial, &request.params);
        note_in_ledger(self.store, &known.agent, &name, job, &end)?;
        Ok(JobOutcome::Ended(match end {
            JobEnd::Scored { score, .. } => store::JobEnd::Score(score),
            JobEnd::Failed { reason } => store::JobEnd::Failed(reason),
            JobEnd::Interrupted => return Ok(JobOutcome::Interrupted),
        }))
    }

    fn know(&self, name: &str) -> Result<Known, Failure> {
        let row = self.store.find_study(name).map_err(store_failure)?.ok_or_else(|| {
            Failure::new(FailureKind::Data, format!("there is no study `{name}` in the store"))
        })?;
        let yaml = row.draft.agent_yaml;
        let agent = from_bundle_yaml(&yaml, "agent.yaml of the study", &[])
            .map_err(|error| Failure::new(FailureKind::Data, error.to_string()))?;
        let lake = Lake::new(&self.place.store.lake_dir);
        training_data(self.options, &lake, &agent)?;
        let total = agent.learner.total_env_steps();
        let plan = Plan::try_new(&agent.tune, total)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        let longest = plan.budgets.last().copied().unwrap_or(total);
        Ok(Known {
            agent,
            base: BaseAgent::new(yaml, longest),
            markets: Markets::new(lake),
            path: study_path(self.place, name),
        })
    }

    /// What the job has to do; which checkpoints are the trial's follows from its earlier jobs.
    fn request(&self, known: &Known, claimed: &ClaimedJob) -> Result<JobRequest, Failure> {
        let keeps_rungs = matches!(known.agent.tune.scheduler, Scheduler::Pbt(_));
        let mut folder = StudyFolder::new(known.path.clone(), keeps_rungs);
        let mut request = None;
        for row in self.store.jobs(&claimed.key.study).map_err(store_failure)? {
            let draft = row.draft;
            if draft.trial != claimed.draft.trial || draft.number > claimed.draft.number {
                continue;
            }
            request = Some(folder.request(&Job {
                number: draft.number,
                trial: draft.trial,
                rung: draft.rung,
                budget_env_steps: draft.budget_env_steps,
                params: draft.params,
                parent: draft.parent,
            }));
        }
        request.ok_or_else(|| {
            Failure::new(FailureKind::Bug, "the job that was claimed is not in the queue")
        })
    }
}
