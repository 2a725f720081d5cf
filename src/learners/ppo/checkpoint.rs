//! Everything an interrupted training needs to go on with the same bits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::rollout::Standing;
use super::train::Trainer;
use crate::base::{Digest, FileError, Rng, RngState, digest_bytes, read_bytes};
use crate::learners::EnvironmentStateError;
use crate::learners::folder::{FolderError, write_folder};
use crate::models::{ActorCritic, Architecture, WeightsError};

/// Changes when an older reader could misread a newer checkpoint.
const SCHEMA_VERSION: u32 = 1;
const INDEX: &str = "checkpoint.json";
const COUNTERS: &str = "trainer.json";
const MODEL: &str = "model.safetensors";
const TENSORS: &str = "state.safetensors";
const ENVIRONMENT: &str = "environment.bin";

/// A checkpoint could not be written, read or used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The folder could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file has changed since it was written.
    #[error("{} must have digest {expected}, has {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the index says.
        expected: Digest,
        /// What the file has.
        found: Digest,
    },
    /// A file holds something else than it should.
    #[error("`{file}` of the checkpoint does not fit: {reason}")]
    Content {
        /// The file.
        file: String,
        /// Expected and found.
        reason: String,
    },
    /// The weights do not fit.
    #[error("the weights of the checkpoint do not fit")]
    Weights {
        /// What is wrong with them.
        source: WeightsError,
    },
    /// The environment does not fit.
    #[error("the environment of the checkpoint does not fit")]
    Environment {
        /// What is wrong with it.
        source: EnvironmentStateError,
    },
}

/// The files of a checkpoint, in memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoint {
    files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    schema_version: u32,
    files: BTreeMap<String, Digest>,
}

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

impl Checkpoint {
    /// Adds a file, such as the state of the loop around the trainer.
    pub fn insert(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(name.to_owned(), bytes);
    }

    /// A file by name.
    ///
    /// # Errors
    /// [`CheckpointError::Content`] if there is none.
    pub fn get(&self, name: &str) -> Result<&[u8], CheckpointError> {
        self.find(name).ok_or_else(|| misfit(name, "expected the file, found none"))
    }

    /// A file by name, if it is there.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Writes a new folder, whole or not at all.
    ///
    /// # Errors
    /// [`CheckpointError::Folder`] if it exists or cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let digests = self.files.iter().map(|(name, bytes)| (name.clone(), digest_bytes(bytes)));
        let index = Index { schema_version: SCHEMA_VERSION, files: digests.collect() };
        let mut files = self.files.clone();
        files.insert(INDEX.to_owned(), to_json(INDEX, &index)?);
        Ok(write_folder(path, &files)?)
    }

    /// Reads a folder and checks the digest of each file.
    ///
    /// # Errors
    /// [`CheckpointError`] that names the first file that is missing or damaged.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let index: Index = from_json(INDEX, &read_bytes(&path.join(INDEX))?)?;
        if index.schema_version != SCHEMA_VERSION {
            let reason =
                format!("schema_version must be {SCHEMA_VERSION}, was {}", index.schema_version);
            return Err(misfit(INDEX, &reason));
        }
        let mut files = BTreeMap::new();
        for (name, expected) in index.files {
            let bytes = read_bytes(&path.join(&name))?;
            let found = digest_bytes(&bytes);
            if found != expected {
                return Err(CheckpointError::Damaged { path: path.join(name), expected, found });
            }
            files.insert(name, bytes);
        }
        Ok(Self { files })
    }
}

impl Trainer {
    /// Everything that the next updates depend on.
    ///
    /// # Errors
    /// [`CheckpointError`] if the device does not give it up or the weights are not finite.
    pub fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        let counters = Counters {
            architecture: *self.net.architecture(),
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
            self.net.to_safetensors().map_err(|source| CheckpointError::Weights { source })?;
        let mut checkpoint = Checkpoint::default();
        checkpoint.insert(COUNTERS, to_json(COUNTERS, &counters)?);
        checkpoint.insert(MODEL, model);
        checkpoint.insert(TENSORS, self.tensors()?);
        checkpoint.insert(ENVIRONMENT, environment);
        Ok(checkpoint)
    }

    fn tensors(&self) -> Result<Vec<u8>, CheckpointError> {
        let Standing { obs, legal, hidden, episode_starts } = self.standing.clone();
        let tensors = [
            ("adam.mean", host(self.adam.mean.clone())?),
            ("adam.square", host(self.adam.square.clone())?),
            ("standing.episode_starts", host(episode_starts)?),
            ("standing.hidden", host(hidden)?),
            ("standing.legal", host(legal)?),
            ("standing.obs", host(obs)?),
        ];
        let views: Result<Vec<_>, _> = tensors
            .iter()
            .map(|(name, (shape, bytes))| {
                Ok((*name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
            })
            .collect();
        views
            .and_then(|views| serialize(views, None))
            .map_err(|error| misfit(TENSORS, &error.to_string()))
    }

    /// Goes back to a checkpoint; the next updates have the bits they would have had then.
    ///
    /// # Errors
    /// [`CheckpointError`] that names the part that does not fit this trainer, which must then be
    /// dropped.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let counters: Counters = from_json(COUNTERS, checkpoint.get(COUNTERS)?)?;
        let architecture = *self.net.architecture();
        let num_envs = self.environment.shape().num_envs;
        if (counters.architecture, counters.num_envs) != (architecture, num_envs) {
            let reason = format!(
                "expected {architecture:?} and {num_envs} environments, found {:?} and {}",
                counters.architecture, counters.num_envs
            );
            return Err(misfit(COUNTERS, &reason));
        }
        let device = self.net.parameters().device();
        self.net = ActorCritic::from_safetensors(architecture, checkpoint.get(MODEL)?, &device)
            .map_err(|source| CheckpointError::Weights { source })?;
        self.environment
            .restore(checkpoint.get(ENVIRONMENT)?)
            .map_err(|source| CheckpointError::Environment { source })?;
        let bytes = checkpoint.get(TENSORS)?;
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|error| misfit(TENSORS, &error.to_string()))?;
        let mean = device_tensor("adam.mean", &tensors, &self.adam.mean)?;
        let square = device_tensor("adam.square", &tensors, &self.adam.square)?;
        self.adam = self.adam.with_moments(mean, square, counters.adam_steps);
        let like = &self.standing;
        self.standing = Standing {
            obs: device_tensor("standing.obs", &tensors, &like.obs)?,
            legal: device_tensor("standing.legal", &tensors, &like.legal)?,
            hidden: device_tensor("standing.hidden", &tensors, &like.hidden)?,
            episode_starts: device_tensor(
                "standing.episode_starts",
                &tensors,
                &like.episode_starts,
            )?,
        };
        self.action_rng = Rng::restore(&counters.action_rng);
        self.shuffle_rng = Rng::restore(&counters.shuffle_rng);
        self.updates = counters.updates;
        self.env_steps = counters.env_steps;
        Ok(())
    }
}

/// Shape and little-endian bytes.
fn host<const D: usize>(tensor: Tensor<D>) -> Result<(Vec<usize>, Vec<u8>), CheckpointError> {
    let shape = tensor.dims().to_vec();
    let values: Vec<f32> =
        tensor.try_into_vec_as().map_err(|error| misfit(TENSORS, &error.to_string()))?;
    Ok((shape, values.iter().flat_map(|value| value.to_le_bytes()).collect()))
}

/// The tensor `name`, which must have the shape and goes to the device of `like`.
fn device_tensor<const D: usize>(
    name: &str,
    tensors: &SafeTensors<'_>,
    like: &Tensor<D>,
) -> Result<Tensor<D>, CheckpointError> {
    let view = tensors
        .tensor(name)
        .map_err(|_| misfit(TENSORS, &format!("expected a tensor `{name}`, found none")))?;
    let shape = like.dims();
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        let (dtype, found) = (view.dtype(), view.shape());
        let reason = format!("`{name}` must be F32 of shape {shape:?}, was {dtype} of {found:?}");
        return Err(misfit(TENSORS, &reason));
    }
    let (words, _) = view.data().as_chunks::<4>();
    let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    Ok(Tensor::from_data(TensorData::new(values, shape), &like.device()))
}

fn misfit(file: &str, reason: &str) -> CheckpointError {
    CheckpointError::Content { file: file.to_owned(), reason: reason.to_owned() }
}

fn to_json<T: Serialize>(file: &str, value: &T) -> Result<Vec<u8>, CheckpointError> {
    serde_json::to_vec_pretty(value).map_err(|error| misfit(file, &error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(
    file: &str,
    bytes: &[u8],
) -> Result<T, CheckpointError> {
    serde_json::from_slice(bytes).map_err(|error| misfit(file, &error.to_string()))
}
