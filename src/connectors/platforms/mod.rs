//! Folders of files as platforms lay them out: LEAN, HistData, MetaTrader 5.
//!
//! Each reader turns rows into ticks or short bars with UTC instants; one maker builds the bars that
//! were asked for and keeps what lies in the sessions and in the range.

mod histdata;
mod lean;
mod lines;
mod maker;
pub(in crate::connectors) mod mt5;
mod read_ticks;
#[cfg(test)]
mod real_files_tests;
mod wall;

pub use histdata::HistdataFiles;
pub use lean::LeanFiles;
pub(in crate::connectors) use maker::BarMaker;
pub use mt5::Mt5Files;
pub use read_ticks::{TickPart, read_ticks};
pub(in crate::connectors) use wall::ServerClock;
