//! Walk-forward folds as row numbers.

use std::ops::Range;

use super::WalkError;
use crate::config::{WalkForward, WalkMode};

/// The rows of one fold, in order of time, with a gap between each two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Counted from 0.
    pub number: usize,
    /// Rows to learn from.
    pub train: Range<usize>,
    /// Rows to choose among checkpoints.
    pub validation: Range<usize>,
    /// Rows to judge on.
    pub test: Range<usize>,
}

/// Cuts rows `0..num_rows` into folds: each `step_bars` after the one before, none beyond the end.
///
/// `embargo_bars` rows lie unused between training and validation and between validation and test.
/// Rows at the end that make no whole fold stay untested.
///
/// # Errors
/// [`WalkError::TooFewRows`] if not one fold fits.
pub fn walk_forward_folds(
    num_rows: usize,
    settings: &WalkForward,
    embargo_bars: usize,
) -> Result<Vec<Fold>, WalkError> {
    let &WalkForward { train_bars, validation_bars, test_bars, step_bars, mode } = settings;
    let fold_at = |number: usize| {
        let shift = number * step_bars.max(1);
        let start = if mode == WalkMode::Rolling { shift } else { 0 };
        let train = start..shift + train_bars;
        let validation_start = train.end + embargo_bars;
        let validation = validation_start..validation_start + validation_bars;
        let test_start = validation.end + embargo_bars;
        Fold { number, train, validation, test: test_start..test_start + test_bars }
    };
    let folds: Vec<Fold> =
        (0..).map(fold_at).take_while(|fold| fold.test.end <= num_rows).collect();
    if folds.is_empty() {
        let needed = fold_at(0).test.end;
        return Err(WalkError::TooFewRows { what: "walk-forward", needed, found: num_rows });
    }
    Ok(folds)
}
