//! The mirror as the bucket lists it.

use std::collections::BTreeMap;

use super::MirrorError;
use super::local::SealedSeries;
use super::names::{MANIFEST_FILE, SeriesPath, split};
use crate::base::{Timestamp, now};
use crate::connectors::object_store::{Address, ObjectEntry, ObjectStore};

/// Content that no manifest names counts as there for so long only. Half of the age at which
/// pruning begins by default, so that nothing is relied on which a prune may take away.
const FRESH_NANOS: i64 = 12 * 3600 * 1_000_000_000;

/// One listing of the mirror.
pub(super) struct RemoteLake<'a> {
    store: &'a ObjectStore,
    address: &'a Address,
    /// Every object that belongs to a series, by key.
    objects: BTreeMap<String, ObjectEntry>,
    listed_at: Timestamp,
}

/// A series in the bucket.
pub(super) struct RemoteSeries {
    pub(super) sealed: SealedSeries,
    pub(super) etag: String,
}

impl<'a> RemoteLake<'a> {
    /// Lists what lies at `path` below the address; an empty path is everything.
    pub(super) fn list(
        store: &'a ObjectStore,
        address: &'a Address,
        path: &str,
    ) -> Result<Self, MirrorError> {
        let entries = store.list(&address.key(path))?;
        let objects = entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        Ok(Self { store, address, objects, listed_at: now() })
    }

    /// The series that have a manifest, in order.
    pub(super) fn series(&self) -> Vec<SeriesPath> {
        let mut found: Vec<SeriesPath> = self
            .files()
            .filter(|(_, name, _)| *name == MANIFEST_FILE)
            .map(|(series, ..)| series)
            .collect();
        found.sort();
        found
    }

    /// Every object that has the path of a file of a series.
    pub(super) fn files(&self) -> impl Iterator<Item = (SeriesPath, &str, &ObjectEntry)> {
        self.objects.values().filter_map(|entry| {
            let (series, name) = split(self.address.path_of(&entry.key)?)?;
            Some((series, name, entry))
        })
    }

    /// Whether a content file need not be sent again.
    pub(super) fn has(&self, key: &str, length: Option<u64>, named: Named) -> bool {
        let Some(entry) = self.objects.get(key) else { return false };
        let age = self.listed_at.nanos().saturating_sub(entry.modified.nanos());
        Some(entry.size) == length && (named == Named::ByManifest || age < FRESH_NANOS)
    }

    /// The length of an object by the listing.
    pub(super) fn size(&self, key: &str) -> u64 {
        self.objects.get(key).map_or(0, |entry| entry.size)
    }

    /// Asks for the manifest of a series as it is now; `None` if there is none.
    pub(super) fn get(&self, path: &SeriesPath) -> Result<Option<RemoteSeries>, MirrorError> {
        let key = self.address.key(&path.manifest());
        let Some(object) = self.store.get(&key)? else { return Ok(None) };
        let place = format!("{}/{}", self.address, path.manifest());
        let sealed = SealedSeries::parse(object.bytes, path, &place)?;
        Ok(Some(RemoteSeries { sealed, etag: object.etag }))
    }
}

/// Whether the manifest in the bucket names a content file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    ByManifest,
    ByNobody,
}
