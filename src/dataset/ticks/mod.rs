//! Ticks: columns, checks, days in the lake, and the bars that are made of them.
//!
//! Bars come from one state machine that takes a tick at a time; the batch is its fold, so a stream
//! that is cut anywhere gives the same bars. This module reads no vendor's format.

mod bars;
mod clean;
mod clock;
mod file;
mod join;
mod manifest;
mod store;
mod table;

#[cfg(test)]
mod tests;

pub use bars::{BarRule, PassedOver, RuleError, TickBars, bars_from_ticks, tick_price};
pub use clean::{TickDefect, TickReport, clean_ticks};
pub use clock::{BarClock, BarSpan, days_of_bar};
pub use join::{BarJoiner, join_bars};
pub use manifest::{TickDay, TickManifest};
pub use store::{TickCommit, TickKey, TickLake};
pub use table::TickTable;
