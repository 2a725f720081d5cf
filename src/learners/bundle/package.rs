//! Writing and reading a bundle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::manifest::{BundleFile, Manifest, Origin, SCHEMA_VERSION};
use crate::base::{Digest, FileError, digest_bytes, read_bytes};
use crate::learners::folder::{FolderError, names_in, write_folder};
use crate::models::{Model, WeightsError};

const MANIFEST: &str = "manifest.json";
const MODEL: &str = "model.safetensors";
const AGENT: &str = "agent.yaml";
const FEATURES: &str = "features.json";
const ACTIONS: &str = "actions.json";
/// Digests of all other files in the format of `sha256sum --check`, the manifest's among them.
const SUMS: &str = "SHA256SUMS";

/// A bundle could not be written or must not be used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The folder could not be written or listed.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The manifest is not one.
    #[error("{} is not a manifest of a bundle: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Expected and found.
        reason: String,
    },
    /// A file is not there.
    #[error("expected {} in the bundle, found none", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file that the manifest does not name.
    #[error("{} is not named by the manifest; a bundle must not be changed", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// A file has changed.
    #[error(
        "{} must have {} bytes with SHA-256 {}, has {} bytes with {}; a bundle must not be changed",
        path.display(), expected.size_bytes, expected.sha256, found.size_bytes, found.sha256
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// What the manifest says.
        expected: BundleFile,
        /// What the file has.
        found: BundleFile,
    },
    /// The manifest or the list of digests has changed.
    #[error("{} and {SUMS} do not agree; a bundle must not be changed", path.display())]
    Unsealed {
        /// The manifest.
        path: PathBuf,
    },
    /// A text file that is not UTF-8.
    #[error("{} must be UTF-8 text", path.display())]
    Text {
        /// The file.
        path: PathBuf,
    },
    /// The names of the observation do not fit the network.
    #[error("the network takes {expected} values, the manifest names {found}")]
    Observation {
        /// The network's width.
        expected: usize,
        /// Names in the manifest.
        found: usize,
    },
    /// The weights cannot be used.
    #[error("the weights of the bundle cannot be used")]
    Weights {
        /// What is wrong with them.
        source: WeightsError,
    },
}

/// The texts that make a network an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts<'a> {
    /// The effective configuration, YAML.
    pub agent_yaml: &'a str,
    /// The feature graph and its fitted transforms, JSON.
    pub features_json: &'a str,
    /// The action table, JSON.
    pub actions_json: &'a str,
}

/// A frozen agent whose every file was checked.
#[derive(Debug, Clone)]
pub struct Bundle {
    manifest: Manifest,
    digest: Digest,
    agent_yaml: String,
    features_json: String,
    actions_json: String,
    model: Vec<u8>,
}

impl Bundle {
    /// Writes a new bundle, whole or not at all, and gives its digest.
    ///
    /// # Errors
    /// [`BundleError`] if the folder exists or cannot be written, or the weights are not finite.
    pub fn write(
        path: &Path,
        origin: Origin,
        net: &Model,
        texts: &Texts<'_>,
    ) -> Result<Digest, BundleError> {
        let model = net.to_safetensors().map_err(|source| BundleError::Weights { source })?;
        let architecture = net.architecture().clone();
        check_observation(architecture.num_observations(), origin.observation.len())?;
        let mut files = BTreeMap::from([
            (MODEL.to_owned(), model),
            (AGENT.to_owned(), texts.agent_yaml.as_bytes().to_vec()),
            (FEATURES.to_owned(), texts.features_json.as_bytes().to_vec()),
            (ACTIONS.to_owned(), texts.actions_json.as_bytes().to_vec()),
        ]);
        let listed = files.iter().map(|(name, bytes)| (name.clone(), described(bytes))).collect();
        let manifest =
            Manifest { schema_version: SCHEMA_VERSION, origin, architecture, files: listed };
        let mut text = serde_json::to_vec_pretty(&manifest).map_err(|error| {
            BundleError::Manifest { path: path.join(MANIFEST), reason: error.to_string() }
        })?;
        text.push(b'\n');
        let digest = digest_bytes(&text);
        files.insert(MANIFEST.to_owned(), text);
        files.insert(SUMS.to_owned(), sums(&manifest, digest).into_bytes());
        write_folder(path, &files)?;
        Ok(digest)
    }

    /// Reads a bundle and checks every file, the network's shape and its weights.
    ///
    /// # Errors
    /// [`BundleError`] that names the first file that is missing, changed or unknown, or the tensor
    /// that does not fit.
    pub fn load(path: &Path) -> Result<Self, BundleError> {
        let (manifest, digest) = read_manifest(&path.join(MANIFEST))?;
        if read_present(&path.join(SUMS))? != sums(&manifest, digest).as_bytes() {
            return Err(BundleError::Unsealed { path: path.join(MANIFEST) });
        }
        let mut files = BTreeMap::new();
        for (name, expected) in &manifest.files {
            files.insert(name.as_str(), read_listed(&path.join(name), *expected)?);
        }
        let unknown = names_in(path)?
            .into_iter()
            .find(|name| name != MANIFEST && name != SUMS && !manifest.files.contains_key(name));
        if let Some(name) = unknown {
            return Err(BundleError::Unknown { path: path.join(name) });
        }
        let mut take = |name: &str| {
            files.remove(name).ok_or_else(|| BundleError::Missing { path: path.join(name) })
        };
        let text = |name: &str, bytes: Vec<u8>| {
            String::from_utf8(bytes).map_err(|_| BundleError::Text { path: path.join(name) })
        };
        let bundle = Self {
            agent_yaml: text(AGENT, take(AGENT)?)?,
            features_json: text(FEATURES, take(FEATURES)?)?,
            actions_json: text(ACTIONS, take(ACTIONS)?)?,
            model: take(MODEL)?,
            digest,
            manifest: manifest.clone(),
        };
        let named = bundle.manifest.origin.observation.len();
        check_observation(bundle.manifest.architecture.num_observations(), named)?;
        bundle.net(&Device::flex())?;
        Ok(bundle)
    }

    /// What the manifest says.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digest of `manifest.json`, and through it of every file.
    #[must_use]
    pub const fn bundle_digest(&self) -> Digest {
        self.digest
    }

    /// The effective configuration, YAML.
    #[must_use]
    pub fn agent_yaml(&self) -> &str {
        &self.agent_yaml
    }

    /// The feature graph and its fitted transforms, JSON.
    #[must_use]
    pub fn features_json(&self) -> &str {
        &self.features_json
    }

    /// The action table, JSON.
    #[must_use]
    pub fn actions_json(&self) -> &str {
        &self.actions_json
    }

    /// The network with its weights.
    ///
    /// # Errors
    /// [`BundleError::Weights`] that names the tensor that does not fit.
    pub fn net(&self, device: &Device) -> Result<Model, BundleError> {
        Model::from_safetensors(self.manifest.architecture.clone(), &self.model, device)
            .map_err(|source| BundleError::Weights { source })
    }
}

fn read_manifest(path: &Path) -> Result<(Manifest, Digest), BundleError> {
    let wrong = |reason: String| BundleError::Manifest { path: path.to_owned(), reason };
    let bytes = read_present(path)?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    let version = value.get("schema_version").and_then(serde_json::Value::as_u64);
    if version != Some(u64::from(SCHEMA_VERSION)) {
        let found = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        return Err(wrong(format!("schema_version must be {SCHEMA_VERSION}, was {found}")));
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
    // A name that leads out of the folder would let a bundle read other files.
    let outside = manifest
        .files
        .keys()
        .find(|name| Path::new(name).file_name().is_none_or(|file| file != name.as_str()));
    match outside {
        Some(name) => Err(wrong(format!("files must be plain names, one was `{name}`"))),
        None => Ok((manifest, digest_bytes(&bytes))),
    }
}

fn read_listed(path: &Path, expected: BundleFile) -> Result<Vec<u8>, BundleError> {
    let bytes = read_present(path)?;
    let found = described(&bytes);
    if found == expected {
        Ok(bytes)
    } else {
        Err(BundleError::Changed { path: path.to_owned(), expected, found })
    }
}

fn read_present(path: &Path) -> Result<Vec<u8>, BundleError> {
    read_bytes(path).map_err(|error| {
        if error.is_not_found() {
            BundleError::Missing { path: path.to_owned() }
        } else {
            BundleError::File(error)
        }
    })
}

/// One line a file, in order of names.
fn sums(manifest: &Manifest, digest: Digest) -> String {
    let mut lines: Vec<_> =
        manifest.files.iter().map(|(name, file)| (name.as_str(), file.sha256)).collect();
    lines.push((MANIFEST, digest));
    lines.sort_unstable();
    lines.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

fn described(bytes: &[u8]) -> BundleFile {
    BundleFile { size_bytes: bytes.len() as u64, sha256: digest_bytes(bytes) }
}

fn check_observation(expected: usize, found: usize) -> Result<(), BundleError> {
    if expected == found { Ok(()) } else { Err(BundleError::Observation { expected, found }) }
}
