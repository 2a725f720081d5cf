//! Removing content that no manifest names any more.

use std::collections::BTreeMap;

use super::MirrorError;
use super::job::{MirrorJob, MirrorStep};
use super::names::{SeriesPath, is_content};
use super::remote::RemoteLake;
use crate::base::{Timestamp, now};
use crate::connectors::object_store::{ObjectEntry, ObjectStore};

/// Lists, and unless only planned removes, content that is older than `age_h` hours and that no
/// manifest names. The age protects a push that has sent its content and not yet its manifest, and
/// a pull that still reads by an old manifest.
pub(super) fn prune(
    job: &MirrorJob<'_>,
    store: &ObjectStore,
    age_h: f64,
) -> Result<Vec<String>, MirrorError> {
    let before = now().saturating_add_nanos(-((age_h * 3600.0 * 1e9) as i64));
    // Listed before the manifests are read: what is sent after that is not in the list.
    let remote = RemoteLake::list(store, job.address, &job.listing_path())?;
    let mut contents: BTreeMap<SeriesPath, Vec<&ObjectEntry>> = BTreeMap::new();
    for (series, name, entry) in remote.files() {
        if is_content(name) && job.wants(&series) {
            contents.entry(series).or_default().push(entry);
        }
    }
    let mut removed = Vec::new();
    for (series, entries) in contents {
        if entries.iter().all(|entry| entry.modified >= before) {
            continue;
        }
        let named: Vec<String> = remote.get(&series)?.map_or_else(Vec::new, |found| {
            let files = found.sealed.files.iter();
            files.map(|(name, &digest)| job.address.key(&series.content(name, digest))).collect()
        });
        for entry in entries {
            let is_idle = !named.contains(&entry.key) && entry.modified < before;
            if is_idle && (job.step == MirrorStep::Plan || remove(store, entry, before)?) {
                removed.push(entry.key.clone());
            }
        }
    }
    Ok(removed)
}

/// Removes an object unless it was written again since it was listed.
fn remove(
    store: &ObjectStore,
    entry: &ObjectEntry,
    before: Timestamp,
) -> Result<bool, MirrorError> {
    match store.head(&entry.key)? {
        Some(facts) if facts.modified < before => store.delete(&entry.key)?,
        _ => return Ok(false),
    }
    Ok(true)
}
