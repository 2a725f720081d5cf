//! The account as a broker.

mod care;
mod desk;
mod emergency;
mod sending;
mod snapshot;

pub(super) use desk::{AlpacaBroker, Patience};
