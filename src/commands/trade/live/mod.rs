//! `releat live` and `releat paper --venue BROKER`: agents at a real venue.

mod command;
mod facts;
mod history;
mod pace;
mod refusals;
mod venue;

#[cfg(test)]
mod tests;

pub use command::{LiveOptions, Money, trade_at};
pub use venue::BrokerKind;
