//! A double of Alpaca: the same paths, headers and frames on one port, with a made-up broker behind.
//!
//! [`AlpacaSim`] speaks HTTP/1.1 and websockets, trades on a [`Brokerage`], and does wrong when a [`Fault`]
//! says so. What really happened is its ground truth.
//!
//! [`Brokerage`]: crate::connectors::simulated::brokerage::Brokerage

mod clock;
mod desk;
mod faults;
mod market;
mod options;
mod orders;
mod routes;
mod server;
mod shapes;
mod wire;

pub use faults::{Fault, FaultKind, Moment, random_faults, read_faults};
pub use options::SimOptions;
pub use server::AlpacaSim;
