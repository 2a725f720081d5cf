//! From a wish to orders: when, how much and at which price.
//!
//! [`Executor`] works the intents of the engine as parents: it cuts each into children by the rule of
//! `trade.execution`, fits them to the venue's lots, price steps and least notional, and sees to the protective orders
//! of `trade.bracket`. It reads no clock, sends nothing itself and knows no limits: what it returns are wishes.

mod bracket;
mod children;
mod executor;
mod instrument;
mod intent;
mod parent;
mod plan;
mod profile;

#[cfg(test)]
mod tests;

pub(crate) use executor::Executor;
pub(crate) use intent::{Intent, SymbolView, View, Wish};
