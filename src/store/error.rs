//! What can go wrong with runs and their database.

use std::io;
use std::path::PathBuf;

use crate::base::{FileError, LockError};

/// A run could not be kept or found, or the database of runs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process works on the run, or its lock cannot be used.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// The folder of runs cannot be listed.
    #[error("cannot list {}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A record is not what this program writes.
    #[error("{} must be the record of a run", path.display())]
    Damaged {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The address of the database cannot be understood.
    #[error("store.url must be sqlite://FILE or postgres://USER@HOST/NAME, was `{url}`: {problem}")]
    Url {
        /// The address without its password.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A newer releat wrote the database.
    #[error(
        "the database {url} has schema {found} and needs releat {needs} or newer; this is releat {}, \
         which knows schemas up to {known}",
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The address without its password.
        url: String,
        /// The version of its schema.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
        /// The releat that wrote it.
        needs: String,
    },
    /// The tables of Optuna are of a revision that this program does not write.
    #[error("the database {url} has the tables of Optuna at revision {found}, expected {expected}")]
    Foreign {
        /// The address without its password.
        url: String,
        /// The revision found.
        found: String,
        /// The revision that this program writes.
        expected: &'static str,
    },
    /// The database did not do what it was asked.
    #[error("the database {url} cannot {what}")]
    Database {
        /// The address without its password.
        url: String,
        /// What it was asked for.
        what: &'static str,
        /// Its reason.
        source: sqlx::Error,
    },
    /// There is no such row.
    #[error("there is no {what} in {url}")]
    Missing {
        /// The address without its password.
        url: String,
        /// What was looked for.
        what: String,
    },
    /// What is kept already says something else.
    #[error("{what} is kept as {kept} and cannot become {given}")]
    Conflict {
        /// What it is.
        what: String,
        /// What is kept.
        kept: String,
        /// What was to be kept.
        given: String,
    },
}

impl StoreError {
    /// The exit code of a command that ends with this error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Url { .. } | Self::Newer { .. } | Self::Foreign { .. } => 2,
            _ if self.is_transient() => 4,
            _ => 3,
        }
    }

    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Locked(LockError::Held { .. }) => true,
            Self::Database { source, .. } => {
                matches!(source, sqlx::Error::PoolTimedOut) || passes_soon(source)
            }
            _ => false,
        }
    }

    /// A next step for the person at the terminal.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Url { .. } => Some("releat config explain store.url".to_owned()),
            Self::Newer { needs, .. } => Some(format!(
                "install releat {needs} or newer, or choose another database with --set store.url=…"
            )),
            Self::Foreign { .. } => Some(
                "optuna storage upgrade --storage URL, or choose another database with --set \
                 store.url=…"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// Whether the same question may be asked again at once.
    pub(super) fn passes_soon(&self) -> bool {
        matches!(self, Self::Database { source, .. } if passes_soon(source))
    }
}

/// A lock held by another connection, or a server that went away or is about to come back.
fn passes_soon(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            let Some(code) = error.code() else { return false };
            // SQLite: busy and its kinds, locked. Postgres: connection trouble, serialization, deadlock, too many
            // connections, shutting down or starting.
            let sqlite = ["5", "6", "261", "517", "773"];
            let postgres = ["40001", "40P01", "53300", "57P01", "57P02", "57P03"];
            sqlite.contains(&&*code) || postgres.contains(&&*code) || code.starts_with("08")
        }
        _ => false,
    }
}
