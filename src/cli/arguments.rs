//! The commands and their own options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::Global;
use super::broker::{DoctorArguments, LiveArguments, SimCommand};
use super::data::DataCommand;
use super::global::Resume;
use super::trade::{
    AuditCommand, LedgerCommand, PaperArguments, ReplayArguments, SessionArguments, StatusArguments,
};
use super::tune::{TuneCommand, WorkerArguments};
use crate::base::DateRange;

/// From raw market data to a judged agent and its orders in one tool.
#[derive(Debug, Parser)]
#[command(name = "releat", version, about, propagate_version = true)]
#[command(
    after_help = "Begin with `releat init`, then `releat train --config agents/quickstart.yaml`.\n\
    Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 data, 4 remote, 5 refused for \
    safety, 6 partly done, 70 a bug in releat, 130/143 stopped by a signal."
)]
pub struct Arguments {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented agent file and the place's settings into a folder.
    Init(InitArguments),
    /// Bring bars and corporate actions into the lake; only what is missing.
    Fetch(FetchArguments),
    /// Show, check, export or mirror what the lake holds.
    #[command(subcommand)]
    Data(DataCommand),
    /// Compute the feature columns, write them to a file, or prove that none looks ahead.
    Features(FeaturesArguments),
    /// Train an agent, then judge its best bundle on the test range.
    Train(TrainArguments),
    /// Search the settings that `tune.space` names; every trial is counted.
    Tune(TuneCommand),
    /// Run jobs of studies from a shared store.
    Worker(WorkerArguments),
    /// Judge a frozen agent bundle on any range, beside the baselines.
    Eval(EvalArguments),
    /// Trade bundles on paper: on the built-in venue, or on a broker's paper account.
    Paper(PaperArguments),
    /// Trade bundles with real money.
    Live(LiveArguments),
    /// Look at everything that trading at a broker needs; nothing is bought or sold.
    Doctor(DoctorArguments),
    /// Run a simulated gateway to rehearse against.
    #[command(subcommand, hide = true)]
    Sim(SimCommand),
    /// Show how a session stands.
    Status(StatusArguments),
    /// Let a session decide nothing new until it is resumed.
    Pause(SessionArguments),
    /// Let a session trade again, also after a halt or a kill.
    Resume(SessionArguments),
    /// Cancel all orders of a session, close its positions, then pause it.
    Flatten(SessionArguments),
    /// Cancel all orders of a session at once and halt it until it is resumed.
    Kill(SessionArguments),
    /// Feed the events of a session to a fresh engine and compare, byte for byte.
    Replay(ReplayArguments),
    /// Verify that the ledger of a session is as it was written.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Export the ledger of a session.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Measure how fast a part of the program is by itself.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Check, show or explain the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// List the runs of this place or show one.
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Verify an agent bundle.
    #[command(subcommand)]
    Agents(AgentsCommand),
    /// Print a completion script for a shell.
    Completions(CompletionsArguments),
    /// Write manual pages into a folder.
    Man(ManArguments),
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// Folder to fill; made if missing.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// Options of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArguments {
    /// Days to fetch; default from data.train to data.test.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// List what would be fetched and stop.
    #[arg(long)]
    pub plan: bool,
    /// Check what the lake holds of the agent's universe, and ask nobody; exits 1 on findings.
    #[arg(long, conflicts_with_all = ["plan", "all"])]
    pub check: bool,
    /// Bring ticks in place of bars, from LEAN, HistData or MetaTrader 5.
    #[arg(long, conflicts_with_all = ["plan", "all", "check"])]
    pub ticks: bool,
    /// Ask for all days again and report what the source has changed.
    #[arg(long)]
    pub all: bool,
}

/// Options of `features`.
#[derive(Debug, Args)]
pub struct FeaturesArguments {
    /// Days to write; default from data.train to data.test.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// File to write, .csv or .parquet.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Values before the transforms.
    #[arg(long)]
    pub raw: bool,
    /// Recompute by streaming, cut and perturb the future; exit 1 on any difference.
    #[arg(long, conflicts_with_all = ["output", "raw"])]
    pub prove: bool,
}

/// Options of `train`.
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// What to do about an unfinished run of the same configuration.
    #[arg(long, value_enum, default_value = "auto", env = "RELEAT_RESUME")]
    pub resume: Resume,
    /// Leave out the judgement on the test range.
    #[arg(long)]
    pub no_eval: bool,
}

/// Options of `eval`.
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// The agent bundle.
    #[arg(long, value_name = "BUNDLE", required_unless_present_any = ["walk_forward", "purged"])]
    pub agent: Option<PathBuf>,
    /// Train and judge the agent of --config fold after fold, as eval.walk_forward has it.
    #[arg(long, conflicts_with_all = ["agent", "purged", "sweep"])]
    pub walk_forward: bool,
    /// Train and judge the agent of --config by combinatorial purged cross-validation, as eval.purged has it.
    #[arg(long, conflicts_with_all = ["agent", "sweep"])]
    pub purged: bool,
    /// Judge the bundle under other costs, delays and scenarios, as eval.stress has it.
    #[arg(long, conflicts_with_all = ["audit", "trades", "report", "picture"])]
    pub sweep: bool,
    /// Folder of the folds; one that is there goes on.
    #[arg(long, value_name = "FOLDER", conflicts_with = "agent")]
    pub folder: Option<PathBuf>,
    /// File for the document of the sweep.
    #[arg(long, value_name = "FILE.json", requires = "sweep")]
    pub output: Option<PathBuf>,
    /// Days to judge on; default the bundle's data.test.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// Allow days that the agent was trained on; the report says so.
    #[arg(long)]
    pub in_sample: bool,
    /// Write one row per step, enough to recompute the account.
    #[arg(long, value_name = "FILE.csv")]
    pub audit: Option<PathBuf>,
    /// Write one row per closed trade.
    #[arg(long, value_name = "FILE.csv")]
    pub trades: Option<PathBuf>,
    /// Write the report, one offline HTML file.
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Write a picture of equity and drawdown.
    #[arg(long, value_name = "FILE.png")]
    pub picture: Option<PathBuf>,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Environment steps per second of the gym, with random legal actions.
    Gym(BenchGymArguments),
}

/// Options of `bench gym`.
#[derive(Debug, Args)]
pub struct BenchGymArguments {
    /// Repetitions of each measurement; the median counts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub repetitions: u16,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Report every problem at once; exit 2 if there is one.
    Check,
    /// Print the effective configuration.
    Show {
        /// Say for each key where its value comes from.
        #[arg(long)]
        origin: bool,
    },
    /// Explain one key.
    Explain {
        /// Dotted key, such as learner.ppo.gamma.
        key: String,
    },
    /// Print the JSON schema of agent files, for editors.
    Schema {
        /// The schema of desk files.
        #[arg(long)]
        desk: bool,
    },
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// One line a run, newest last.
    List,
    /// All that is known of one run.
    Show {
        /// The run's id.
        run: String,
    },
    /// How runs differ: scores, settings, data.
    Compare {
        /// The runs' ids.
        #[arg(required = true, num_args = 2..)]
        runs: Vec<String>,
    },
}

/// What to do with bundles.
#[derive(Debug, Subcommand)]
pub enum AgentsCommand {
    /// The bundles of this place.
    List,
    /// What a bundle is made of.
    Show {
        /// The bundle's folder.
        bundle: PathBuf,
    },
    /// Check every digest, shape and weight; exit 3 if one is wrong.
    Verify {
        /// The bundle's folder.
        bundle: PathBuf,
    },
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// Folder to fill; made if missing.
    pub folder: PathBuf,
}
