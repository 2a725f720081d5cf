//! Files that a MetaTrader 5 terminal exports.

mod columns;
mod files;
mod rows;
mod source;

#[cfg(test)]
mod tests;

pub use source::Mt5Files;

pub(in crate::connectors) use files::divides;
pub(in crate::connectors) use rows::tick_flags;
pub(in crate::connectors) use source::{check_price, long_span};
