//! The trainer as the loop sees it, and everything it needs to go on with the same bits.

use serde::{Deserialize, Serialize};

use super::rollout::Standing;
use super::train::Trainer;
use crate::base::{Rng, RngState};
use crate::learners::run::{
    Checkpoint, CheckpointError, HostTensor, LearnError, Learner, LearnerProgress, UpdateOutcome,
    misfit,
};
use crate::models::{Architecture, Model};

const COUNTERS: &str = "trainer.json";
const MODEL: &str = "model.safetensors";
const TENSORS: &str = "state.safetensors";
const ENVIRONMENT: &str = "environment.bin";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    architecture: Architecture,
    num_envs: usize,
    updates: u64,
    env_steps: u64,
    adam_steps: u64,
    action_rng: RngState,
    shuffle_rng: RngState,
}

impl Learner for Trainer {
    fn run_update(&mut self) -> Result<UpdateOutcome, LearnError> {
        Ok(match Self::run_update(self).map_err(LearnError::new)? {
            UpdateOutcome::Learned(report) => UpdateOutcome::Learned(report.into()),
            UpdateOutcome::Diverged(divergence) => UpdateOutcome::Diverged(divergence),
        })
    }

    fn progress(&self) -> LearnerProgress {
        LearnerProgress {
            updates: self.updates,
            env_steps: self.env_steps,
            total_env_steps: self.config.total_env_steps,
        }
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        let counters = Counters {
            architecture: self.model.architecture().clone(),
            num_envs: self.environment.shape().num_envs,
            updates: self.updates,
            env_steps: self.env_steps,
            adam_steps: self.adam.steps,
            action_rng: self.action_rng.state(),
            shuffle_rng: self.shuffle_rng.state(),
        };
        let environment =
            self.environment.state().map_err(|source| CheckpointError::Environment { source })?;
        let model =
            self.model.to_safetensors().map_err(|source| CheckpointError::Weights { source })?;
        let mut checkpoint = Checkpoint::default();
        checkpoint.insert_json(COUNTERS, &counters)?;
        checkpoint.insert(MODEL, model);
        checkpoint.insert(ENVIRONMENT, environment);
        let Standing { obs, legal, state, episode_starts } = self.standing.clone();
        let tensors = [
            ("adam.mean", HostTensor::fetch(self.adam.mean.clone())?),
            ("adam.square", HostTensor::fetch(self.adam.square.clone())?),
            ("standing.episode_starts", HostTensor::fetch(episode_starts)?),
            ("standing.legal", HostTensor::fetch(legal)?),
            ("standing.obs", HostTensor::fetch(obs)?),
            ("standing.state", HostTensor::fetch(state)?),
        ];
        checkpoint.insert_tensors(TENSORS, &tensors)?;
        Ok(checkpoint)
    }

    fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let counters: Counters = checkpoint.get_json(COUNTERS)?;
        let architecture = self.model.architecture().clone();
        let num_envs = self.environment.shape().num_envs;
        if (&counters.architecture, counters.num_envs) != (&architecture, num_envs) {
            let reason = format!(
                "expected {architecture:?} and {num_envs} environments, found {:?} and {}",
                counters.architecture, counters.num_envs
            );
            return Err(misfit(COUNTERS, &reason));
        }
        let device = self.model.parameters().device();
        self.model = Model::from_safetensors(architecture, checkpoint.get(MODEL)?, &device)
            .map_err(|source| CheckpointError::Weights { source })?;
        self.environment
            .restore(checkpoint.get(ENVIRONMENT)?)
            .map_err(|source| CheckpointError::Environment { source })?;
        let tensors = checkpoint.get_tensors(TENSORS)?;
        let mean = tensors.like("adam.mean", &self.adam.mean)?;
        let square = tensors.like("adam.square", &self.adam.square)?;
        self.adam = self.adam.with_moments(mean, square, counters.adam_steps);
        let like = &self.standing;
        self.standing = Standing {
            obs: tensors.like("standing.obs", &like.obs)?,
            legal: tensors.like("standing.legal", &like.legal)?,
            state: tensors.like("standing.state", &like.state)?,
            episode_starts: tensors.like("standing.episode_starts", &like.episode_starts)?,
        };
        self.action_rng = Rng::restore(&counters.action_rng);
        self.shuffle_rng = Rng::restore(&counters.shuffle_rng);
        self.updates = counters.updates;
        self.env_steps = counters.env_steps;
        Ok(())
    }
}
