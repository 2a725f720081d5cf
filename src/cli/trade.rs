//! `paper` and what is asked of its sessions: options and what they call.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::base::DateRange;
use crate::commands::{
    self, ControlOptions, Failure, LedgerExportOptions, PaperOptions, PaperSpeed, ReplayOptions,
    SessionOptions, StatusOptions,
};

/// Options of `paper`.
#[derive(Debug, Args)]
pub struct PaperArguments {
    /// The agent bundle; several are combined as trade.ensemble has it.
    #[arg(long, value_name = "BUNDLE", required = true)]
    pub agent: Vec<PathBuf>,
    /// Where orders go.
    #[arg(long, value_enum, default_value = "sim")]
    pub venue: Venue,
    /// Where bars come from.
    #[arg(long, value_enum, default_value = "recorded")]
    pub stream: Stream,
    /// Days to trade; default the bundle's data.test.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// How fast the recorded stream is played: max, or seconds of the stream in a second.
    #[arg(long, value_name = "max|TIMES", default_value = "max", value_parser = speed)]
    pub speed: PaperSpeed,
    /// Name of the session; one that was stopped or died goes on. Default: made from agent and time.
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// Faults of the venue, as docs/faults.md has them; --seed draws the chances.
    #[arg(long, value_name = "FILE.yaml")]
    pub faults: Option<PathBuf>,
    /// Draw the session on the terminal while it runs.
    #[arg(long)]
    pub view: bool,
    /// Allow days that the agent was trained on.
    #[arg(long)]
    pub in_sample: bool,
    /// Write one row per decision.
    #[arg(long, value_name = "FILE.csv")]
    pub decisions: Option<PathBuf>,
}

/// Where orders go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Venue {
    /// The built-in simulated venue.
    Sim,
}

/// Where bars come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// The lake, bar by bar.
    Recorded,
}

/// A session by name.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// Name of the session or its beginning; the only running one if absent.
    pub session: Option<String>,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Name of the session or its beginning; the only running one if absent.
    pub session: Option<String>,
    /// Show it on the terminal until Ctrl-C.
    #[arg(long)]
    pub watch: bool,
}

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Name of the session.
    pub session: String,
}

/// What to do with the proof that a ledger is as it was written.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute the chain of digests and name the first row that was touched.
    Verify {
        /// Name of the session.
        session: String,
    },
}

/// What to do with a ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Write every row to a CSV file.
    Export {
        /// Name of the session.
        session: String,
        /// The file.
        #[arg(long, value_name = "FILE.csv")]
        output: PathBuf,
    },
}

/// Runs `paper`.
pub(super) fn paper(session: &SessionOptions, options: PaperArguments) -> Result<(), Failure> {
    commands::paper(
        session,
        &PaperOptions {
            bundles: options.agent,
            range: options.range,
            in_sample: options.in_sample,
            decisions: options.decisions,
            session: options.session,
            speed: options.speed,
            faults: options.faults,
            view: options.view,
        },
    )
}

/// Runs `status`.
pub(super) fn status(session: &SessionOptions, options: StatusArguments) -> Result<(), Failure> {
    let StatusArguments { session: name, watch } = options;
    commands::status(session, &StatusOptions { session: name, watch })
}

/// Runs `replay`.
pub(super) fn replay(session: &SessionOptions, options: ReplayArguments) -> Result<(), Failure> {
    commands::replay(session, &ReplayOptions { session: options.session })
}

/// Runs `audit`.
pub(super) fn audit(options: &SessionOptions, command: &AuditCommand) -> Result<(), Failure> {
    let AuditCommand::Verify { session } = command;
    commands::audit_verify(options, session)
}

/// Runs `ledger`.
pub(super) fn ledger(options: &SessionOptions, command: LedgerCommand) -> Result<(), Failure> {
    let LedgerCommand::Export { session, output } = command;
    commands::ledger_export(options, &LedgerExportOptions { session, output })
}

/// The session that a control command means.
pub(super) fn control(arguments: SessionArguments) -> ControlOptions {
    ControlOptions { session: arguments.session }
}

fn speed(text: &str) -> Result<PaperSpeed, String> {
    if text == "max" {
        return Ok(PaperSpeed::Max);
    }
    match text.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(PaperSpeed::Times(times)),
        _ => Err("expected max or a number above 0".to_owned()),
    }
}
