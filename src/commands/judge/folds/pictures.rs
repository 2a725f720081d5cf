//! Pictures of all folds, beside their results.

use std::path::Path;

use crate::commands::study_report::{
    ReportFold, WalkForwardFigures, walk_forward_pictures, write_pictures,
};
use crate::commands::{Failure, FailureKind};
use crate::evaluate::walk::{FoldResult, PurgedOutcome, WalkForwardOutcome};

/// Draws the stitched equity with the borders of the folds, and validation against test.
///
/// # Errors
/// If a picture cannot be written.
pub(super) fn draw_walk_forward(
    folder: &Path,
    outcome: &WalkForwardOutcome,
) -> Result<(), Failure> {
    let stitched = &outcome.stitched;
    draw(
        folder,
        &WalkForwardFigures {
            folds: outcome.folds.iter().filter_map(report_fold).collect(),
            times: stitched.times.clone(),
            returns: stitched.returns.clone(),
            baseline: Some(("benchmark".to_owned(), stitched.benchmark_returns.clone())),
            path_sharpes: Vec::new(),
        },
    )
}

/// Draws the distribution over paths, and validation against test.
///
/// # Errors
/// If a picture cannot be written.
pub(super) fn draw_purged(folder: &Path, outcome: &PurgedOutcome) -> Result<(), Failure> {
    let paths = outcome.paths.iter();
    draw(
        folder,
        &WalkForwardFigures {
            folds: outcome.splits.iter().filter_map(report_fold).collect(),
            path_sharpes: paths.filter_map(|path| path.stitched.figures.sharpe).collect(),
            ..WalkForwardFigures::default()
        },
    )
}

fn draw(folder: &Path, figures: &WalkForwardFigures) -> Result<(), Failure> {
    write_pictures(folder, &walk_forward_pictures(figures))
        .map(drop)
        .map_err(|error| Failure::new(FailureKind::Data, error))
}

/// A fold by the first of its test ranges.
fn report_fold(fold: &FoldResult) -> Option<ReportFold> {
    let test = fold.tests.first()?;
    Some(ReportFold {
        test: test.range,
        test_start: *test.times.first()?,
        validation_sharpe: fold.validation.figures.sharpe,
        test_sharpe: test.figures.sharpe,
        test_return: test.figures.total_return,
    })
}
