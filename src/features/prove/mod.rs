//! The proof that no column knows the future.

mod divergence;
mod futures;
mod proof;

#[cfg(test)]
mod tests;

pub use divergence::{Divergence, DivergenceKind};
pub use proof::{BatchFn, CutCoverage, ProofError, ProofReport, prove, prove_batch};
