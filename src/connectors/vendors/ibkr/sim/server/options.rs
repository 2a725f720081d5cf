//! How a simulated gateway is set up.

use std::fmt;
use std::path::PathBuf;

use super::super::desk::DataRights;
use super::super::fault_port::Faults;
use crate::base::Timestamp;
use crate::domain::{CalendarName, Symbol};

/// Which market data the account has paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MarketDataRights {
    /// As it happens.
    #[default]
    Live,
    /// Only late, and only for those who ask for it.
    Delayed,
    /// None.
    None,
}

impl From<MarketDataRights> for DataRights {
    fn from(rights: MarketDataRights) -> Self {
        match rights {
            MarketDataRights::Live => Self::Live,
            MarketDataRights::Delayed => Self::Delayed,
            MarketDataRights::None => Self::None,
        }
    }
}

/// Everything about a simulated gateway.
pub struct SimOptions {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Of the market.
    pub seed: u64,
    /// What goes wrong; nothing if absent.
    pub faults: Option<Box<dyn Faults>>,
    /// A folder for one file per connection with every frame.
    pub record: Option<PathBuf>,
    /// A file for everything that really happened.
    pub ground_truth: Option<PathBuf>,
    /// The venue's time at the start; the wall clock's if absent.
    pub clock: Option<Timestamp>,
    /// Seconds of the venue per second of the wall clock, above 0.
    pub speed: f64,
    /// The newest server version that is offered, 100..=226.
    pub server_version_max: i32,
    /// The first one trades; the others are empty.
    pub accounts: Vec<String>,
    /// When the market is open.
    pub calendar: CalendarName,
    /// Cash at the start, currency units.
    pub cash: f64,
    /// Shares at the start with what they cost each.
    pub positions: Vec<(Symbol, f64, f64)>,
    /// Whether orders of programs are refused.
    pub is_read_only: bool,
    /// Which market data there is.
    pub market_data: MarketDataRights,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            faults: None,
            record: None,
            ground_truth: None,
            clock: None,
            speed: 1.0,
            server_version_max: 226,
            accounts: vec!["DU1234567".to_owned()],
            calendar: CalendarName::Xnys,
            cash: 100_000.0,
            positions: Vec::new(),
            is_read_only: false,
            market_data: MarketDataRights::Live,
        }
    }
}

impl fmt::Debug for SimOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimOptions")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("clock", &self.clock)
            .field("speed", &self.speed)
            .field("server_version_max", &self.server_version_max)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}
