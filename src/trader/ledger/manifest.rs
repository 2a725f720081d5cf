//! What a session was started with: `session.json` in its folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::LedgerError;
use crate::base::{DateRange, Digest, Timestamp, read_bytes, write_atomic};
use crate::config::{RiskLimits, Trade};

/// The folder of a session below the folder of runs.
#[must_use]
pub fn session_folder(runs_dir: &Path, session: &str) -> PathBuf {
    runs_dir.join("sessions").join(session)
}

/// Everything that an engine is built from, so that the same engine can be built again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionManifest {
    /// Version of this layout.
    pub schema_version: u32,
    /// Name of the session.
    pub session: String,
    /// Version of releat that started it.
    pub releat: String,
    /// The process that works on it, or did last.
    pub pid: u32,
    /// Name of the agent.
    pub agent: String,
    /// The members of the ensemble, in order.
    pub bundles: Vec<SessionBundle>,
    /// The account that limits and halts belong to.
    pub account: String,
    /// Where orders go.
    pub venue: VenueKind,
    /// Days of a recorded stream; absent for a live one.
    pub range: Option<DateRange>,
    /// How it trades, as it was in effect.
    pub trade: Trade,
    /// The limits that bind: those of the place, tightened by those of the agent.
    pub limits: RiskLimits,
    /// When it was started, the first time.
    pub started_at: Timestamp,
}

/// An agent bundle of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionBundle {
    /// Name of the member.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// Digest of the bundle.
    pub digest: Digest,
}

/// Where orders go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenueKind {
    /// The simulated venue.
    Sim,
    /// Interactive Brokers.
    Ibkr,
    /// Alpaca.
    Alpaca,
    /// A broker behind MetaTrader 5.
    Mt5,
}

impl VenueKind {
    /// The word on the command line and in the database.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Ibkr => "ibkr",
            Self::Alpaca => "alpaca",
            Self::Mt5 => "mt5",
        }
    }
}

impl SessionManifest {
    /// Version of the layout that this program writes.
    pub const SCHEMA_VERSION: u32 = 1;
    /// Its name in the folder of a session.
    pub const FILE: &str = "session.json";

    /// As JSON.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] if a number is not finite.
    pub fn to_json(&self) -> Result<String, LedgerError> {
        serde_json::to_string_pretty(self).map_err(|source| LedgerError::Damaged {
            path: Self::FILE.into(),
            what: "manifest",
            source,
        })
    }

    /// From JSON, as [`SessionManifest::to_json`] writes it.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`].
    pub fn from_json(text: &str, path: &Path) -> Result<Self, LedgerError> {
        serde_json::from_str(text).map_err(|source| LedgerError::Damaged {
            path: path.to_owned(),
            what: "manifest",
            source,
        })
    }

    /// Replaces the manifest in the folder of a session as a whole.
    ///
    /// # Errors
    /// [`LedgerError::File`], [`LedgerError::Damaged`].
    pub fn write(&self, folder: &Path) -> Result<(), LedgerError> {
        Ok(write_atomic(&folder.join(Self::FILE), self.to_json()?.as_bytes())?)
    }

    /// Reads the manifest in the folder of a session, if there is one.
    ///
    /// # Errors
    /// [`LedgerError::File`], [`LedgerError::Damaged`].
    pub fn read(folder: &Path) -> Result<Option<Self>, LedgerError> {
        let path = folder.join(Self::FILE);
        let bytes = match read_bytes(&path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        Self::from_json(&String::from_utf8_lossy(&bytes), &path).map(Some)
    }
}
