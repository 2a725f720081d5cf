//! A series as it lies in the lake, and how a pulled one gets there.
//!
//! The order of writing is that of the lake itself: new files beside the old ones as
//! `NAME.staged`, then the manifest, then the renames. A reader takes whichever of the two has the
//! digest that the manifest names, so a death between any two steps changes nothing for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::MirrorError;
use super::names::{MANIFEST_FILE, SeriesPath, sealed_files};
use crate::base::{Digest, FileError, digest_bytes, digest_file, read_bytes, write_atomic};
use crate::dataset::LakeError;

/// How deep a manifest can lie below the lake: as deep as a [`SeriesPath`].
const DEPTH_MAX: usize = 5;

/// A manifest and what it names.
#[derive(Debug, Clone)]
pub(super) struct SealedSeries {
    /// The manifest to the byte.
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
    pub(super) fields: Value,
    pub(super) files: BTreeMap<String, Digest>,
}

impl SealedSeries {
    /// Reads a manifest that must belong to `path`; `place` is for errors.
    pub(super) fn parse(
        bytes: Vec<u8>,
        path: &SeriesPath,
        place: &str,
    ) -> Result<Self, MirrorError> {
        let wrong = |expected: &str, found: String| MirrorError::Manifest {
            place: place.to_owned(),
            expected: expected.to_owned(),
            found,
        };
        let fields: Value = serde_json::from_slice(&bytes)
            .map_err(|error| wrong("a manifest", error.to_string()))?;
        for (index, field) in ["source", "symbol", "timeframe"].into_iter().enumerate() {
            let expected = path.part(index);
            match fields[field].as_str() {
                Some(found) if found != expected => {
                    return Err(wrong(
                        &format!("the manifest of {path}"),
                        format!("{field} {found}"),
                    ));
                }
                _ => {}
            }
        }
        let files = sealed_files(&fields)
            .map_err(|found| wrong("a manifest that this version can mirror", found))?;
        Ok(Self { digest: digest_bytes(&bytes), bytes, fields, files })
    }

    /// The series in a folder of the lake, `None` if there is none.
    pub(super) fn read(folder: &Path, path: &SeriesPath) -> Result<Option<Self>, MirrorError> {
        let file = folder.join(MANIFEST_FILE);
        match read_bytes(&file) {
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
            Ok(bytes) => Self::parse(bytes, path, &file.to_string_lossy()).map(Some),
        }
    }
}

/// The bytes of a sealed file.
pub(super) fn read_sealed(
    folder: &Path,
    name: &str,
    digest: Digest,
) -> Result<Vec<u8>, MirrorError> {
    let mut found = "no file".to_owned();
    for file in [folder.join(name), staged(folder, name)] {
        match read_bytes(&file) {
            Ok(bytes) if digest_bytes(&bytes) == digest => return Ok(bytes),
            Ok(bytes) => found = format!("SHA-256 {}", digest_bytes(&bytes)),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let expected = format!("SHA-256 {digest}");
    Err(LakeError::Damaged { path: folder.join(name), expected, found }.into())
}

/// The length of a sealed file, by its name alone.
pub(super) fn length(folder: &Path, name: &str) -> Option<u64> {
    let file = [staged(folder, name), folder.join(name)].into_iter().find(|file| file.is_file())?;
    fs::metadata(file).ok().map(|facts| facts.len())
}

/// Whether a file is there with these bytes.
pub(super) fn is_there(file: &Path, digest: Digest) -> bool {
    file.is_file() && digest_file(file).is_ok_and(|found| found == digest)
}

/// The name of a new file before the manifest that seals it.
pub(super) fn staged(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.staged"))
}

/// Finishes the renames of a writer that was killed after its manifest; needs the lock.
pub(super) fn settle(folder: &Path, series: &SealedSeries) -> Result<(), MirrorError> {
    for (name, &digest) in &series.files {
        let (file, waiting) = (folder.join(name), staged(folder, name));
        if waiting.is_file() && !is_there(&file, digest) && is_there(&waiting, digest) {
            rename(&waiting, &file)?;
        }
    }
    Ok(())
}

/// Makes staged files and their manifest the series; needs the lock.
pub(super) fn install(
    folder: &Path,
    series: &SealedSeries,
    names: &[String],
) -> Result<(), MirrorError> {
    let manifest = folder.join(MANIFEST_FILE);
    if read_bytes(&manifest).ok().as_deref() != Some(&series.bytes) {
        write_atomic(&manifest, &series.bytes)?;
    }
    for name in names {
        rename(&staged(folder, name), &folder.join(name))?;
    }
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(synced.map_err(|source| FileError::Write { path: folder.to_owned(), source })?)
}

fn rename(from: &Path, to: &Path) -> Result<(), MirrorError> {
    Ok(fs::rename(from, to).map_err(|source| FileError::Write { path: to.to_owned(), source })?)
}

/// All folders below `root` that hold a manifest, in order.
pub(super) fn series_below(root: &Path) -> Vec<SeriesPath> {
    let mut found = Vec::new();
    walk(root, "", 0, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, path: &str, depth: usize, found: &mut Vec<SeriesPath>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name == MANIFEST_FILE {
            found.extend(SeriesPath::parse(path));
        } else if depth < DEPTH_MAX && entry.path().is_dir() {
            let below = if path.is_empty() { name } else { format!("{path}/{name}") };
            walk(&entry.path(), &below, depth + 1, found);
        }
    }
}
