//! The gate: one list of checks, one way through, and the facts that open and close it.

mod facts;
mod review;
mod usage;

pub use review::{RiskError, RiskGate, Verdict};
pub use usage::LimitUse;

#[cfg(test)]
mod tests;
