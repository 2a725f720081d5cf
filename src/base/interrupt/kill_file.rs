//! The file that says whether a session was killed.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::base::{FileError, write_atomic};

/// What a kill file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillState {
    /// `0`: the session may trade.
    Armed,
    /// `1`, or anything that is no state: cancel all orders, and do not start again.
    Killed,
    /// `2`: a human took the kill back while no process ran; the next start lifts the halt.
    Released,
}

/// A file of one byte that is made when there is room and from then on overwritten in place: a kill needs no space on
/// the disk and no new file.
#[derive(Debug)]
pub struct KillFile {
    path: PathBuf,
    held: File,
}

impl KillState {
    const fn byte(self) -> u8 {
        match self {
            Self::Armed => b'0',
            Self::Killed => b'1',
            Self::Released => b'2',
        }
    }
}

impl KillFile {
    /// Makes the file, armed, where there is none, and opens it.
    ///
    /// # Errors
    /// [`FileError`] if it can neither be made nor opened.
    pub fn prepare(path: &Path) -> Result<Self, FileError> {
        if !path.exists() {
            write_atomic(path, &[KillState::Armed.byte()])?;
        }
        Self::open(path)
    }

    /// Opens the file of a session that was begun before.
    ///
    /// # Errors
    /// [`FileError`] if there is none or it cannot be written.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let held = opened.map_err(|source| FileError::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), held })
    }

    /// What the file says now. A file that somebody replaced counts; of one that cannot be opened, such as a deleted
    /// one, the content is read that was there before. What cannot be read at all counts as killed.
    #[must_use]
    pub fn state(&self) -> KillState {
        let now = File::open(&self.path);
        let byte = now.and_then(|file| first_byte(&file)).or_else(|_| first_byte(&self.held));
        match byte {
            Ok(b'0') => KillState::Armed,
            Ok(b'2') => KillState::Released,
            _ => KillState::Killed,
        }
    }

    /// Overwrites the one byte in place and forces it to the disk.
    ///
    /// # Errors
    /// [`FileError::Write`] if the system refuses; the byte may be visible to other processes all the same.
    pub fn set(&self, state: KillState) -> Result<(), FileError> {
        let write = |file: &File| {
            file.write_all_at(&[state.byte()], 0)?;
            file.sync_data()
        };
        let by_path = OpenOptions::new().write(true).open(&self.path);
        let written = by_path.and_then(|file| write(&file)).or_else(|_| write(&self.held));
        written.map_err(|source| FileError::Write { path: self.path.clone(), source })
    }
}

fn first_byte(file: &File) -> io::Result<u8> {
    let mut byte = [0];
    // An empty file leaves the zero, which is no state.
    file.read_at(&mut byte, 0)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expected: KillState) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kill");
        std::fs::write(&path, content).unwrap();
        assert_eq!(KillFile::open(&path).unwrap().state(), expected, "{content:?}");
    }

    #[test]
    fn what_is_no_state_counts_as_killed() {
        check("0", KillState::Armed);
        check("0\n", KillState::Armed);
        check("1", KillState::Killed);
        check("2", KillState::Released);
        check("", KillState::Killed);
        check("yes", KillState::Killed);
    }

    #[test]
    fn a_kill_stays_in_the_file_and_needs_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kill");
        let file = KillFile::prepare(&path).unwrap();
        assert_eq!(file.state(), KillState::Armed);
        file.set(KillState::Killed).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"1");
        // A second start finds the kill.
        assert_eq!(KillFile::prepare(&path).unwrap().state(), KillState::Killed);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_replaced_file_counts_and_a_deleted_one_keeps_its_last_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kill");
        let file = KillFile::prepare(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.state(), KillState::Armed);
        std::fs::write(&path, "1").unwrap();
        assert_eq!(file.state(), KillState::Killed);
        std::fs::remove_file(&path).unwrap();
        file.set(KillState::Killed).unwrap();
        assert_eq!(file.state(), KillState::Killed);
    }
}
