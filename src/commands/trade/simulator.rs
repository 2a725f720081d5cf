//! `releat sim`: a gateway to rehearse against.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use crate::base::Timestamp;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::connectors::{
    AlpacaSim, AlpacaSimOptions, GatewayFaultPlan, GatewayFaults, GatewaySim, IbkrSimOptions,
    MarketDataRights, read_alpaca_faults,
};
use crate::domain::{CalendarName, Symbol};

/// Options of a simulated gateway.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// Whose gateway.
    pub broker: SimulatedBroker,
    /// Where it listens on 127.0.0.1; 0 takes a free port.
    pub port: u16,
    /// Name of the account.
    pub account: Option<String>,
    /// Currency units at the start.
    pub cash: f64,
    /// Its time at the start; the wall clock's if absent.
    pub clock: Option<Timestamp>,
    /// Seconds of its time in a second.
    pub speed: f64,
    /// The hours of its market.
    pub calendar: CalendarName,
    /// What goes wrong.
    pub faults: Option<PathBuf>,
    /// A folder for every frame.
    pub record: Option<PathBuf>,
    /// A file for what really happened.
    pub ground_truth: Option<PathBuf>,
}

/// Whose gateway is simulated, and what only that one has.
#[derive(Debug, Clone)]
pub enum SimulatedBroker {
    /// TWS or IB Gateway.
    Ibkr {
        /// Whether orders of programs are refused.
        is_read_only: bool,
        /// Which market data the account has paid for.
        market_data: MarketDataRights,
        /// The newest version of the protocol that is offered, 100 to 226.
        server_version: i32,
        /// What the account has at the start, besides cash.
        holdings: Vec<Holding>,
    },
    /// Alpaca.
    Alpaca,
}

/// Shares of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Of what.
    pub symbol: Symbol,
    /// How many; below 0 if sold short.
    pub quantity: f64,
    /// What one has cost, currency units.
    pub average_cost: f64,
}

/// The first line of its output.
#[derive(Debug, Serialize)]
struct Address {
    host: String,
    port: u16,
}

/// Runs until it is asked to stop.
///
/// # Errors
/// [`FailureKind::Usage`] for a script that says nothing, [`FailureKind::Remote`] if the port is taken,
/// [`FailureKind::Data`] if a file cannot be written.
pub fn simulate(options: &SessionOptions, command: &SimulatorOptions) -> Result<(), Failure> {
    let seed = options.seed.unwrap_or_default();
    let interrupt = options.interrupt()?;
    let taken = |error: std::io::Error| Failure::new(FailureKind::Remote, error);
    match &command.broker {
        SimulatedBroker::Ibkr { .. } => {
            let sim = GatewaySim::start(ibkr(command, seed)?).map_err(taken)?;
            say(&sim.address().to_string())?;
            sim.wait(&interrupt).map_err(|error| Failure::new(FailureKind::Data, error))
        }
        SimulatedBroker::Alpaca => {
            if command.record.is_some() {
                let text = "the simulated Alpaca keeps no frames, `--record` is for ibkr";
                return Err(Failure::new(FailureKind::Usage, text));
            }
            let sim = AlpacaSim::start(alpaca(command, seed)?).map_err(taken)?;
            let url = sim.url();
            say(url.trim_start_matches("http://"))?;
            sim.wait(&interrupt).map_err(|error| Failure::new(FailureKind::Data, error))
        }
    }
}

fn ibkr(command: &SimulatorOptions, seed: u64) -> Result<IbkrSimOptions, Failure> {
    let usage = |error| Failure::new(FailureKind::Usage, error);
    let faults = command.faults.as_deref().map(GatewayFaults::load).transpose().map_err(usage)?;
    let mut defaults = IbkrSimOptions::default();
    if let SimulatedBroker::Ibkr { is_read_only, market_data, server_version, holdings } =
        &command.broker
    {
        let held = |one: &Holding| (one.symbol.clone(), one.quantity, one.average_cost);
        defaults.is_read_only = *is_read_only;
        defaults.market_data = *market_data;
        defaults.server_version_max = *server_version;
        defaults.positions = holdings.iter().map(held).collect();
    }
    Ok(IbkrSimOptions {
        port: command.port,
        seed,
        faults: faults.map(|script| Box::new(GatewayFaultPlan::new(&script)) as _),
        record: command.record.clone(),
        ground_truth: command.ground_truth.clone(),
        clock: command.clock,
        speed: command.speed,
        accounts: command
            .account
            .clone()
            .map_or(defaults.accounts.clone(), |account| vec![account]),
        calendar: command.calendar,
        cash: command.cash,
        ..defaults
    })
}

fn alpaca(command: &SimulatorOptions, seed: u64) -> Result<AlpacaSimOptions, Failure> {
    let faults = match &command.faults {
        None => Vec::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                let text = format!("cannot read {}: {error}", path.display());
                Failure::new(FailureKind::Usage, text)
            })?;
            read_alpaca_faults(&text).map_err(|error| {
                Failure::new(FailureKind::Usage, format!("{}: {error}", path.display()))
            })?
        }
    };
    let defaults = AlpacaSimOptions::default();
    Ok(AlpacaSimOptions {
        port: command.port,
        seed,
        faults,
        ground_truth: command.ground_truth.clone(),
        clock: command.clock,
        speed: command.speed,
        account: command.account.clone().unwrap_or(defaults.account.clone()),
        calendar: command.calendar,
        cash: command.cash,
        ..defaults
    })
}

/// Tells where it listens, at once: whoever started it waits for this line.
fn say(address: &str) -> Result<(), Failure> {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "0"));
    let port = port.parse().unwrap_or_default();
    let line = serde_json::to_string(&Address { host: host.to_owned(), port })
        .map_err(|error| Failure::new(FailureKind::Bug, error))?;
    let mut output = std::io::stdout().lock();
    let told = writeln!(output, "{line}").and_then(|()| output.flush());
    told.map_err(|error| Failure::new(FailureKind::Data, error))
}
