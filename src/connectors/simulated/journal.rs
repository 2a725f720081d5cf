//! The file from which a new process gets the same venue back.
//!
//! Its first line is what the venue is made of, every other line one call that changed it. Because the venue reads no
//! clock, the calls alone make it again. A line is written before its call takes effect; a line that a crash cut
//! short never took effect and is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Tampering;
use super::exchange::Exchange;
use super::rules::VenueSettings;
use crate::base::{FileError, Timestamp, read_text};
use crate::domain::{BookTop, MarketRow, OrderId, OrderRequest, Symbol};
use crate::ports::BrokerError;

/// A journal cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("the journal of the simulated venue cannot be read")]
    Read {
        /// Why.
        #[from]
        source: FileError,
    },
    /// The file cannot be written.
    #[error("cannot write the journal {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A line is not what a venue writes.
    #[error("line {line} of {} is no line of a venue's journal", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file holds no whole line.
    #[error("{} must begin with the settings of a venue, but holds no whole line", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// A call that changes the venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Call {
    Watch(MarketRow),
    Advance(MarketRow),
    Quote { symbol: Symbol, top: BookTop },
    Time(Timestamp),
    Submit(OrderRequest),
    Cancel(OrderId),
    CancelAll,
    Tamper(Tampering),
}

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Journal {
    /// Begins a journal; there must be no file yet.
    pub(super) fn create(path: &Path, settings: &VenueSettings) -> Result<Self, JournalError> {
        let opened = OpenOptions::new().write(true).create_new(true).open(path);
        let failed = |source| JournalError::Write { path: path.to_owned(), source };
        let mut journal = Self { path: path.to_owned(), file: opened.map_err(failed)?, length: 0 };
        let text = serde_json::to_string(settings).map_err(io::Error::other).map_err(failed)?;
        journal.append(text).map_err(failed)?;
        Ok(journal)
    }

    /// Opens a journal and makes the venue of it again. What nobody had fetched yet is lost, as on a new connection.
    pub(super) fn reopen(path: &Path) -> Result<(Self, VenueSettings, Exchange), JournalError> {
        let text = read_text(path)?;
        let length = text.rfind('\n').map_or(0, |end| end + 1);
        let failed = |line, source| JournalError::Line { path: path.to_owned(), line, source };
        let mut lines = text[..length].lines();
        let first = lines.next().ok_or_else(|| JournalError::Empty { path: path.to_owned() })?;
        let settings: VenueSettings = serde_json::from_str(first).map_err(|e| failed(1, e))?;
        let mut exchange = Exchange::new(&settings);
        for (index, line) in lines.enumerate() {
            let call = serde_json::from_str(line).map_err(|error| failed(index + 2, error))?;
            apply(&mut exchange, call);
            exchange.take_events();
        }
        let failed = |source| JournalError::Write { path: path.to_owned(), source };
        let mut file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        cut(&mut file, length as u64).map_err(failed)?;
        Ok((Self { path: path.to_owned(), file, length: length as u64 }, settings, exchange))
    }

    /// A journal in a file that is there already, whatever it holds.
    #[cfg(test)]
    pub(super) fn onto(path: &Path) -> Self {
        let opened = OpenOptions::new().write(true).open(path);
        Self { path: path.to_owned(), file: opened.unwrap(), length: 0 }
    }

    /// Writes a call down. If that fails the file is as before and the call must not take effect.
    pub(super) fn record(&mut self, call: &Call) -> Result<(), BrokerError> {
        let failed = |error: io::Error| BrokerError::NotSent {
            detail: format!("cannot write the journal {}: {error}", self.path.display()),
        };
        let text = serde_json::to_string(call).map_err(io::Error::other).map_err(failed)?;
        self.append(text).map_err(|error| BrokerError::NotSent {
            detail: format!("cannot write the journal {}: {error}", self.path.display()),
        })
    }

    fn append(&mut self, mut text: String) -> io::Result<()> {
        text.push('\n');
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // A half line would spoil the next one; if even this fails the reader finds the half line at the end.
            let _ = cut(&mut self.file, self.length);
            return Err(error);
        }
        self.length += text.len() as u64;
        Ok(())
    }
}

/// Lets a call take effect.
pub(super) fn apply(exchange: &mut Exchange, call: Call) {
    match call {
        Call::Watch(row) => exchange.watch(&row),
        Call::Advance(row) => exchange.advance(&row),
        Call::Quote { symbol, top } => exchange.quote(&symbol, top),
        Call::Time(time) => exchange.pass_time(time),
        Call::Submit(request) => exchange.submit(request),
        Call::Cancel(order_id) => exchange.cancel(order_id),
        Call::CancelAll => drop(exchange.cancel_all()),
        Call::Tamper(tampering) => exchange.tamper(tampering),
    }
}

fn cut(file: &mut File, length: u64) -> io::Result<()> {
    use std::io::Seek;
    file.set_len(length)?;
    file.seek(io::SeekFrom::Start(length)).map(|_| ())
}
