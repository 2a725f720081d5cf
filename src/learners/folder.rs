//! Folders that appear as a whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::base::{FileError, write_atomic};

/// A folder could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is there already and must not change.
    #[error("{} is there already; expected a new name", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A file in it could not be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder could not be made, listed or named.
    #[error("cannot use the folder {}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Writes the files under a temporary name beside `path`, forces them to the disk and gives the
/// folder its name last: whoever finds the folder finds all of it.
pub(crate) fn write_folder(
    path: &Path,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<(), FolderError> {
    if path.exists() {
        return Err(FolderError::Exists { path: path.to_owned() });
    }
    let failed = |source| FolderError::Io { path: path.to_owned(), source };
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = parent.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_files(&temporary, files)
        .and_then(|()| fs::rename(&temporary, path).map_err(failed))
        .and_then(|()| File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed));
    if written.is_err() {
        // The first error is the one to report; a left-over temporary folder harms nobody.
        let _ = fs::remove_dir_all(&temporary);
    }
    written
}

fn write_files(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), FolderError> {
    fs::create_dir_all(folder)
        .map_err(|source| FolderError::Io { path: folder.to_owned(), source })?;
    for (name, bytes) in files {
        write_atomic(&folder.join(name), bytes)?;
    }
    Ok(())
}

/// Names of the entries of a folder, in order.
pub(crate) fn names_in(path: &Path) -> Result<Vec<String>, FolderError> {
    let failed = |source| FolderError::Io { path: path.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Removes a folder and all in it.
pub(crate) fn remove_folder(path: &Path) -> Result<(), FolderError> {
    fs::remove_dir_all(path).map_err(|source| FolderError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_written_once_and_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("deep/agent");
        let files = BTreeMap::from([("a".to_owned(), b"1".to_vec())]);
        write_folder(&path, &files).unwrap();
        assert_eq!(names_in(&path).unwrap(), ["a"]);
        assert_eq!(names_in(path.parent().unwrap()).unwrap(), ["agent"]);
        let error = write_folder(&path, &files).unwrap_err();
        assert!(error.to_string().ends_with("is there already; expected a new name"), "{error}");
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let error = write_folder(Path::new("/proc/none/agent"), &BTreeMap::default()).unwrap_err();
        assert!(error.to_string().contains("cannot use the folder"), "{error}");
    }
}
