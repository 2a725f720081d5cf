//! What agents wish: target weights for one decision time.
//!
//! A [`SignalSource`] sees every row of the market and, when a decision is due, the position block of
//! one account. It speaks plain numbers and sends nothing to anybody. [`BundleSignal`] is one agent,
//! [`Ensemble`] makes one wish of several.

mod bundle;
mod ensemble;
mod error;
mod opinion;
mod signal;
mod source;

#[cfg(test)]
mod fixtures;

pub use bundle::BundleSignal;
pub use ensemble::Ensemble;
pub use error::SignalError;
pub use opinion::{Diagnostics, Joint, MemberView, Opinion};
pub use signal::{Signal, Target, Views};
pub use source::{DecisionPoint, SignalSource};
