//! Why folds cannot be made.

use crate::base::TimeError;
use crate::evaluate::MarketError;
use crate::learners::PolicyError;
use crate::learners::bundle::BundleError;

/// Folds cannot be made or judged.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Not one fold fits.
    #[error("{what} needs at least {needed} bars, found {found} after warm-up")]
    TooFewRows {
        /// Which kind of folds.
        what: &'static str,
        /// The least number.
        needed: usize,
        /// Bars that are there.
        found: usize,
    },
    /// A fold has no whole day of what it needs.
    #[error("fold {fold} has no {part} of at least 2 bars on whole days; make its parts longer")]
    NoDays {
        /// Which fold.
        fold: usize,
        /// Which part of it.
        part: &'static str,
    },
    /// The days make no range.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The market of a fold cannot be prepared.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The bundle of a fold is damaged.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The policy of a fold cannot answer.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}
