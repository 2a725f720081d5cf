//! A venue inside the process: it watches recorded bars and fills orders on them.
//!
//! It keeps its own cash and positions, so that the trader's account can be checked against it. It
//! knows nothing of signals, weights or limits.

mod venue;

#[cfg(test)]
mod tests;

pub use venue::SimulatedVenue;
