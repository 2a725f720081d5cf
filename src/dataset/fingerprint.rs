//! One digest for the data that a run has seen.

use super::{Lake, LakeError, Manifest, SeriesKey};
use crate::base::{Digest, digest_bytes};

/// The digest of a set of series, whatever their order.
///
/// # Errors
/// [`LakeError::Missing`] if one is not in the lake.
pub fn fingerprint(lake: &Lake, keys: &[SeriesKey]) -> Result<Digest, LakeError> {
    let mut lines = Vec::with_capacity(keys.len());
    for key in keys {
        lines.push(format!("{key} {}\n", series_digest(&read_manifest(lake, key)?)));
    }
    lines.sort();
    lines.dedup();
    Ok(digest_bytes(lines.concat().as_bytes()))
}

/// The digest of one series: its year files and its actions, not the time of fetching.
#[must_use]
pub fn series_digest(manifest: &Manifest) -> Digest {
    let years = manifest.years.iter().map(|(year, file)| format!("{year} {}\n", file.sha256));
    let actions = manifest.actions_sha256.map(|digest| format!("actions {digest}\n"));
    let lines: String = years.chain(actions).collect();
    digest_bytes(lines.as_bytes())
}

pub(super) fn read_manifest(lake: &Lake, key: &SeriesKey) -> Result<Manifest, LakeError> {
    lake.manifest(key)?
        .ok_or_else(|| LakeError::Missing { key: key.clone(), path: lake.folder(key) })
}
