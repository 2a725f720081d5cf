//! `releat live` and `releat paper --venue BROKER`: agents at a real venue, on one account or on several.

mod command;
mod desk;
mod facts;
mod history;
mod pace;
mod prepare;
mod refusals;
mod standing;
mod takeover;
mod venue;

#[cfg(test)]
mod tests;

pub use command::{LiveOptions, Money, trade_at};
pub use desk::{DeskOptions, trade_desk};
pub use venue::BrokerKind;
