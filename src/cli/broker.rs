//! `live`, `doctor` and the simulated gateways: options and what they call.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::base::Timestamp;
use crate::commands::{
    self, BrokerKind, DoctorOptions, Failure, LiveOptions, Money, SessionOptions, SimulatorOptions,
};
use crate::domain::CalendarName;

/// Options of `live`.
#[derive(Debug, Args)]
pub struct LiveArguments {
    /// The agent bundle; several are combined as trade.ensemble has it.
    #[arg(long, value_name = "BUNDLE", required = true)]
    pub agent: Vec<PathBuf>,
    /// Where orders go.
    #[arg(long, value_enum)]
    pub venue: Broker,
    /// The account with real money.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The phrase that confirms it; without it the refusal says which.
    #[arg(long, value_name = "PHRASE")]
    pub confirm: Option<String>,
    /// A file with the phrase.
    #[arg(long, value_name = "FILE", conflicts_with = "confirm")]
    pub confirm_file: Option<PathBuf>,
    /// Name of the session; one that was stopped or died goes on. Default: made from agent and time.
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,
    /// How many sessions of the exchange to trade; until it is stopped if absent.
    #[arg(long, value_name = "N")]
    pub sessions: Option<u32>,
    /// Draw the session on the terminal while it runs.
    #[arg(long)]
    pub view: bool,
    /// Write one row per decision.
    #[arg(long, value_name = "FILE.csv")]
    pub decisions: Option<PathBuf>,
}

/// Brokers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Broker {
    /// Interactive Brokers, through TWS or IB Gateway.
    Ibkr,
    /// Alpaca.
    Alpaca,
    /// A broker behind MetaTrader 5, through its bridge.
    Mt5,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Which broker.
    #[arg(long, value_enum)]
    pub broker: Broker,
    /// The account; the only one of the login if absent.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The account is one with real money.
    #[arg(long)]
    pub live: bool,
    /// Print the acceptance card: what to try on a paper account, and what must be seen.
    #[arg(long)]
    pub card: bool,
}

/// Whose gateway is simulated.
#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// The protocol of TWS and IB Gateway.
    Ibkr(SimArguments),
    /// The interfaces of Alpaca.
    Alpaca(SimArguments),
}

/// Options of a simulated gateway; --seed makes its market.
#[derive(Debug, Args)]
pub struct SimArguments {
    /// Where it listens on 127.0.0.1; 0 takes a free port.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Name of the account.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Cash at the start, currency units.
    #[arg(long, default_value_t = 100_000.0)]
    pub cash: f64,
    /// Its time at the start, such as 2026-03-02T14:25:00Z. Default: the wall clock's.
    #[arg(long, value_name = "TIME")]
    pub clock: Option<Timestamp>,
    /// Seconds of its time in a second.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = times)]
    pub speed: f64,
    /// The hours of its market.
    #[arg(long, value_enum, default_value = "xnys")]
    pub calendar: Hours,
    /// What goes wrong, a YAML file.
    #[arg(long, value_name = "FILE.yaml")]
    pub faults: Option<PathBuf>,
    /// Keep every frame, one file a connection.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Write what really happened at its end.
    #[arg(long, value_name = "FILE.csv")]
    pub ground_truth: Option<PathBuf>,
}

/// The hours of a simulated market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Hours {
    /// New York Stock Exchange.
    Xnys,
    /// Always.
    #[value(name = "24x7")]
    Always,
}

impl From<Broker> for BrokerKind {
    fn from(broker: Broker) -> Self {
        match broker {
            Broker::Ibkr => Self::Ibkr,
            Broker::Alpaca => Self::Alpaca,
            Broker::Mt5 => Self::Mt5,
        }
    }
}

/// Runs `live`.
pub(super) fn live(session: &SessionOptions, options: LiveArguments) -> Result<(), Failure> {
    commands::trade_at(
        session,
        &LiveOptions {
            bundles: options.agent,
            broker: options.venue.into(),
            money: Money::Real {
                confirmation: options.confirm,
                confirmation_file: options.confirm_file,
            },
            account: options.account,
            session: options.session,
            speed: 1.0,
            sessions: options.sessions,
            decisions: options.decisions,
            view: options.view,
        },
    )
}

/// Runs `doctor`.
pub(super) fn doctor(session: &SessionOptions, options: DoctorArguments) -> Result<(), Failure> {
    let DoctorArguments { broker, account, live, card } = options;
    commands::doctor(
        session,
        &DoctorOptions { broker: broker.into(), account, is_live: live, card },
    )
}

/// Runs `sim`.
pub(super) fn sim(session: &SessionOptions, command: SimCommand) -> Result<(), Failure> {
    let (broker, options) = match command {
        SimCommand::Ibkr(options) => (BrokerKind::Ibkr, options),
        SimCommand::Alpaca(options) => (BrokerKind::Alpaca, options),
    };
    commands::simulate(
        session,
        &SimulatorOptions {
            broker,
            port: options.port,
            account: options.account,
            cash: options.cash,
            clock: options.clock,
            speed: options.speed,
            calendar: match options.calendar {
                Hours::Xnys => CalendarName::Xnys,
                Hours::Always => CalendarName::AlwaysOpen,
            },
            faults: options.faults,
            record: options.record,
            ground_truth: options.ground_truth,
        },
    )
}

fn times(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(times),
        _ => Err("expected a number above 0".to_owned()),
    }
}
