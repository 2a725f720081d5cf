//! The loop around a trainer: validate, keep checkpoints, remember the best, stop.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::folder::{FolderError, names_in, remove_folder};
use super::policy::Policy;
use super::ppo::{
    Checkpoint, CheckpointError, Divergence, PpoError, Trainer, UpdateOutcome, UpdateReport,
};
use crate::config::Train;
use crate::models::{ActorCritic, WeightsError};

const LOOP: &str = "run.json";
const BEST: &str = "best.safetensors";

/// What the caller does along the way.
pub trait RunHooks {
    /// Called once before the first update, with the state after a resume if there was one.
    fn on_start(&mut self, state: &RunState);

    /// Called after each update and the validation that may have followed.
    fn on_update(&mut self, report: &UpdateReport, state: &RunState);

    /// Judges the present policy on held-back data; higher is better.
    ///
    /// # Errors
    /// Whatever keeps it from judging; it ends the run.
    fn validate(&mut self, policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>>;

    /// Asked between updates; `true` ends the run after a checkpoint.
    fn should_stop(&self) -> bool;
}

/// What to do with checkpoints of an earlier process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Go on from the newest one, if there is one.
    Auto,
    /// Go on from the newest one; it is an error if there is none.
    Must,
    /// Remove them and start afresh.
    Never,
}

/// The state of the loop, as a checkpoint keeps it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Updates done.
    pub updates: u64,
    /// Environment steps done.
    pub env_steps: u64,
    /// All validations so far, oldest first.
    pub validations: Vec<Validation>,
    /// The best of them, if any had a finite score.
    pub best: Option<Validation>,
}

/// One judgement of the policy on held-back data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// The update after which it was made.
    pub update: u64,
    /// Environment steps behind the policy.
    pub env_steps: u64,
    /// The score; higher is better, absent if it was not a finite number.
    pub score: Option<f64>,
}

impl RunState {
    /// Validations since the best one.
    #[must_use]
    pub fn validations_without_best(&self) -> u64 {
        let since = self.best.map_or(0, |best| best.update);
        self.validations.iter().filter(|made| made.update > since).count() as u64
    }
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEnd {
    /// All steps are done.
    Finished,
    /// Validation stopped getting better.
    StoppedEarly,
    /// The caller asked for a stop; the run can go on from its checkpoint.
    Interrupted,
    /// Numbers were lost; the networks are those of the last good checkpoint.
    Diverged(Divergence),
}

/// What a run leaves.
#[derive(Debug)]
pub struct RunResult {
    /// Why it ended.
    pub end: RunEnd,
    /// The state of the loop.
    pub state: RunState,
    /// The policy at the end.
    pub last: ActorCritic,
    /// The policy with the best validation score, if there was one.
    pub best: Option<ActorCritic>,
}

/// A run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nothing to resume.
    #[error("expected a checkpoint to resume from in {}, found none", path.display())]
    NoCheckpoint {
        /// The folder of checkpoints.
        path: PathBuf,
    },
    /// The folder of checkpoints cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A checkpoint cannot be written or used.
    #[error("cannot use the checkpoint {}", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// The best weights cannot be kept or used.
    #[error("cannot keep the best weights")]
    Best {
        /// What is wrong with them.
        source: WeightsError,
    },
    /// Training failed.
    #[error(transparent)]
    Ppo(#[from] PpoError),
    /// Validation failed.
    #[error("cannot validate the policy after update {update}")]
    Validate {
        /// The update.
        update: u64,
        /// The caller's reason.
        source: Box<dyn Error + Send + Sync>,
    },
}

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
    let every = Duration::from_secs(train.checkpoint_every_seconds);
    let mut saved_at = Instant::now();
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
        if saved_at.elapsed() >= every {
            progress.save(trainer, checkpoints)?;
            saved_at = Instant::now();
        }
    };
    progress.save(trainer, checkpoints)?;
    Ok(progress.result(end, trainer))
}

/// The state of the loop with the best network.
struct Progress {
    state: RunState,
    best: Option<ActorCritic>,
}

impl Progress {
    /// Goes on from the newest checkpoint, or makes the first.
    fn begin(trainer: &mut Trainer, folder: &Path, resume: Resume) -> Result<Self, RunError> {
        let mut saved = saved_checkpoints(folder)?;
        if resume == Resume::Never {
            for (_, path) in saved.drain(..) {
                remove_folder(&path)?;
            }
        }
        match saved.last() {
            Some((_, path)) => Self::restore(trainer, path)
                .map_err(|source| RunError::Checkpoint { path: path.clone(), source }),
            None if resume == Resume::Must => {
                Err(RunError::NoCheckpoint { path: folder.to_owned() })
            }
            None => {
                let first = Self { state: RunState::default(), best: None };
                first.save(trainer, folder)?;
                Ok(first)
            }
        }
    }

    fn restore(trainer: &mut Trainer, path: &Path) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::load(path)?;
        let state = serde_json::from_slice(checkpoint.get(LOOP)?).map_err(|error| {
            CheckpointError::Content { file: LOOP.to_owned(), reason: error.to_string() }
        })?;
        trainer.restore(&checkpoint)?;
        let best = checkpoint.find(BEST).map(|bytes| {
            let device = trainer.net().parameters().device();
            ActorCritic::from_safetensors(*trainer.net().architecture(), bytes, &device)
        });
        let best = best.transpose().map_err(|source| CheckpointError::Weights { source })?;
        Ok(Self { state, best })
    }

    fn reason_to_end(
        &self,
        trainer: &Trainer,
        train: &Train,
        hooks: &dyn RunHooks,
    ) -> Option<RunEnd> {
        let without_best = self.state.validations_without_best();
        if trainer.is_done() {
            Some(RunEnd::Finished)
        } else if train.early_stop_validations.is_some_and(|limit| without_best >= limit) {
            Some(RunEnd::StoppedEarly)
        } else if hooks.should_stop() {
            Some(RunEnd::Interrupted)
        } else {
            None
        }
    }

    fn note(&mut self, report: &UpdateReport) {
        self.state.updates = report.update;
        self.state.env_steps = report.env_steps;
    }

    fn validate(&mut self, trainer: &Trainer, hooks: &mut dyn RunHooks) -> Result<(), RunError> {
        let (update, env_steps) = (self.state.updates, self.state.env_steps);
        let score = hooks
            .validate(Policy::new(trainer.net()))
            .map_err(|source| RunError::Validate { update, source })?;
        let made = Validation { update, env_steps, score: score.is_finite().then_some(score) };
        let best_score = self.state.best.and_then(|best| best.score);
        if made.score.is_some() && best_score.is_none_or(|best| score > best) {
            self.state.best = Some(made);
            self.best = Some(trainer.net().clone());
        }
        self.state.validations.push(made);
        Ok(())
    }

    /// Writes a checkpoint and, once it is whole, removes the older ones.
    fn save(&self, trainer: &Trainer, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(format!("{:08}", self.state.updates));
        if path.exists() {
            return Ok(());
        }
        let failed = |source| RunError::Checkpoint { path: path.clone(), source };
        let mut checkpoint = trainer.checkpoint().map_err(failed)?;
        let state = serde_json::to_vec_pretty(&self.state).map_err(|error| {
            failed(CheckpointError::Content { file: LOOP.to_owned(), reason: error.to_string() })
        })?;
        checkpoint.insert(LOOP, state);
        if let Some(best) = &self.best {
            let bytes = best.to_safetensors().map_err(|source| RunError::Best { source })?;
            checkpoint.insert(BEST, bytes);
        }
        checkpoint.save(&path).map_err(failed)?;
        for (updates, older) in saved_checkpoints(folder)? {
            if updates != self.state.updates {
                remove_folder(&older)?;
            }
        }
        Ok(())
    }

    fn result(self, end: RunEnd, trainer: &Trainer) -> RunResult {
        RunResult { end, state: self.state, last: trainer.net().clone(), best: self.best }
    }
}

/// Whole checkpoints by number of updates, oldest first. What an interrupted write left behind has a
/// name that is no number, and is removed.
fn saved_checkpoints(folder: &Path) -> Result<Vec<(u64, PathBuf)>, RunError> {
    fs::create_dir_all(folder)
        .map_err(|source| FolderError::Io { path: folder.to_owned(), source })?;
    let mut found = Vec::new();
    for name in names_in(folder)? {
        let path = folder.join(&name);
        match name.parse() {
            Ok(updates) => found.push((updates, path)),
            Err(_) if name.starts_with('.') && name.ends_with(".tmp") => remove_folder(&path)?,
            Err(_) => {}
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
