//! Historical bars and ticks of Interactive Brokers, through TWS or IB Gateway.
//!
//! The gateway does the login; this program speaks to its socket. Requests leave no faster than the
//! broker's pacing rules and the connector's limits allow, each with a limit of time, and a socket
//! that has died without a word is found by asking for the time. Only `broker` trades, and [`sim`] is a
//! gateway to rehearse against.
//!
//! docs/ibkr_history.md tells what the broker sends and what it does not.

mod broker;
mod failure;
mod gateway;
mod pacing;
mod request;
mod session;
pub mod sim;
mod source;
mod ticks;
mod wire;

#[cfg(test)]
mod tests;

pub use broker::{IbkrBroker, IbkrStream, connect, examine, ibkr_codes_table};
pub use source::IbkrHistory;
pub use ticks::{IbkrTickKind, IbkrTickPage, IbkrTickRequest};
