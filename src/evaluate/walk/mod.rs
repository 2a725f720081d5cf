//! Folds over the bars of an agent: walk-forward, and combinatorial purged cross-validation.
//!
//! Folds are row numbers first and days of a derived agent afterwards; training is somebody else's.
//! What every fold did on its test rows is put together here: stitched, as paths, as distributions.

mod agents;
mod distribution;
mod error;
mod folds;
mod outcome;
mod purged;
mod result;
mod rows;

#[cfg(test)]
mod tests;

pub use agents::{FoldAgent, Sheet};
pub use distribution::Distribution;
pub use error::WalkError;
pub use folds::{Fold, walk_forward_folds};
pub use outcome::{Path, PurgedOutcome, Stitched, WalkForwardOutcome};
pub use purged::{PurgedSplit, group_rows, num_paths, num_splits, purged_paths, purged_splits};
pub use result::{FoldFacts, FoldJudge, FoldResult, RangeResult};
pub use rows::DayRows;
