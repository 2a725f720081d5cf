//! The loop itself.

use std::path::Path;

use super::hooks::{Resume, RunHooks};
use super::learner::{Learner, UpdateOutcome};
use super::outcome::{RunEnd, RunResult};
use super::progress::{Progress, RunError};
use crate::base::Stopwatch;
use crate::config::Train;

/// Trains until all steps are done, validation stops getting better, the caller asks for a stop or
/// numbers are lost. A checkpoint is written at the start, every so many seconds and at the end.
///
/// # Errors
/// [`RunError`]; the newest checkpoint is whole, and a later call goes on from it.
pub fn run(
    learner: &mut dyn Learner,
    train: &Train,
    checkpoints: &Path,
    resume: Resume,
    hooks: &mut dyn RunHooks,
) -> Result<RunResult, RunError> {
    let mut progress = Progress::begin(learner, checkpoints, resume)?;
    hooks.on_start(&progress.state);
    let every = train.checkpoint_every_seconds as f64;
    let mut since_saved = Stopwatch::start();
    let end = loop {
        if let Some(end) = progress.reason_to_end(learner, train, hooks) {
            break end;
        }
        let report = match learner.run_update()? {
            UpdateOutcome::Learned(report) => report,
            UpdateOutcome::Diverged(divergence) => {
                progress = Progress::begin(learner, checkpoints, Resume::Must)?;
                return Ok(progress.result(RunEnd::Diverged(divergence), learner));
            }
        };
        progress.note(&report);
        if report.update % train.validate_every_updates.max(1) == 0 || learner.progress().is_done()
        {
            progress.validate(learner, hooks)?;
        }
        hooks.on_update(&report, &progress.state);
        if since_saved.seconds() >= every {
            progress.save(learner, checkpoints)?;
            since_saved = Stopwatch::start();
        }
    };
    progress.save(learner, checkpoints)?;
    Ok(progress.result(end, learner))
}
