//! A venue inside the process: it watches recorded bars and quotes and fills orders on them.
//!
//! It keeps its own orders, cash and positions, so that the trader's account can be checked against it, and the faults
//! of real venues can be rehearsed on it. It knows nothing of signals, weights or limits.

pub mod brokerage;
mod exchange;
pub mod faults;
mod hours;
mod journal;
mod matching;
mod rules;
mod truth;
mod venue;

#[cfg(test)]
mod tests;

pub use exchange::Tampering;
pub use journal::JournalError;
pub use rules::{LimitFill, VenueRules};
pub use truth::{Owner, Posting, Truth, TruthFill, TruthOrder};
pub use venue::SimulatedVenue;
