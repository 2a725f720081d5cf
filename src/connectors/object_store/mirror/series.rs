//! One series: compare, then send or receive.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::MirrorError;
use super::job::{Direction, MirrorJob, MirrorStep};
use super::local::{SealedSeries, install, is_there, length, read_sealed, settle, staged};
use super::marker::Marker;
use super::names::SeriesPath;
use super::remote::{Named, RemoteLake, RemoteSeries};
use super::standing::Standing;
use crate::connectors::object_store::{ObjectError, ObjectStore, Put, PutIf};
use crate::dataset::LakeError;

/// How often a series is looked at anew when another writer was first.
const TRIES: usize = 5;

/// What was done for one series, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeriesOutcome {
    /// How the lake stood to the mirror before.
    pub standing: Standing,
    /// Objects sent, manifest included.
    pub uploaded: usize,
    /// Objects received, manifest included.
    pub downloaded: usize,
    /// Files that were where they should be already.
    pub skipped: usize,
    /// Bytes of what was sent and received.
    pub bytes: u64,
}

impl SeriesOutcome {
    fn new(standing: Standing) -> Self {
        Self { standing, uploaded: 0, downloaded: 0, skipped: 0, bytes: 0 }
    }
}

/// All that work on a series needs.
pub(super) struct Worker<'a> {
    pub(super) job: &'a MirrorJob<'a>,
    pub(super) store: &'a ObjectStore,
    pub(super) remote: &'a RemoteLake<'a>,
    pub(super) marker: &'a Marker<'a>,
}

/// Both sides of a series, and how they stand.
struct Sides {
    folder: PathBuf,
    local: Option<SealedSeries>,
    remote: Option<RemoteSeries>,
    standing: Standing,
}

impl Worker<'_> {
    /// Mirrors one series; starts anew if another writer was first.
    pub(super) fn run(&self, path: &SeriesPath) -> Result<SeriesOutcome, MirrorError> {
        for number in 1..=TRIES {
            let sides = match self.look(path) {
                Err(error) if number < TRIES && may_be_a_writer(&error) => continue,
                looked => looked?,
            };
            let is_sending = self.job.direction != Direction::Pull;
            let is_receiving = self.job.direction != Direction::Push;
            let is_same_manifest = match (&sides.local, &sides.remote) {
                (Some(local), Some(remote)) => local.bytes == remote.sealed.bytes,
                _ => false,
            };
            let done = match (&sides.local, &sides.remote) {
                (Some(local), _) if sides.standing == Standing::Ahead && is_sending => {
                    self.send(path, &sides, local)?
                }
                (_, Some(remote)) if sides.standing == Standing::Behind && is_receiving => {
                    self.receive(path, &sides, remote)?
                }
                // The content of one side mends the other.
                (_, Some(remote)) if is_same_manifest && is_receiving => {
                    self.receive(path, &sides, remote)?
                }
                (Some(local), _) if is_same_manifest => self.send(path, &sides, local)?,
                (local, _) => {
                    let skipped = local.as_ref().map_or(0, |local| local.files.len() + 1);
                    Some(SeriesOutcome { skipped, ..SeriesOutcome::new(sides.standing) })
                }
            };
            if let Some(outcome) = done {
                return Ok(outcome);
            }
        }
        Err(MirrorError::Moving { series: path.to_string(), tries: TRIES })
    }

    /// Reads both manifests and compares what they stand for.
    fn look(&self, path: &SeriesPath) -> Result<Sides, MirrorError> {
        let folder = path.folder(self.job.lake.root());
        let local = SealedSeries::read(&folder, path)?;
        let remote = self.remote.get(path)?;
        let standing = match (&local, &remote) {
            (Some(local), Some(remote)) => self.compare(path, &folder, local, &remote.sealed)?,
            (Some(_), None) => Standing::Ahead,
            (None, Some(_)) => Standing::Behind,
            (None, None) => Standing::Same,
        };
        Ok(Sides { folder, local, remote, standing })
    }

    /// Sends content, then the manifest; `None` if another writer was first.
    fn send(
        &self,
        path: &SeriesPath,
        sides: &Sides,
        local: &SealedSeries,
    ) -> Result<Option<SeriesOutcome>, MirrorError> {
        let mut outcome = SeriesOutcome::new(sides.standing);
        let remote = sides.remote.as_ref();
        for (name, &digest) in &local.files {
            let key = self.job.address.key(&path.content(name, digest));
            let is_named =
                remote.is_some_and(|remote| remote.sealed.files.get(name) == Some(&digest));
            let named = if is_named { Named::ByManifest } else { Named::ByNobody };
            let size = length(&sides.folder, name);
            if self.remote.has(&key, size, named) {
                outcome.skipped += 1;
                continue;
            }
            if self.job.step == MirrorStep::Work {
                let bytes = match read_sealed(&sides.folder, name, digest) {
                    Err(MirrorError::Lake(LakeError::Damaged { .. }))
                        if has_changed(&sides.folder, local, path)? =>
                    {
                        return Ok(None);
                    }
                    other => other?,
                };
                self.store.put(&key, &bytes, PutIf::Always)?;
            }
            outcome.uploaded += 1;
            outcome.bytes += size.unwrap_or_default();
        }
        if remote.is_some_and(|remote| remote.sealed.bytes == local.bytes) {
            outcome.skipped += 1;
            return Ok(Some(outcome));
        }
        outcome.uploaded += 1;
        outcome.bytes += local.bytes.len() as u64;
        if self.job.step == MirrorStep::Work {
            self.marker.ensure()?;
            let condition = remote.map_or(PutIf::Absent, |remote| PutIf::Unchanged(&remote.etag));
            let key = self.job.address.key(&path.manifest());
            if self.store.put(&key, &local.bytes, condition)? == Put::Lost {
                return Ok(None);
            }
        }
        Ok(Some(outcome))
    }

    /// Receives content beside the old files, then makes it the series; `None` if the mirror
    /// changed meanwhile.
    fn receive(
        &self,
        path: &SeriesPath,
        sides: &Sides,
        remote: &RemoteSeries,
    ) -> Result<Option<SeriesOutcome>, MirrorError> {
        let mut outcome = SeriesOutcome::new(sides.standing);
        let (folder, sealed) = (&sides.folder, &remote.sealed);
        let is_work = self.job.step == MirrorStep::Work;
        if let (Some(local), true) = (&sides.local, is_work) {
            settle(folder, local)?;
        }
        let mut names = Vec::new();
        for (name, &digest) in &sealed.files {
            if is_there(&folder.join(name), digest) {
                outcome.skipped += 1;
                continue;
            }
            names.push(name.clone());
            let waiting = staged(folder, name);
            if is_there(&waiting, digest) {
                outcome.skipped += 1;
                continue;
            }
            let key = self.job.address.key(&path.content(name, digest));
            if !is_work {
                outcome.bytes += self.remote.size(&key);
            } else {
                match self.store.get_file(&key, &waiting, digest) {
                    Err(ObjectError::Absent { .. }) if self.has_moved(path, remote)? => {
                        return Ok(None);
                    }
                    size => outcome.bytes += size?,
                }
            }
            outcome.downloaded += 1;
        }
        if sides.local.as_ref().is_some_and(|local| local.bytes == sealed.bytes) {
            outcome.skipped += 1;
        } else {
            outcome.downloaded += 1;
            outcome.bytes += sealed.bytes.len() as u64;
        }
        if is_work {
            install(folder, sealed, &names)?;
        }
        Ok(Some(outcome))
    }

    fn has_moved(&self, path: &SeriesPath, before: &RemoteSeries) -> Result<bool, MirrorError> {
        let now = self.remote.get(path)?;
        Ok(now.is_none_or(|now| now.sealed.bytes != before.sealed.bytes))
    }
}

/// Whether files that do not fit may belong to a newer manifest.
fn may_be_a_writer(error: &MirrorError) -> bool {
    matches!(
        error,
        MirrorError::Lake(LakeError::Damaged { .. })
            | MirrorError::Object(ObjectError::Absent { .. })
    )
}

/// Whether a writer has committed since `before` was read.
fn has_changed(
    folder: &Path,
    before: &SealedSeries,
    path: &SeriesPath,
) -> Result<bool, MirrorError> {
    Ok(SealedSeries::read(folder, path)?.is_none_or(|now| now.bytes != before.bytes))
}
