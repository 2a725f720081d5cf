//! The manifest of the ticks of an instrument.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{TickKey, TickReport};
use crate::base::{Date, Digest, Timestamp, read_bytes};
use crate::dataset::LakeError;
use crate::domain::Symbol;

/// The version that this program writes and reads.
const SCHEMA_VERSION: u32 = 1;
/// The name of the file.
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// What the ticks of an instrument consist of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TickManifest {
    /// The version of this format.
    pub schema_version: u32,
    /// The folder of the source.
    pub source: String,
    /// The instrument.
    pub symbol: Symbol,
    /// Ticks of all days.
    pub rows: usize,
    /// Day (UTC) to file.
    pub days: BTreeMap<Date, TickDay>,
    /// What the checks found in all deliveries.
    pub report: TickReport,
    /// Days that were delivered again with other ticks; the first ones are kept.
    pub changed: Vec<Date>,
}

/// One Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TickDay {
    /// Ticks in it.
    pub rows: usize,
    /// The time of the first.
    pub first: Timestamp,
    /// The time of the last.
    pub last: Timestamp,
    /// The digest of its bytes.
    pub sha256: Digest,
}

impl TickManifest {
    pub(super) fn empty(key: &TickKey) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            source: key.source.clone(),
            symbol: key.symbol.clone(),
            rows: 0,
            days: BTreeMap::new(),
            report: TickReport::default(),
            changed: Vec::new(),
        }
    }

    /// Reads a manifest and checks that it belongs to `key`; `None` if there is none.
    pub(super) fn read(folder: &Path, key: &TickKey) -> Result<Option<Self>, LakeError> {
        let path = folder.join(MANIFEST_FILE);
        let bytes = match read_bytes(&path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| LakeError::Damaged {
                path: path.clone(),
                expected: "a manifest of ticks".to_owned(),
                found: error.to_string(),
            })?;
        let here = TickKey { source: manifest.source.clone(), symbol: manifest.symbol.clone() };
        check(&path, "schema_version", &SCHEMA_VERSION, &manifest.schema_version)?;
        check(&path, "the series", key, &here)?;
        Ok(Some(manifest))
    }

    pub(super) fn encode(&self, path: &Path) -> Result<Vec<u8>, LakeError> {
        let failed = |error: serde_json::Error| LakeError::Encode {
            path: PathBuf::from(path),
            reason: error.to_string(),
        };
        let mut text = serde_json::to_vec_pretty(self).map_err(failed)?;
        text.push(b'\n');
        Ok(text)
    }
}

fn check(
    path: &Path,
    what: &'static str,
    expected: &dyn fmt::Display,
    found: &dyn fmt::Display,
) -> Result<(), LakeError> {
    let (expected, found) = (expected.to_string(), found.to_string());
    if expected == found {
        return Ok(());
    }
    Err(LakeError::Mismatch { path: path.to_owned(), what, expected, found })
}
