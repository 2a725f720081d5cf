//! The technical indicators and the returns, one streaming kernel each.
//!
//! Formulas and seeding are those of TA-Lib 0.8 wherever it has the function; the fixtures under
//! `tests/fixtures/talib` hold its numbers, and every kernel stays within a relative 1e-9 of them
//! after its warm-up. No kernel reads more than the bars that it was given, and none resamples,
//! scales or clips.

mod averages;
mod bands;
mod catalog;
mod directional;
mod momentum;
mod pairs;
mod returns;
pub(crate) mod rolling;

#[cfg(test)]
mod oracle_tests;

pub(crate) use catalog::{build, output_names};
