//! The trainer as the loop sees it, and everything it needs to go on with the same bits.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::replay::Content;
use super::train::{Standing, Trainer};
use crate::base::{Rng, RngState};
use crate::learners::run::{
    Checkpoint, CheckpointError, HostTensor, LearnError, Learner, LearnerProgress, TensorFile,
    UpdateOutcome, misfit,
};
use crate::models::{Architecture, Model};

const COUNTERS: &str = "trainer.json";
const MODEL: &str = "model.safetensors";
const TARGET: &str = "target.safetensors";
const TENSORS: &str = "state.safetensors";
const REPLAY: &str = "replay.safetensors";
const PRIORITIES: &str = "priorities.bin";
const ENVIRONMENT: &str = "environment.bin";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counters {
    architecture: Architecture,
    num_envs: usize,
    updates: u64,
    env_steps: u64,
    gradient_steps: u64,
    adam_steps: u64,
    replay_steps: usize,
    action_rng: RngState,
    replay_rng: RngState,
    noise_rng: RngState,
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
            gradient_steps: self.gradient_steps,
            adam_steps: self.adam.steps,
            replay_steps: self.replay.pushed(),
            action_rng: self.action_rng.state(),
            replay_rng: self.replay_rng.state(),
            noise_rng: self.noise_rng.state(),
        };
        let environment =
            self.environment.state().map_err(|source| CheckpointError::Environment { source })?;
        let weights = |model: &Model| {
            model.to_safetensors().map_err(|source| CheckpointError::Weights { source })
        };
        let mut checkpoint = Checkpoint::default();
        checkpoint.insert_json(COUNTERS, &counters)?;
        checkpoint.insert(MODEL, weights(&self.model)?);
        checkpoint.insert(TARGET, weights(&self.target)?);
        checkpoint.insert(ENVIRONMENT, environment);
        let Standing { obs, legal, state } = self.standing.clone();
        let tensors = [
            ("adam.mean", HostTensor::fetch(self.adam.mean.clone())?),
            ("adam.square", HostTensor::fetch(self.adam.square.clone())?),
            ("standing.legal", HostTensor::fetch(legal)?),
            ("standing.obs", HostTensor::fetch(obs)?),
            ("standing.state", HostTensor::fetch(state)?),
        ];
        checkpoint.insert_tensors(TENSORS, &tensors)?;
        self.add_replay(&mut checkpoint)?;
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
        let weights = |name: &str| {
            Model::from_safetensors(architecture.clone(), checkpoint.get(name)?, &device)
                .map_err(|source| CheckpointError::Weights { source })
        };
        (self.model, self.target) = (weights(MODEL)?, weights(TARGET)?);
        self.environment
            .restore(checkpoint.get(ENVIRONMENT)?)
            .map_err(|source| CheckpointError::Environment { source })?;
        let tensors = checkpoint.get_tensors(TENSORS)?;
        let mean = tensors.like("adam.mean", &self.adam.mean)?;
        let square = tensors.like("adam.square", &self.adam.square)?;
        self.adam = self.adam.with_moments(mean, square, counters.adam_steps);
        self.standing = Standing {
            obs: tensors.like("standing.obs", &self.standing.obs)?,
            legal: tensors.like("standing.legal", &self.standing.legal)?,
            state: tensors.like("standing.state", &self.standing.state)?,
        };
        self.take_replay(checkpoint, counters.replay_steps)?;
        self.action_rng = Rng::restore(&counters.action_rng);
        self.replay_rng = Rng::restore(&counters.replay_rng);
        self.noise_rng = Rng::restore(&counters.noise_rng);
        self.updates = counters.updates;
        self.env_steps = counters.env_steps;
        self.gradient_steps = counters.gradient_steps;
        Ok(())
    }
}

impl Trainer {
    /// The filled part of the buffer as raw numbers, and the priorities in full precision.
    fn add_replay(&self, checkpoint: &mut Checkpoint) -> Result<(), CheckpointError> {
        let Content { steps, afters, states, priorities } = self.replay.content();
        let mut tensors = vec![("states", HostTensor::fetch(states)?)];
        if let (Some(steps), Some(afters)) = (steps, afters) {
            tensors.push(("steps", HostTensor::fetch(steps)?));
            tensors.push(("afters", HostTensor::fetch(afters)?));
        }
        checkpoint.insert_tensors(REPLAY, &tensors)?;
        if let Some((weights, largest)) = priorities {
            let values = weights.iter().chain([&largest]);
            checkpoint.insert(PRIORITIES, values.flat_map(|value| value.to_le_bytes()).collect());
        }
        Ok(())
    }

    fn take_replay(
        &mut self,
        checkpoint: &Checkpoint,
        pushed: usize,
    ) -> Result<(), CheckpointError> {
        let tensors = checkpoint.get_tensors(REPLAY)?;
        let [steps, afters, states] = self.replay.content_shapes(pushed);
        let device = self.model.parameters().device();
        let table = |tensors: &TensorFile<'_>, name: &str, shape: [usize; 2]| {
            let values = tensors.values(name, &shape)?;
            Ok::<_, CheckpointError>(Tensor::from_data(TensorData::new(values, shape), &device))
        };
        let filled = |name: &str, shape: [usize; 2]| {
            (pushed > 0).then(|| table(&tensors, name, shape)).transpose()
        };
        let content = Content {
            states: table(&tensors, "states", states)?,
            steps: filled("steps", steps)?,
            afters: filled("afters", afters)?,
            priorities: self
                .replay
                .is_prioritized()
                .then(|| priorities(checkpoint.get(PRIORITIES)?, states[0]))
                .transpose()?,
        };
        self.replay.restore(pushed, content);
        Ok(())
    }
}

/// The weights of `count` sequences and the largest priority.
fn priorities(bytes: &[u8], count: usize) -> Result<(Vec<f64>, f64), CheckpointError> {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut values: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
    match values.pop() {
        Some(largest) if rest.is_empty() && values.len() == count => Ok((values, largest)),
        _ => {
            let (expected, found) = (8 * (count + 1), bytes.len());
            Err(misfit(PRIORITIES, &format!("expected {expected} bytes, found {found}")))
        }
    }
}
