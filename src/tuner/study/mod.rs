//! Studies: trials in one order, whatever the timing.

mod search;
mod sequence;

pub use sequence::{Next, Outcome, Study, TunerError};
