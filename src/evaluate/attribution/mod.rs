//! Why a paper session earned something else than the backtest of the same days.
//!
//! Five counterfactual accounts lie between the two, each one step away from the next, and every step has a name:
//! data, missed orders, latency, fill price, cost. Their differences add up to the whole difference, day by day.
//! Nothing here trades, reads a file or a clock.

mod account;
mod document;
mod error;
mod input;
mod picture;
mod shares;
mod split;
mod trace;

#[cfg(test)]
mod tests;

pub use document::AttributionDocument;
pub use error::AttributionError;
pub use input::{Backtest, Exit, Rules};
pub use picture::attribution_picture;
pub use split::{Attribution, DaySplit, Terms, attribute};
pub use trace::{Opening, SeenRow, SessionTrace, TracedFill};
