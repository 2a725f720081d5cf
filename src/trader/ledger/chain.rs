//! The digests that bind rows together, and the copy of the newest one outside of the database.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::LedgerError;
use crate::base::{Digest, digest_bytes, read_bytes, write_atomic};

/// How long a ledger is and the digest that binds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHead {
    /// Number of rows.
    pub rows: u64,
    /// Digest of the whole.
    pub head: Digest,
}

/// The digest after each row.
///
/// h(0) = SHA-256(name of the session); h(n) = SHA-256(h(n−1) as 64 hexadecimal digits, a line feed, row n).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chain(LedgerHead);

impl Chain {
    /// The chain of a session without rows.
    #[must_use]
    pub(crate) fn new(session: &str) -> Self {
        Self(LedgerHead { rows: 0, head: digest_bytes(session.as_bytes()) })
    }

    /// The chain that has come to `head`.
    #[must_use]
    pub(crate) const fn at(head: LedgerHead) -> Self {
        Self(head)
    }

    /// Binds the next row and returns its number and digest.
    pub(crate) fn push(&mut self, json: &str) -> LedgerHead {
        let head = digest_bytes(format!("{}\n{json}", self.0.head).as_bytes());
        self.0 = LedgerHead { rows: self.0.rows + 1, head };
        self.0
    }

    /// The length and the digest so far.
    #[must_use]
    pub(crate) const fn head(&self) -> LedgerHead {
        self.0
    }
}

/// The head of a ledger in a file of its own: what it knows cannot be cut off unseen.
///
/// It may lag behind the ledger, by what was written after it; it never leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Anchor {
    /// Name of the session.
    pub session: String,
    /// Number of rows.
    pub rows: u64,
    /// Digest of the whole.
    pub head: Digest,
}

impl Anchor {
    /// Its name in the folder of a session.
    pub(crate) const FILE: &str = "anchor.json";

    /// The length and digest that it vouches for.
    #[must_use]
    pub(crate) const fn head(&self) -> LedgerHead {
        LedgerHead { rows: self.rows, head: self.head }
    }

    /// Replaces the anchor in the folder of a session as a whole.
    ///
    /// # Errors
    /// [`LedgerError::File`]; the old one stays.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), LedgerError> {
        let path = folder.join(Self::FILE);
        let damaged = |source| LedgerError::Damaged { path: path.clone(), what: "anchor", source };
        let mut text = serde_json::to_string(self).map_err(damaged)?;
        text.push('\n');
        Ok(write_atomic(&path, text.as_bytes())?)
    }

    /// Reads the anchor in the folder of a session, if there is one.
    ///
    /// # Errors
    /// [`LedgerError::File`], [`LedgerError::Damaged`].
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, LedgerError> {
        let path = folder.join(Self::FILE);
        let bytes = match read_bytes(&path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|source| LedgerError::Damaged {
            path,
            what: "anchor",
            source,
        })
    }
}
