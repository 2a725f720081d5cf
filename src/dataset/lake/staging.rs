//! Replacing several files as one step.
//!
//! Order of writing: every new file as `<name>.staged`, then the manifest with the new digests, then
//! the renames. Reading takes whichever of `<name>` and `<name>.staged` has the digest that the
//! manifest names, so a death between any two steps changes nothing for the reader.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::LakeError;
use super::manifest::{MANIFEST_FILE, Manifest};
use crate::base::{Digest, FileError, digest_bytes, read_bytes, write_atomic};

const STAGED: &str = ".staged";
/// The name of the file of corporate actions.
pub(super) const ACTIONS_FILE: &str = "actions.json";

/// The name of the file of a year.
pub(super) fn year_file(year: i16) -> String {
    format!("{year}.parquet")
}

/// Commits `files` and the manifest that seals them.
pub(super) fn replace(
    folder: &Path,
    files: &[(String, Vec<u8>)],
    manifest: &Manifest,
) -> Result<(), LakeError> {
    for (name, bytes) in files {
        write_atomic(&staged(folder, name), bytes)?;
    }
    let path = folder.join(MANIFEST_FILE);
    let mut text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| LakeError::Encode { path: path.clone(), reason: error.to_string() })?;
    text.push(b'\n');
    write_atomic(&path, &text)?;
    for (name, _) in files {
        rename(&staged(folder, name), &folder.join(name))?;
    }
    sync(folder)
}

/// The bytes of a file whose digest the manifest names.
pub(super) fn read_sealed(
    folder: &Path,
    name: &str,
    expected: Digest,
) -> Result<Vec<u8>, LakeError> {
    let path = folder.join(name);
    let mut found = "no file".to_owned();
    for candidate in [&path, &staged(folder, name)] {
        match read_bytes(candidate) {
            Ok(bytes) if digest_bytes(&bytes) == expected => return Ok(bytes),
            Ok(bytes) if *candidate == path => {
                found = format!("SHA-256 {} ({} bytes)", digest_bytes(&bytes), bytes.len());
            }
            Err(error) if !error.is_not_found() => return Err(error.into()),
            _ => {}
        }
    }
    Err(LakeError::Damaged { path, expected: format!("SHA-256 {expected}"), found })
}

/// Finishes or drops what a killed writer left; needs the lock.
pub(super) fn recover(folder: &Path, manifest: &Manifest) -> Result<(), LakeError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|source| FileError::Read { path: folder.to_owned(), source })?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(target) = name.strip_suffix(STAGED) {
            finish_or_drop(folder, target, manifest)?;
        } else if name.starts_with('.') && name.ends_with(".tmp") {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn finish_or_drop(folder: &Path, name: &str, manifest: &Manifest) -> Result<(), LakeError> {
    let path = staged(folder, name);
    if sealed_digest(manifest, name) == Some(digest_bytes(&read_bytes(&path)?)) {
        rename(&path, &folder.join(name))
    } else {
        remove(&path)
    }
}

fn sealed_digest(manifest: &Manifest, name: &str) -> Option<Digest> {
    if name == ACTIONS_FILE {
        return manifest.actions_sha256;
    }
    let year: i16 = name.strip_suffix(".parquet")?.parse().ok()?;
    manifest.years.get(&year).map(|file| file.sha256)
}

fn staged(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{STAGED}"))
}

fn rename(from: &Path, to: &Path) -> Result<(), LakeError> {
    fs::rename(from, to).map_err(|source| write_failed(to, source))
}

fn remove(path: &Path) -> Result<(), LakeError> {
    fs::remove_file(path).map_err(|source| write_failed(path, source))
}

fn sync(folder: &Path) -> Result<(), LakeError> {
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| write_failed(folder, source))
}

fn write_failed(path: &Path, source: io::Error) -> LakeError {
    FileError::Write { path: path.to_owned(), source }.into()
}
