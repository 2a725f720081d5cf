//! What can go wrong with a ledger besides being touched.

use std::path::PathBuf;

use crate::base::FileError;
use crate::store::StoreError;

/// A ledger cannot be written or read. A touched row or a different replay is an outcome and not among these.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database refuses the rows for good, or cannot be read.
    #[error("the ledger of `{session}` cannot be kept in the database")]
    Store {
        /// The session.
        session: String,
        /// Why.
        source: StoreError,
    },
    /// A file of the session cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of the session is not what this program writes.
    #[error("{} must be the {what} of a session", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// An event or effect cannot be written as JSON.
    #[error("row {row} of the ledger cannot be written as JSON")]
    Encode {
        /// The row.
        row: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// A row is whole and yet no step that this program knows.
    #[error("row {row} of the ledger of `{session}` is no step that this releat knows")]
    Unknown {
        /// The session.
        session: String,
        /// The row.
        row: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The database has been away for too long.
    #[error("{rows} rows of the ledger wait for the database, at most {limit} may: {trouble}")]
    TooFarBehind {
        /// Rows that wait.
        rows: usize,
        /// The limit.
        limit: usize,
        /// What the database said last.
        trouble: String,
    },
    /// The anchor is ahead of the ledger: rows are gone.
    #[error(
        "the anchor of `{session}` knows {anchored} rows, the ledger has {found}: rows are lost"
    )]
    Lost {
        /// The session.
        session: String,
        /// Rows by the anchor.
        anchored: u64,
        /// Rows in the database.
        found: u64,
    },
}
