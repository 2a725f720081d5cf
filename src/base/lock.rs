//! A lock file that keeps two processes out of one folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::{now, variable};

/// A lock could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("{} is locked by another process ({holder})", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// What the holder wrote into it.
        holder: String,
    },
    /// The file cannot be made or locked.
    #[error("cannot lock {}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// An advisory lock, held until dropped; the system frees it when the process dies.
///
/// While it is held the file says by whom and since when; afterwards it is empty.
#[derive(Debug)]
pub struct LockFile {
    file: File,
}

impl LockFile {
    /// Takes the lock at `path` at once or says who holds it.
    ///
    /// # Errors
    /// [`LockError::Held`] if another process holds it, [`LockError::Io`] if the file cannot be used.
    pub fn try_acquire(path: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(failed)?;
                let holder = holder.trim().to_owned();
                return Err(LockError::Held { path: path.to_owned(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        let (process, host, since) = (std::process::id(), host(), now());
        writeln!(file, "process {process} on {host} since {since}").map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // A holder that is gone may still be named in the file; the lock itself is what counts.
        let _ = self.file.set_len(0);
    }
}

/// The name of this machine, which a lock in a shared folder must tell.
fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = kernel.or_else(|| variable("HOSTNAME")).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "an unnamed host".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lake.lock");
        let first = LockFile::try_acquire(&path).unwrap();
        let error = LockFile::try_acquire(&path).unwrap_err();
        let LockError::Held { holder, .. } = error else { panic!("{error}") };
        let process = format!("process {} on ", std::process::id());
        assert!(holder.starts_with(&process) && holder.contains(" since 2"), "{holder}");
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
        LockFile::try_acquire(&path).unwrap();
    }
}
