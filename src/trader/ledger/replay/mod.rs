//! Feeding a ledger to a fresh engine: the same events must have the same effects, byte for byte.

mod difference;
mod run;

pub use run::{Divergence, Process, Replayed, replay};
