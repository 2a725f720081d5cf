//! The command itself.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::Device;

use super::estimate::{estimate, expected_env_steps};
use super::execution::{DriveEnd, LocalJobs, drive, drive_elsewhere};
use super::finish::{Winner, best_trial, score_of_bundle, train_again};
use super::study::{LedgerDuty, OpenStudy, StudyFolder, StudyKeeper, metric_name, open_study};
use super::trial::{BaseAgent, JobRequest, Markets, Trainer, assignments};
use super::view::{
    BestTrial, Overview, StudyTexts, TrialCounts, TuneDocument, known_trials, tune_verify,
};
use crate::base::{Interrupt, Stopwatch, absolute};
use crate::commands::place::{open_store, store_failure};
use crate::commands::session::{Session, device};
use crate::commands::train::{inputs_digest, training_data};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Scheduler};
use crate::dataset::Lake;
use crate::store::Store;
use crate::tuner::{Job, Params, Plan, Study, TrialState};

/// Options of `tune`.
#[derive(Debug, Clone)]
pub struct TuneOptions {
    /// Name of the study.
    pub study: Option<String>,
    /// Where jobs run.
    pub executor: ExecutorKind,
    /// Jobs at once in this process; the cores of this machine if absent.
    pub jobs: Option<usize>,
    /// Studies whose trials the sampler may learn from.
    pub warm: Vec<String>,
    /// Say what the study would take, and stop.
    pub estimate: bool,
    /// Verify the study when it is done.
    pub verify: bool,
    /// File for the report.
    pub report: Option<PathBuf>,
}

/// Where jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutorKind {
    /// Threads of this process.
    Local,
    /// A Ray cluster.
    Ray,
    /// A Slurm cluster.
    Slurm,
    /// Worker processes that somebody else starts.
    Worker,
}

/// Everything that a search needs and that outlives it.
pub(super) struct Search<'a> {
    pub(super) options: &'a SessionOptions,
    pub(super) session: &'a Session,
    pub(super) store: &'a Store,
    pub(super) base: BaseAgent,
    pub(super) markets: Markets,
    pub(super) device: Device,
    pub(super) interrupt: Interrupt,
    pub(super) meter: AtomicU64,
}

impl Search<'_> {
    pub(super) fn agent(&self) -> &Agent {
        self.session.agent()
    }

    pub(super) fn trainer(&self) -> Trainer<'_> {
        Trainer {
            base: &self.base,
            markets: &self.markets,
            device: &self.device,
            interrupt: &self.interrupt,
            meter: &self.meter,
        }
    }
}

/// Searches the settings that `tune.space` names.
///
/// # Errors
/// [`FailureKind::Stopped`] after a signal; [`FailureKind::Partial`] if every trial failed;
/// [`FailureKind::No`] if the winner is not what the study says; otherwise as configuration, data, store
/// and disk have it.
pub fn tune(options: &SessionOptions, command: &TuneOptions) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let jobs = jobs_at_once(command)?;
    let session = options.load_with_bars()?;
    let agent = session.agent();
    let total = agent.learner.total_env_steps();
    let plan = Plan::try_new(&agent.tune, total).map_err(usage)?;
    if agent.tune.space.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            "`tune.space` must name at least one key, was empty",
        )
        .hint("releat config explain tune.space"));
    }
    // A search that cannot begin says so before anything is read or made.
    Study::try_new(&agent.tune, total, agent.seed, &[]).map_err(usage)?;
    training_data(options, &session.lake, agent)?;
    let store = open_store(&session.place)?;
    let yaml = session.loaded.effective_yaml();
    let longest = plan.budgets.last().copied().unwrap_or(total);
    let search = Search {
        options,
        store: &store,
        base: BaseAgent::new(yaml.clone(), longest),
        markets: Markets::new(session.lake.clone()),
        device: device(&options.device)?,
        interrupt: options.interrupt()?,
        meter: AtomicU64::new(0),
        session: &session,
    };
    if command.estimate {
        let found = estimate(&search.trainer(), &search.meter, &agent.tune, &plan, jobs)?;
        return options.console.document(&found, || found.to_text());
    }
    let inputs = inputs_digest(&options.device, &yaml, search.markets.of(agent)?.fingerprint);
    let wanted = command.study.as_deref();
    let texts = StudyTexts { warm: warm_trials(&store, command)? };
    let place = (&store, &session.place);
    let open = open_study(options, place, agent, wanted, (inputs, yaml, &texts))?;
    let mut study =
        Study::try_new(&agent.tune, total, agent.seed, &open.texts.warm).map_err(usage)?;
    run(&search, command, &open, &mut study, jobs)?;
    let document = conclude(&search, command, &open, &study, &watch)?;
    // Only now: a study that is stopped while its winner is trained again goes on with that.
    store.end_study(&open.name).map_err(store_failure)?;
    options.console.document(&document, || document.to_text())?;
    if command.verify {
        tune_verify(options, &open.name)?;
    }
    match &document.best {
        Some(_) => Ok(()),
        None => Err(Failure::new(FailureKind::Partial, "no trial has a score")
            .hint(format!("releat tune show {}", open.name))),
    }
}

/// Jobs at once in this process; what workers elsewhere do is no option of this command.
fn jobs_at_once(command: &TuneOptions) -> Result<usize, Failure> {
    let setting = match command.executor {
        _ if command.estimate => None,
        ExecutorKind::Local => None,
        ExecutorKind::Ray => Some("--set executors.ray.jobs_max=N"),
        ExecutorKind::Slurm => Some("--set executors.slurm.jobs_max=N"),
        ExecutorKind::Worker => {
            Some("start as many `releat worker` as there shall be jobs at once")
        }
    };
    match (setting, command.jobs) {
        (Some(setting), Some(jobs)) => {
            let text = format!(
                "`--jobs {jobs}` counts threads of this process, the executor runs jobs elsewhere"
            );
            Err(Failure::new(FailureKind::Usage, text).hint(setting))
        }
        (_, Some(jobs)) => Ok(jobs),
        (_, None) => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

fn usage(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(FailureKind::Usage, error)
}

/// Settings and scores of the complete trials of earlier studies.
fn warm_trials(store: &Store, command: &TuneOptions) -> Result<Vec<(Params, f64)>, Failure> {
    let mut warm = Vec::new();
    for study in &command.warm {
        warm.extend(known_trials(store, study)?);
    }
    Ok(warm)
}

/// Runs the study to its end.
fn run(
    search: &Search<'_>,
    command: &TuneOptions,
    open: &OpenStudy,
    study: &mut Study,
    jobs: usize,
) -> Result<(), Failure> {
    let agent = search.agent();
    let keeps_rungs = matches!(agent.tune.scheduler, Scheduler::Pbt(_));
    let folder = StudyFolder::new(open.path.clone(), keeps_rungs);
    let expected = expected_env_steps(&agent.tune, study.plan());
    let progress = search.options.progress();
    let meter = (&search.meter, expected);
    let ledger = match command.executor {
        ExecutorKind::Local => LedgerDuty::Own,
        _ => LedgerDuty::Workers,
    };
    let place = (search.store, ledger);
    let mut keeper = StudyKeeper::open(place, &open.name, agent, folder, meter, &progress)?;
    let end = match command.executor {
        ExecutorKind::Local => {
            let trainer = search.trainer();
            let train = |request: &JobRequest| trainer.run(request);
            std::thread::scope(|scope| {
                let mut local = LocalJobs::start(scope, &train, &search.interrupt, jobs)?;
                drive(study, &mut keeper, &mut local)
            })
        }
        elsewhere => drive_elsewhere(search, elsewhere, &open.name, study, &mut keeper),
    };
    progress.finish();
    match end? {
        DriveEnd::Done => keeper.finish(study),
        DriveEnd::Interrupted => Err(stopped(search, &open.name)),
    }
}

fn stopped(search: &Search<'_>, study: &str) -> Failure {
    let signal = search.interrupt.stop_requested().unwrap_or(crate::base::StopSignal::Int);
    let text = format!("stopped by a signal; study {study} is kept up to its checkpoints");
    Failure::new(FailureKind::Stopped(signal), text).hint("the same command goes on")
}

/// Trains the winner again, judges it, draws the pictures.
fn conclude(
    search: &Search<'_>,
    command: &TuneOptions,
    open: &OpenStudy,
    study: &Study,
    watch: &Stopwatch,
) -> Result<TuneDocument, Failure> {
    let winner = match best_trial(study.trials()) {
        Some((trial, value)) => Some((trial, winner(search, open, study, trial.number, value)?)),
        None => None,
    };
    let chosen = winner.as_ref().map(|(trial, _)| trial.number);
    let bundle = winner.as_ref().map(|(_, winner)| winner.bundle.as_path());
    let place = (chosen, bundle);
    let overview = Overview::of(search.store, search.agent(), &open.name, study.trials(), place)?;
    let report = command.report.clone().unwrap_or_else(|| open.path.join("report.html"));
    overview.write(&report)?;
    let count = |state| study.trials().iter().filter(|trial| trial.state == state).count();
    Ok(TuneDocument {
        schema_version: 1,
        study: open.name.clone(),
        agent: search.agent().name.clone(),
        metric: metric_name(search.agent()),
        folder: absolute(&open.path),
        budgets: study.plan().budgets.clone(),
        trials: TrialCounts {
            complete: count(TrialState::Complete),
            pruned: count(TrialState::Pruned),
            failed: count(TrialState::Failed),
        },
        best: winner.map(|(trial, winner)| BestTrial {
            trial: trial.number,
            value: winner.value,
            bundle_value: winner.score,
            params: trial.params.clone(),
            set: assignments(&trial.params),
            bundle: absolute(&winner.bundle),
            bundle_digest: winner.digest,
        }),
        overfitting: overview.overfitting,
        env_steps: search.meter.load(Ordering::Relaxed),
        seconds: watch.seconds(),
        report: Some(absolute(&report)),
    })
}

/// The winner, trained again and judged through the door of `eval`.
pub(super) fn winner(
    search: &Search<'_>,
    open: &OpenStudy,
    study: &Study,
    trial: usize,
    value: f64,
) -> Result<Winner, Failure> {
    let jobs: Vec<Job> = study.jobs().map(|(job, _)| job.clone()).collect();
    search.options.console.say(&format!("training trial {trial} again, which is the best"));
    let folder = open.path.join("best");
    let winner = train_again(&search.trainer(), &jobs, trial, value, &folder)?;
    check_through_eval(search.options, &search.session.lake, search.agent(), &winner)?;
    Ok(winner)
}

/// A winner whose number `eval` does not give is none.
fn check_through_eval(
    options: &SessionOptions,
    lake: &Lake,
    agent: &Agent,
    winner: &Winner,
) -> Result<(), Failure> {
    let judged = score_of_bundle(options, lake, &winner.bundle, agent.data.validation)?;
    if judged.to_bits() == winner.score.to_bits() {
        return Ok(());
    }
    let text = format!(
        "the bundle {} was worth {} in training, `eval` says {judged}",
        winner.bundle.display(),
        winner.score
    );
    Err(Failure::new(FailureKind::No, text))
}
