//! Alpaca: bars (v2), corporate actions (v1) and the calendar of its trading service, by key and secret.
//!
//! Bars are asked for unadjusted. A request is a chain of pages: bars, then corporate actions, then,
//! if the settings want it, the calendar; a cursor names the stage and the page token.

mod actions;
mod broker;
mod request;
pub mod sim;
mod source;
mod wire;

#[cfg(test)]
mod tests;

pub use broker::{alpaca_codes_table, connect, examine};
pub(in crate::connectors) use source::AlpacaBars;
