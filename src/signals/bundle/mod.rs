//! One agent: the features, the observation and the policy of training.

mod agent;
mod what_if;

#[cfg(test)]
mod tests;

pub use agent::BundleSignal;

pub(super) use agent::Room;
