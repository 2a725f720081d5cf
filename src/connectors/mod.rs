//! Adapters to the outside: files, vendors, made-up markets, venues, trackers.
//!
//! Each one turns a foreign format into the words of `domain` and holds no rule of trading.

mod fetch;
pub mod local;
mod open;
pub mod simulated;
pub mod synthetic;
pub mod tensorboard;

#[cfg(test)]
mod fetch_tests;
#[cfg(test)]
mod real_files_tests;

pub use fetch::{
    FetchError, FetchJob, FetchMode, FetchOutcome, SymbolFetch, SymbolPlan, fetch, plan,
};
pub use open::open_source;
