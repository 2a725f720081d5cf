//! Writing event files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use prost::Message;

use super::record::frame;
use super::wire::{Event, SESSION_START, SessionLog, Summary, Value, What};
use crate::base::Timestamp;

/// Event files that one second may see in one folder.
const FILES_PER_SECOND_MAX: u32 = 1000;

/// An event file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The file could not be made.
    #[error("cannot create an event file in {}", folder.display())]
    Create {
        /// Where.
        folder: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file could not be added to.
    #[error("cannot write the event file {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Adds scalars to one event file.
///
/// Every writer makes a file of its own, so a run that goes on never touches what an earlier process
/// may have left half-written. Times come from the caller.
#[derive(Debug)]
pub struct EventWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl EventWriter {
    /// Makes a new event file in `folder`, and the folder if it is missing.
    ///
    /// # Errors
    /// [`EventError`] with the folder or file and the system's reason.
    pub fn create(folder: &Path, wall_time: Timestamp) -> Result<Self, EventError> {
        let failed = |source| EventError::Create { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let (path, file) = new_file(folder, wall_time).map_err(failed)?;
        let mut writer = Self { path, file: BufWriter::new(file) };
        let version = What::FileVersion("brain.Event:2".to_owned());
        writer.write(&Event { wall_time: seconds(wall_time), step: 0, what: Some(version) })?;
        writer.flush()?;
        Ok(writer)
    }

    /// Makes a new event file for a run that goes on at `step`; TensorBoard then drops what the
    /// earlier files say about `step` and later.
    ///
    /// # Errors
    /// [`EventError`] with the folder or file and the system's reason.
    pub fn resume(folder: &Path, wall_time: Timestamp, step: u64) -> Result<Self, EventError> {
        let mut writer = Self::create(folder, wall_time)?;
        let start = What::SessionLog(SessionLog { status: SESSION_START });
        writer.write(&event(wall_time, step, start))?;
        writer.flush()?;
        Ok(writer)
    }

    /// Adds one scalar; it may stay in memory until [`flush`](Self::flush).
    ///
    /// TensorBoard keeps 32-bit floats.
    ///
    /// # Errors
    /// [`EventError::Write`] with the file and the system's reason.
    pub fn scalar(
        &mut self,
        tag: &str,
        value: f64,
        step: u64,
        wall_time: Timestamp,
    ) -> Result<(), EventError> {
        let value = Value { tag: tag.to_owned(), simple_value: Some(value as f32) };
        self.write(&event(wall_time, step, What::Summary(Summary { value: vec![value] })))
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    /// [`EventError::Write`] with the file and the system's reason.
    pub fn flush(&mut self) -> Result<(), EventError> {
        self.file.flush().map_err(|source| EventError::Write { path: self.path.clone(), source })
    }

    fn write(&mut self, event: &Event) -> Result<(), EventError> {
        self.file
            .write_all(&frame(&event.encode_to_vec()))
            .map_err(|source| EventError::Write { path: self.path.clone(), source })
    }
}

fn event(wall_time: Timestamp, step: u64, what: What) -> Event {
    let step = i64::try_from(step).unwrap_or(i64::MAX);
    Event { wall_time: seconds(wall_time), step, what: Some(what) }
}

/// The name sorts by time, and within a second by number: readers go through files in that order.
fn new_file(folder: &Path, wall_time: Timestamp) -> io::Result<(PathBuf, File)> {
    let second = wall_time.nanos().div_euclid(1_000_000_000);
    let mut number = 0;
    loop {
        let path = folder.join(format!("events.out.tfevents.{second:010}.releat.{number:03}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists
                    && number + 1 < FILES_PER_SECOND_MAX =>
            {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn seconds(time: Timestamp) -> f64 {
    time.nanos() as f64 * 1e-9
}
