//! Event files that TensorBoard reads: scalars over steps.
//!
//! It writes and never reads; the run's own JSON lines are the truth, these files are a view of them.

mod record;
mod wire;
mod writer;

pub use writer::{EventError, EventWriter};

#[cfg(test)]
mod tests;
