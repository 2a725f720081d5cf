//! `live`, `doctor` and the simulated gateways: options and what they call.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::trade::refuse_at_desk;
use crate::base::Timestamp;
use crate::commands::{
    self, BrokerKind, DeskOptions, DoctorOptions, Failure, FailureKind, Holding, LiveOptions,
    Money, SessionOptions, SimulatedBroker, SimulatorOptions,
};
use crate::connectors::MarketDataRights;
use crate::domain::CalendarName;

/// Options of `live`.
#[derive(Debug, Args)]
pub struct LiveArguments {
    /// The agent bundle; several are combined as trade.ensemble has it.
    #[arg(long, value_name = "BUNDLE", required_unless_present = "desk")]
    pub agent: Vec<PathBuf>,
    /// Several accounts, each with agents and settings of its own: a desk file.
    #[arg(long, value_name = "FILE.yaml")]
    pub desk: Option<PathBuf>,
    /// Where orders go.
    #[arg(long, value_enum, required_unless_present = "desk")]
    pub venue: Option<Broker>,
    /// The account with real money.
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// The phrase that confirms it; without it the refusal says which. One for each session of a desk.
    #[arg(long, value_name = "PHRASE")]
    pub confirm: Vec<String>,
    /// A file with the phrase, or with several, one a line.
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
    /// Take over positions that no ledger explains, and orders that an earlier session left.
    #[arg(long)]
    pub adopt_positions: bool,
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
    Ibkr(GatewayArguments),
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

/// Options of a simulated TWS or IB Gateway.
#[derive(Debug, Args)]
pub struct GatewayArguments {
    #[command(flatten)]
    common: SimArguments,
    /// Refuse orders of programs, as a gateway does whose API is read-only.
    #[arg(long)]
    read_only: bool,
    /// Which market data the account has paid for.
    #[arg(long, value_enum, default_value = "live")]
    market_data: Rights,
    /// The newest version of the protocol that is offered, 100 to 226.
    #[arg(long, value_name = "N", default_value_t = 226,
          value_parser = clap::value_parser!(i32).range(100..=226))]
    server_version: i32,
    /// Shares that the account has at the start, such as SPY=10@100; several may be given.
    #[arg(long, value_name = "SYMBOL=SHARES@PRICE", value_parser = holding)]
    position: Vec<Holding>,
}

/// Which market data there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rights {
    /// As it happens.
    Live,
    /// Only late.
    Delayed,
    /// None.
    None,
}

impl From<Rights> for MarketDataRights {
    fn from(rights: Rights) -> Self {
        match rights {
            Rights::Live => Self::Live,
            Rights::Delayed => Self::Delayed,
            Rights::None => Self::None,
        }
    }
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
pub(super) fn live(global: &SessionOptions, options: LiveArguments) -> Result<(), Failure> {
    let money =
        Money::Real { confirmations: options.confirm, confirmation_file: options.confirm_file };
    let (session, sessions) = (options.session, options.sessions);
    if let Some(file) = options.desk {
        refuse_at_desk(&[
            ("--agent", !options.agent.is_empty()),
            ("--venue", options.venue.is_some()),
            ("--account", options.account.is_some()),
            ("--decisions", options.decisions.is_some()),
            ("--view", options.view),
            ("--adopt-positions", options.adopt_positions),
        ])?;
        let desk = DeskOptions { file, money, session, speed: 1.0, sessions };
        return commands::trade_desk(global, &desk);
    }
    let Some(venue) = options.venue else {
        return Err(Failure::new(FailureKind::Usage, "`live` needs --venue"));
    };
    commands::trade_at(
        global,
        &LiveOptions {
            bundles: options.agent,
            broker: venue.into(),
            money,
            account: options.account,
            session,
            speed: 1.0,
            sessions,
            decisions: options.decisions,
            view: options.view,
            adopt_positions: options.adopt_positions,
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
        SimCommand::Ibkr(options) => {
            let broker = SimulatedBroker::Ibkr {
                is_read_only: options.read_only,
                market_data: options.market_data.into(),
                server_version: options.server_version,
                holdings: options.position,
            };
            (broker, options.common)
        }
        SimCommand::Alpaca(options) => (SimulatedBroker::Alpaca, options),
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

/// `SYMBOL=SHARES@PRICE`.
fn holding(text: &str) -> Result<Holding, String> {
    let wrong = || format!("expected SYMBOL=SHARES@PRICE such as SPY=10@100, found `{text}`");
    let (symbol, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (quantity, price) = rest.split_once('@').ok_or_else(wrong)?;
    let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
    Ok(Holding {
        symbol: symbol.parse().map_err(|error| format!("{error}"))?,
        quantity: number(quantity).ok_or_else(wrong)?,
        average_cost: number(price).filter(|price| *price > 0.0).ok_or_else(wrong)?,
    })
}

fn times(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(times) if times.is_finite() && times > 0.0 => Ok(times),
        _ => Err("expected a number above 0".to_owned()),
    }
}
