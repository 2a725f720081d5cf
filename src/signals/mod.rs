//! What an agent wishes: target weights for one decision time.
//!
//! A [`SignalSource`] sees every row of the market and, when a decision is due, the position block of
//! one account. It speaks plain numbers and sends nothing to anybody.

mod bundle;
mod signal;
mod source;

pub use bundle::BundleSignal;
pub use signal::{Signal, Target};
pub use source::{DecisionPoint, SignalError, SignalSource};
