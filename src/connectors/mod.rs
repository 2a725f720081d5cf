//! Adapters to the outside: files, vendors, made-up markets, venues, trackers.
//!
//! Each one turns a foreign format into the words of `domain` and holds no rule of trading.

mod executors;
mod fetch;
pub mod local;
mod object_store;
mod open;
mod platforms;
pub mod simulated;
pub mod synthetic;
pub mod tensorboard;
pub mod vendors;

pub use executors::{ByHand, RayJobs, SlurmJobs};
pub use fetch::{
    FetchError, FetchJob, FetchMode, FetchOutcome, FetchStop, SymbolFetch, SymbolOutcome,
    SymbolPlan, fetch, plan,
};
pub use object_store::{
    Address, AddressError, Direction, LatestBy, MirrorError, MirrorJob, MirrorOutcome, MirrorStep,
    Object, ObjectEntry, ObjectError, ObjectFacts, ObjectStore, Put, PutIf, SeriesOutcome,
    Standing, mirror,
};
pub use open::open_source;
pub use platforms::{HistdataFiles, LeanFiles, Mt5Files, TickPart, read_ticks};
pub(crate) use vendors::BarSpan;
pub use vendors::alpaca::sim::{
    AlpacaSim, Fault as AlpacaFault, FaultKind as AlpacaFaultKind, Moment as AlpacaMoment,
    SimOptions as AlpacaSimOptions, random_faults as random_alpaca_faults,
    read_faults as read_alpaca_faults,
};
pub use vendors::alpaca::{
    alpaca_codes_table, connect as connect_alpaca, examine as examine_alpaca,
};
pub use vendors::ibkr::sim as ibkr_sim;
pub use vendors::ibkr::sim::{
    GatewayFaultPlan, GatewayFaults, GatewaySim, MarketDataRights, SimOptions as IbkrSimOptions,
};
pub use vendors::ibkr::{connect as connect_ibkr, examine as examine_ibkr, ibkr_codes_table};
pub use vendors::mt5::{connect as connect_mt5, examine as examine_mt5, mt5_codes_table};
pub use vendors::{IbkrHistory, IbkrTickKind, IbkrTickPage, IbkrTickRequest};
