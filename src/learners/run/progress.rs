//! The state of the loop with the best network, on the way and on the disk.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, CheckpointError};
use super::hooks::{Resume, RunHooks};
use super::learner::{LearnError, Learner, UpdateReport};
use super::outcome::{RunEnd, RunResult, RunState, Validation};
use crate::config::Train;
use crate::learners::Policy;
use crate::learners::folder::{FolderError, names_in, remove_folder};
use crate::models::{Model, WeightsError};

const LOOP: &str = "run.json";
const BEST: &str = "best.safetensors";

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
    Learn(#[from] LearnError),
    /// Validation failed.
    #[error("cannot validate the policy after update {update}")]
    Validate {
        /// The update.
        update: u64,
        /// The caller's reason.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// The state of the loop with the best network.
pub(super) struct Progress {
    pub(super) state: RunState,
    best: Option<Model>,
}

impl Progress {
    /// Goes on from the newest checkpoint, or makes the first.
    pub(super) fn begin(
        learner: &mut dyn Learner,
        folder: &Path,
        resume: Resume,
    ) -> Result<Self, RunError> {
        let mut saved = saved_checkpoints(folder)?;
        if resume == Resume::Never {
            for (_, path) in saved.drain(..) {
                remove_folder(&path)?;
            }
        }
        match saved.last() {
            Some((_, path)) => Self::restore(learner, path)
                .map_err(|source| RunError::Checkpoint { path: path.clone(), source }),
            None if resume == Resume::Must => {
                Err(RunError::NoCheckpoint { path: folder.to_owned() })
            }
            None => {
                let first = Self { state: RunState::default(), best: None };
                first.save(learner, folder)?;
                Ok(first)
            }
        }
    }

    fn restore(learner: &mut dyn Learner, path: &Path) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::load(path)?;
        let state = serde_json::from_slice(checkpoint.get(LOOP)?).map_err(|error| {
            CheckpointError::Content { file: LOOP.to_owned(), reason: error.to_string() }
        })?;
        learner.restore(&checkpoint)?;
        let best = checkpoint.find(BEST).map(|bytes| {
            let device = learner.model().parameters().device();
            Model::from_safetensors(learner.model().architecture().clone(), bytes, &device)
        });
        let best = best.transpose().map_err(|source| CheckpointError::Weights { source })?;
        Ok(Self { state, best })
    }

    pub(super) fn reason_to_end(
        &self,
        learner: &dyn Learner,
        train: &Train,
        hooks: &dyn RunHooks,
    ) -> Option<RunEnd> {
        let without_best = self.state.validations_without_best();
        if learner.progress().is_done() {
            Some(RunEnd::Finished)
        } else if train.early_stop_validations.is_some_and(|limit| without_best >= limit) {
            Some(RunEnd::StoppedEarly)
        } else if hooks.should_stop() {
            Some(RunEnd::Interrupted)
        } else {
            None
        }
    }

    pub(super) fn note(&mut self, report: &UpdateReport) {
        self.state.updates = report.update;
        self.state.env_steps = report.env_steps;
    }

    pub(super) fn validate(
        &mut self,
        learner: &dyn Learner,
        hooks: &mut dyn RunHooks,
    ) -> Result<(), RunError> {
        let (update, env_steps) = (self.state.updates, self.state.env_steps);
        let score = hooks
            .validate(Policy::new(learner.model()))
            .map_err(|source| RunError::Validate { update, source })?;
        let made = Validation { update, env_steps, score: score.is_finite().then_some(score) };
        let best_score = self.state.best.and_then(|best| best.score);
        if made.score.is_some() && best_score.is_none_or(|best| score > best) {
            self.state.best = Some(made);
            self.best = Some(learner.model().clone());
        }
        self.state.validations.push(made);
        Ok(())
    }

    /// Writes a checkpoint and, once it is whole, removes the older ones.
    pub(super) fn save(&self, learner: &dyn Learner, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(format!("{:08}", self.state.updates));
        if path.exists() {
            return Ok(());
        }
        let failed = |source| RunError::Checkpoint { path: path.clone(), source };
        let mut checkpoint = learner.checkpoint().map_err(failed)?;
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

    pub(super) fn result(self, end: RunEnd, learner: &dyn Learner) -> RunResult {
        RunResult { end, state: self.state, last: learner.model().clone(), best: self.best }
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
