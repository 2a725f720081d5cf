//! Replacing several files as one step.
//!
//! Order of writing: every new file as `<name>.staged` and the manifest with the new digests beside
//! them, all forced to the disk together, then the rename of the manifest, then the other renames.
//! Reading takes whichever of `<name>` and `<name>.staged` has the digest that the manifest names, so
//! a death between any two steps changes nothing for the reader.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use crate::base::{Digest, FileError, digest_bytes, read_bytes};
use crate::dataset::LakeError;
use crate::dataset::lake::manifest::{MANIFEST_FILE, Manifest};

const STAGED: &str = ".staged";
/// So many files are forced to the disk at the same time; the system joins what it has to write.
const SYNC_THREADS: usize = 16;
/// The name of the file of corporate actions.
pub(in crate::dataset::lake) const ACTIONS_FILE: &str = "actions.json";

/// The name of the file of a year.
pub(in crate::dataset::lake) fn year_file(year: i16) -> String {
    format!("{year}.parquet")
}

/// Commits `files` and the manifest that seals them.
pub(in crate::dataset::lake) fn replace(
    folder: &Path,
    files: &[(String, Vec<u8>)],
    manifest: &Manifest,
) -> Result<(), LakeError> {
    let path = folder.join(MANIFEST_FILE);
    let mut text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| LakeError::Encode { path: path.clone(), reason: error.to_string() })?;
    text.push(b'\n');
    fs::create_dir_all(folder).map_err(|source| write_failed(folder, source))?;
    let temporary = folder.join(format!(".{MANIFEST_FILE}.{}.tmp", std::process::id()));
    let mut written = Vec::with_capacity(files.len() + 2);
    for (name, bytes) in files {
        written.push(write(&staged(folder, name), bytes)?);
    }
    written.push(write(&temporary, &text)?);
    written.push(open_folder(folder)?);
    sync_all(&written).map_err(|source| write_failed(folder, source))?;
    rename(&temporary, &path)?;
    for (name, _) in files {
        rename(&staged(folder, name), &folder.join(name))?;
    }
    open_folder(folder)?.sync_all().map_err(|source| write_failed(folder, source))
}

/// The bytes of a file whose digest the manifest names.
pub(in crate::dataset::lake) fn read_sealed(
    folder: &Path,
    name: &str,
    expected: Digest,
) -> Result<Vec<u8>, LakeError> {
    let path = folder.join(name);
    let mut found = "no file".to_owned();
    // A writer may rename the staged file between the first two looks.
    for candidate in [&path, &staged(folder, name), &path] {
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
pub(in crate::dataset::lake) fn recover(
    folder: &Path,
    manifest: &Manifest,
) -> Result<(), LakeError> {
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

fn write(path: &Path, bytes: &[u8]) -> Result<File, LakeError> {
    let written = File::create(path).and_then(|mut file| file.write_all(bytes).map(|()| file));
    written.map_err(|source| write_failed(path, source))
}

fn open_folder(folder: &Path) -> Result<File, LakeError> {
    File::open(folder).map_err(|source| write_failed(folder, source))
}

/// Forces files to the disk side by side: one after the other each would wait for its own turn.
fn sync_all(files: &[File]) -> io::Result<()> {
    let share = files.len().div_ceil(SYNC_THREADS).max(1);
    thread::scope(|scope| {
        let sync = |part: &[File]| part.iter().try_for_each(File::sync_all);
        let running: Vec<_> =
            files.chunks(share).map(|part| scope.spawn(move || sync(part))).collect();
        let wait = |handle: thread::ScopedJoinHandle<'_, io::Result<()>>| match handle.join() {
            Ok(result) => result,
            Err(_) => Err(io::Error::other("a thread ended early")),
        };
        running.into_iter().map(wait).fold(Ok(()), io::Result::and)
    })
}

fn rename(from: &Path, to: &Path) -> Result<(), LakeError> {
    fs::rename(from, to).map_err(|source| write_failed(to, source))
}

fn remove(path: &Path) -> Result<(), LakeError> {
    fs::remove_file(path).map_err(|source| write_failed(path, source))
}

pub(super) fn write_failed(path: &Path, source: io::Error) -> LakeError {
    FileError::Write { path: path.to_owned(), source }.into()
}
