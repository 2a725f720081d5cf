//! `paper` and what is asked of its sessions: options and what they call.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::base::DateRange;
use crate::commands::{
    self, BrokerKind, ControlOptions, DeskOptions, Failure, FailureKind, LedgerExportOptions,
    LiveOptions, Money, PaperOptions, PaperSpeed, ReplayOptions, SessionOptions, StatusOptions,
};

/// Options of `paper`.
#[derive(Debug, Args)]
pub struct PaperArguments {
    /// The agent bundle; several are combined as trade.ensemble has it.
    #[arg(long, value_name = "BUNDLE", required_unless_present = "desk")]
    pub agent: Vec<PathBuf>,
    /// Several accounts at brokers, each with agents and settings of its own: a desk file.
    #[arg(long, value_name = "FILE.yaml")]
    pub desk: Option<PathBuf>,
    /// Where orders go.
    #[arg(long, value_enum, default_value = "sim")]
    pub venue: Venue,
    /// Where bars come from: the lake, or the broker. Default: as the venue is.
    #[arg(long, value_enum)]
    pub stream: Option<Stream>,
    /// Days to trade of a recorded stream; default the bundle's data.test.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// How fast time passes: max (recorded streams), or seconds of the stream in a second.
    #[arg(long, value_name = "max|TIMES", value_parser = speed)]
    pub speed: Option<PaperSpeed>,
    /// The account at the broker; the only one of the login if absent.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How many sessions of the exchange to trade at a broker; until it is stopped if absent.
    #[arg(long, value_name = "N")]
    pub sessions: Option<u32>,
    /// Name of the session; one that was stopped or died goes on. Default: made from agent and time. At a desk: what
    /// the names of its sessions end with.
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
    /// An account for paper trading at Interactive Brokers.
    Ibkr,
    /// An account for paper trading at Alpaca.
    Alpaca,
    /// A demo account behind MetaTrader 5.
    Mt5,
}

/// Where bars come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// The lake, bar by bar.
    Recorded,
    /// The broker, as bars are made.
    Live,
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
    /// Name of the session or its beginning; those that run if absent.
    pub session: Option<String>,
    /// Show it on the terminal until Ctrl-C.
    #[arg(long, conflicts_with = "all")]
    pub watch: bool,
    /// All sessions of the place, one line each.
    #[arg(long, conflicts_with = "session")]
    pub all: bool,
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
pub(super) fn paper(global: &SessionOptions, options: PaperArguments) -> Result<(), Failure> {
    if let Some(file) = options.desk.clone() {
        return paper_desk(global, file, &options);
    }
    let broker = match options.venue {
        Venue::Sim => return paper_on_recording(global, options),
        Venue::Ibkr => BrokerKind::Ibkr,
        Venue::Alpaca => BrokerKind::Alpaca,
        Venue::Mt5 => BrokerKind::Mt5,
    };
    let recorded = options.stream == Some(Stream::Recorded);
    refuse(&[
        ("--stream recorded", recorded, "orders at a broker need its bars"),
        (
            "--range",
            options.range.is_some(),
            "a broker's bars are those of today; --sessions N ends it",
        ),
        ("--speed max", options.speed == Some(PaperSpeed::Max), "time passes as it does there"),
        ("--faults", options.faults.is_some(), "give them to `releat sim`"),
        ("--in-sample", options.in_sample, "days to come were never trained on"),
    ])?;
    let speed = times(options.speed);
    commands::trade_at(
        global,
        &LiveOptions {
            bundles: options.agent,
            broker,
            money: Money::Paper,
            account: options.account,
            session: options.session,
            speed,
            sessions: options.sessions,
            decisions: options.decisions,
            view: options.view,
            adopt_positions: false,
        },
    )
}

fn paper_desk(
    global: &SessionOptions,
    file: PathBuf,
    options: &PaperArguments,
) -> Result<(), Failure> {
    let range = options.range.is_some() || options.speed == Some(PaperSpeed::Max);
    refuse_at_desk(&[
        ("--agent", !options.agent.is_empty()),
        ("--venue", options.venue != Venue::Sim),
        ("--account", options.account.is_some()),
        ("--decisions", options.decisions.is_some()),
        ("--view", options.view),
        ("--stream recorded, --range or --speed max", range || options.stream.is_some()),
        ("--faults", options.faults.is_some()),
        ("--in-sample", options.in_sample),
    ])?;
    let (session, sessions) = (options.session.clone(), options.sessions);
    let speed = times(options.speed);
    let desk = DeskOptions { file, money: Money::Paper, session, speed, sessions };
    commands::trade_desk(global, &desk)
}

const fn times(speed: Option<PaperSpeed>) -> f64 {
    match speed {
        Some(PaperSpeed::Times(times)) => times,
        Some(PaperSpeed::Max) | None => 1.0,
    }
}

fn paper_on_recording(session: &SessionOptions, options: PaperArguments) -> Result<(), Failure> {
    let live = options.stream == Some(Stream::Live);
    refuse(&[
        ("--stream live", live, "the built-in venue plays the lake"),
        ("--account", options.account.is_some(), "the built-in venue opens one of its own"),
        ("--sessions", options.sessions.is_some(), "--range A..B chooses the days"),
    ])?;
    commands::paper(
        session,
        &PaperOptions {
            bundles: options.agent,
            range: options.range,
            in_sample: options.in_sample,
            decisions: options.decisions,
            session: options.session,
            speed: options.speed.unwrap_or(PaperSpeed::Max),
            faults: options.faults,
            view: options.view,
        },
    )
}

/// Options that another one rules out.
fn refuse(options: &[(&str, bool, &str)]) -> Result<(), Failure> {
    let Some((name, _, why)) = options.iter().find(|(_, is_given, _)| *is_given) else {
        return Ok(());
    };
    let text = format!("`{name}` does not go with this --venue: {why}");
    Err(Failure::new(FailureKind::Usage, text))
}

/// Options that belong to one session and not to a desk of several.
pub(super) fn refuse_at_desk(options: &[(&str, bool)]) -> Result<(), Failure> {
    let Some((name, _)) = options.iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let (text, hint) = match *name {
        "--view" => (
            "`--view` shows one session, --desk has several".to_owned(),
            "releat status SESSION --watch shows one of them from another terminal",
        ),
        name => (
            format!("`{name}` does not go with --desk"),
            "each session of the desk file has its own keys; releat config schema --desk",
        ),
    };
    Err(Failure::new(FailureKind::Usage, text).hint(hint))
}

/// Runs `status`.
pub(super) fn status(session: &SessionOptions, options: StatusArguments) -> Result<(), Failure> {
    let StatusArguments { session: name, watch, all } = options;
    commands::status(session, &StatusOptions { session: name, watch, all })
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
