//! The loop itself.

use std::path::Path;

use super::hooks::{Resume, RunHooks};
use super::outcome::{RunEnd, RunResult};
use super::progress::{Progress, RunError};
use crate::base::Stopwatch;
use crate::config::Train;
use crate::learners::ppo::{Trainer, UpdateOutcome};

/// Trains until all steps are done, validation stops getting better, the caller asks for a stop or
/// numbers are lost. A checkpoint is written at the start, every so many seconds and at the end.
///
/// # Errors
/// [`RunError`]; the newest checkpoint is whole, and a later call goes on from it.
pub fn run(
    trainer: &mut Trainer,
    train: &Train,
    checkpoints: &Path,
    resume: Resume,
    hooks: &mut dyn RunHooks,
) -> Result<RunResult, RunError> {
    let mut progress = Progress::begin(trainer, checkpoints, resume)?;
    hooks.on_start(&progress.state);
    let every = train.checkpoint_every_seconds as f64;
    let mut since_saved = Stopwatch::start();
    let end = loop {
        if let Some(end) = progress.reason_to_end(trainer, train, hooks) {
            break end;
        }
        let report = match trainer.run_update()? {
            UpdateOutcome::Learned(report) => report,
            UpdateOutcome::Diverged(divergence) => {
                progress = Progress::begin(trainer, checkpoints, Resume::Must)?;
                return Ok(progress.result(RunEnd::Diverged(divergence), trainer));
            }
        };
        progress.note(&report);
        if report.update % train.validate_every_updates.max(1) == 0 || trainer.is_done() {
            progress.validate(trainer, hooks)?;
        }
        hooks.on_update(&report, &progress.state);
        if since_saved.seconds() >= every {
            progress.save(trainer, checkpoints)?;
            since_saved = Stopwatch::start();
        }
    };
    progress.save(trainer, checkpoints)?;
    Ok(progress.result(end, trainer))
}
