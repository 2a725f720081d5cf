//! From bars to the columns of the observation.
//!
//! A [`FeatureGraph`] says which columns there are; a [`FeatureStream`] computes them one row at a
//! time and [`batch`] is the replay of that stream over a whole panel. [`FittedTransforms`] are
//! fitted on the training days only and refuse to judge themselves there. [`FeatureDocument`] is
//! what a bundle keeps of all this, [`FeaturePipeline`] turns it back into rows for trading, and
//! [`prove()`] shows that no column knows the future.
//!
//! Nothing here reads files or the clock, and nothing is filled: a symbol without a bar keeps the
//! values that it had.

mod error;
mod graph;
mod indicators;
mod kernel;
mod pipeline;
mod prove;
mod simple;
mod transform;

#[cfg(test)]
mod test_panels;

pub use error::FeatureError;
pub use graph::{FeatureFrame, FeatureGraph, FeatureStream, batch};
pub use pipeline::{DocumentError, FeatureDocument, FeaturePipeline};
pub use prove::{
    BatchFn, CutCoverage, Divergence, DivergenceKind, ProofError, ProofReport, prove, prove_batch,
};
pub use transform::{FittedColumn, FittedStep, FittedTransforms};
