//! `live`, `doctor` and the simulated gateways: options and what they call.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::commands::{
    self, BrokerKind, DoctorOptions, Failure, LiveOptions, Money, SessionOptions,
};

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

impl From<Broker> for BrokerKind {
    fn from(broker: Broker) -> Self {
        match broker {
            Broker::Ibkr => Self::Ibkr,
            Broker::Alpaca => Self::Alpaca,
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
