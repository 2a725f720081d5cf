//! Sockets, frames, and the faults that happen on the way.

mod acts;
mod connection;
mod frames;
mod gateway;
mod options;
mod outbox;
mod recorder;
mod simulator;

pub use options::{MarketDataRights, SimOptions};
pub use simulator::GatewaySim;
