//! The first page of a bundle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{DateRange, Digest};
use crate::models::Architecture;

/// Changes when an older reader could misread a newer bundle.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// What `manifest.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this layout.
    pub schema_version: u32,
    /// Where the agent came from.
    pub origin: Origin,
    /// The network in `model.safetensors`.
    pub architecture: Architecture,
    /// Every other file of the folder.
    pub files: BTreeMap<String, BundleFile>,
}

/// Where an agent came from. No wall-clock time: the same training gives the same bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Name of the agent.
    pub agent: String,
    /// Version of releat that made the bundle.
    pub releat_version: String,
    /// The run seed.
    pub seed: u64,
    /// The days it learned from.
    pub train: DateRange,
    /// Fingerprint of the data it learned from.
    pub data_fingerprint: String,
    /// Environment steps behind the weights.
    pub env_steps: u64,
    /// Score on the validation days, if it was judged.
    pub validation_score: Option<f64>,
    /// What each value of an observation is, in order.
    pub observation: Vec<String>,
}

/// Size and digest of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleFile {
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the content.
    pub sha256: Digest,
}
