//! The simple kinds: shapes of one instrument's recent window, free of the price scale.
//!
//! Every value depends on nothing but the last `window` bars, so a stream that began later agrees
//! with one that began earlier as soon as both have warmed up.

mod build;
mod butterworth;
mod gradient;
mod inflection;
mod peaks;
mod sine;
mod smoothing;
mod statistics;
mod window;

pub(super) use build::{build, output_names};
