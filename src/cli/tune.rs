//! `tune` and `worker`: their options and what they call.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::commands::{
    self, ExecutorKind, Failure, SessionOptions, TuneOptions, TuneShowOptions, WorkerOptions,
};

/// `releat tune`, alone or with a study to look at.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TuneCommand {
    /// What to do with a study that is there.
    #[command(subcommand)]
    pub action: Option<TuneAction>,
    /// A search.
    #[command(flatten)]
    pub search: SearchArguments,
}

/// Options of a search.
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// Trials of the study; the same as --set tune.trials=N.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub trials: Option<u32>,
    /// Name of the study; one that exists goes on. Default: the newest unfinished one of the same
    /// inputs, otherwise a new one.
    #[arg(long, value_name = "STUDY")]
    pub study: Option<String>,
    /// Where jobs run.
    #[arg(long, value_enum, default_value = "local")]
    pub executor: Executor,
    /// Jobs at once in this process; default the cores of this machine. Executors have a setting for it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Studies whose trials the sampler may learn from.
    #[arg(long, value_name = "STUDY")]
    pub warm: Vec<String>,
    /// Say what the study would take, and stop.
    #[arg(long)]
    pub estimate: bool,
    /// Verify the study when it is done, as `tune verify` does.
    #[arg(long, conflicts_with = "estimate")]
    pub verify: bool,
    /// Write the report with its pictures, one offline HTML file; default beside the bundle.
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
}

/// Where jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Executor {
    /// Threads of this process.
    Local,
    /// A Ray cluster, by its Jobs API.
    Ray,
    /// A Slurm cluster, by sbatch.
    Slurm,
    /// `releat worker` processes that somebody else starts.
    Worker,
}

/// What to do with a study that is there.
#[derive(Debug, Subcommand)]
pub enum TuneAction {
    /// One line a study, newest last.
    List,
    /// The trials of a study and what became of them.
    Show {
        /// The study.
        study: String,
        /// Write the report with its pictures, one offline HTML file.
        #[arg(long, value_name = "FILE.html")]
        report: Option<PathBuf>,
        /// Write each picture as SVG and PNG into a folder.
        #[arg(long, value_name = "FOLDER")]
        pictures: Option<PathBuf>,
    },
    /// Draw the study again from its reports, train its winner again and judge it; exit 1 if a bit differs.
    Verify {
        /// The study.
        study: String,
    },
}

/// Options of `worker`.
#[derive(Debug, Args)]
pub struct WorkerArguments {
    /// The store with the queue; default store.url.
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Jobs of this study alone.
    #[arg(long, value_name = "STUDY")]
    pub study: Option<String>,
    /// This job alone, then end.
    #[arg(long, value_name = "N", requires = "study")]
    pub job: Option<u64>,
    /// What the worker is called in the queue; default machine and process.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// End after so many seconds without work; default never.
    #[arg(long, value_name = "SECONDS")]
    pub idle: Option<u64>,
}

/// Runs `tune`.
pub(super) fn tune(session: &SessionOptions, command: TuneCommand) -> Result<(), Failure> {
    match command.action {
        Some(TuneAction::List) => commands::tune_list(session),
        Some(TuneAction::Show { study, report, pictures }) => {
            commands::tune_show(session, &TuneShowOptions { study, report, pictures })
        }
        Some(TuneAction::Verify { study }) => commands::tune_verify(session, &study),
        None => search(session, command.search),
    }
}

fn search(session: &SessionOptions, search: SearchArguments) -> Result<(), Failure> {
    let mut session = session.clone();
    session.sets.extend(search.trials.map(|trials| format!("tune.trials={trials}")));
    let executor = match search.executor {
        Executor::Local => ExecutorKind::Local,
        Executor::Ray => ExecutorKind::Ray,
        Executor::Slurm => ExecutorKind::Slurm,
        Executor::Worker => ExecutorKind::Worker,
    };
    let options = TuneOptions {
        study: search.study,
        executor,
        jobs: search.jobs.map(usize::from),
        warm: search.warm,
        estimate: search.estimate,
        verify: search.verify,
        report: search.report,
    };
    commands::tune(&session, &options)
}

/// Runs `worker`.
pub(super) fn worker(session: &SessionOptions, arguments: WorkerArguments) -> Result<(), Failure> {
    let WorkerArguments { store, study, job, name, idle } = arguments;
    commands::worker(session, &WorkerOptions { store, study, job, name, idle_seconds: idle })
}
