//! Everything an interrupted training needs, as files of one folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{Digest, FileError, digest_bytes, read_bytes};
use crate::learners::EnvironmentStateError;
use crate::learners::folder::{FolderError, write_folder};
use crate::models::WeightsError;

/// Changes when an older reader could misread a newer checkpoint.
const SCHEMA_VERSION: u32 = 2;
const INDEX: &str = "checkpoint.json";

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

impl Checkpoint {
    /// Adds a file, such as the state of the loop around the learner.
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

    /// Adds a value as JSON.
    pub(in crate::learners) fn insert_json<T: Serialize>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), CheckpointError> {
        self.insert(name, to_json(name, value)?);
        Ok(())
    }

    /// Reads a file of JSON.
    pub(in crate::learners) fn get_json<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<T, CheckpointError> {
        from_json(name, self.get(name)?)
    }

    /// Adds named tensors as one file.
    pub(in crate::learners) fn insert_tensors(
        &mut self,
        name: &str,
        tensors: &[(&str, HostTensor)],
    ) -> Result<(), CheckpointError> {
        let views: Result<Vec<_>, _> = tensors
            .iter()
            .map(|(tensor, HostTensor { shape, bytes })| {
                Ok((*tensor, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
            })
            .collect();
        let bytes = views
            .and_then(|views| serialize(views, None))
            .map_err(|error| misfit(name, &error.to_string()))?;
        self.insert(name, bytes);
        Ok(())
    }

    /// Reads a file of named tensors.
    pub(in crate::learners) fn get_tensors<'a>(
        &'a self,
        name: &'a str,
    ) -> Result<TensorFile<'a>, CheckpointError> {
        let tensors = SafeTensors::deserialize(self.get(name)?)
            .map_err(|error| misfit(name, &error.to_string()))?;
        Ok(TensorFile { file: name, tensors })
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

/// A tensor's shape and little-endian bytes.
#[derive(Debug)]
pub(in crate::learners) struct HostTensor {
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl HostTensor {
    /// Fetches a tensor from its device.
    pub(in crate::learners) fn fetch<const D: usize>(
        tensor: Tensor<D>,
    ) -> Result<Self, CheckpointError> {
        let shape = tensor.dims().to_vec();
        let values: Vec<f32> =
            tensor.try_into_vec_as().map_err(|error| misfit("tensors", &error.to_string()))?;
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(Self { shape, bytes })
    }
}

/// A file of named tensors.
#[derive(Debug)]
pub(in crate::learners) struct TensorFile<'a> {
    file: &'a str,
    tensors: SafeTensors<'a>,
}

impl TensorFile<'_> {
    /// The tensor `name`, which must have the shape and goes to the device of `like`.
    pub(in crate::learners) fn like<const D: usize>(
        &self,
        name: &str,
        like: &Tensor<D>,
    ) -> Result<Tensor<D>, CheckpointError> {
        let values = self.values(name, &like.dims())?;
        Ok(Tensor::from_data(TensorData::new(values, like.dims()), &like.device()))
    }

    /// The values of the tensor `name`, which must have this shape.
    pub(in crate::learners) fn values(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Result<Vec<f32>, CheckpointError> {
        let view = self
            .tensors
            .tensor(name)
            .map_err(|_| misfit(self.file, &format!("expected a tensor `{name}`, found none")))?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            let (dtype, found) = (view.dtype(), view.shape());
            let reason =
                format!("`{name}` must be F32 of shape {shape:?}, was {dtype} of {found:?}");
            return Err(misfit(self.file, &reason));
        }
        let (words, _) = view.data().as_chunks::<4>();
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }
}

/// A file that holds something else than it should.
pub(in crate::learners) fn misfit(file: &str, reason: &str) -> CheckpointError {
    CheckpointError::Content { file: file.to_owned(), reason: reason.to_owned() }
}

fn to_json<T: Serialize>(file: &str, value: &T) -> Result<Vec<u8>, CheckpointError> {
    serde_json::to_vec_pretty(value).map_err(|error| misfit(file, &error.to_string()))
}

fn from_json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, CheckpointError> {
    serde_json::from_slice(bytes).map_err(|error| misfit(file, &error.to_string()))
}
