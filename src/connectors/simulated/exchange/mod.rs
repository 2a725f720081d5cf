//! The venue's own state: orders meet bars and quotes. It reads no clock and no file, so the same calls always give
//! the same venue.

mod account;
mod bars;
mod family;
mod orders;
mod quotes;
mod resting;
mod state;
mod tamper;
mod trades;

pub(super) use state::Exchange;
pub use tamper::Tampering;
