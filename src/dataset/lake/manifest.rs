//! The manifest of a series: what is there, what is missing, what stayed out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{LakeError, SeriesKey};
use crate::base::{Date, DateRange, Digest, Timestamp, read_bytes};
use crate::dataset::{Quarantined, Suspect};
use crate::domain::{CalendarName, Symbol, Timeframe};

/// The version that this program writes and reads.
const SCHEMA_VERSION: u32 = 1;
/// The name of the file.
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// What a series consists of. It names no time at which anything was done, so that the same answers
/// of a source make the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub schema_version: u32,
    /// The folder of the source.
    pub source: String,
    /// The instrument.
    pub symbol: Symbol,
    /// The length of the bars.
    pub timeframe: Timeframe,
    /// The calendar that gaps are counted against.
    pub calendar: CalendarName,
    /// First and last day with a bar, in the zone of the exchange.
    pub range: Option<DateRange>,
    /// Bars in all years.
    pub rows: usize,
    /// Year (UTC, of the opening time) to file.
    pub years: BTreeMap<i16, YearFile>,
    /// Splits and dividends.
    pub actions: usize,
    /// The digest of `actions.json`, if there is one.
    pub actions_sha256: Option<Digest>,
    /// The days that the source has answered for.
    pub covered: Vec<DateRange>,
    /// Sessions of the covered days without a bar.
    pub gaps: Vec<Gap>,
    /// Rows that stayed out.
    pub quarantined: Vec<Quarantined>,
    /// Rows that are kept though they look odd.
    pub suspects: Vec<Suspect>,
    /// Rows that a later fetch saw with other values; the first ones are kept.
    pub changed: Vec<Changed>,
    /// The days of a fetch that has not ended; gaps and suspects are then those from before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<DateRange>,
}

/// One Parquet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearFile {
    /// Bars in it.
    pub rows: usize,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// Neighbor sessions without a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The first missing session.
    pub first: Date,
    /// The last missing session.
    pub last: Date,
    /// How many there are.
    pub sessions: usize,
}

/// A row whose past was told differently later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// When the bar began; for a corporate action midnight UTC of its ex-date.
    pub time: Timestamp,
    /// What the lake has and keeps.
    pub stored: String,
    /// What the source says now.
    pub found: String,
}

impl Manifest {
    /// The manifest of a series without rows.
    pub(super) fn empty(key: &SeriesKey, calendar: CalendarName) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            source: key.source.clone(),
            symbol: key.symbol.clone(),
            timeframe: key.timeframe,
            calendar,
            range: None,
            rows: 0,
            years: BTreeMap::new(),
            actions: 0,
            actions_sha256: None,
            covered: Vec::new(),
            gaps: Vec::new(),
            quarantined: Vec::new(),
            suspects: Vec::new(),
            changed: Vec::new(),
            pending: None,
        }
    }

    /// Reads a manifest and checks that it belongs to `key`; `None` if there is none.
    pub(super) fn read(folder: &Path, key: &SeriesKey) -> Result<Option<Self>, LakeError> {
        let path = folder.join(MANIFEST_FILE);
        let bytes = match read_bytes(&path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| LakeError::Damaged {
                path: path.clone(),
                expected: "a manifest".to_owned(),
                found: error.to_string(),
            })?;
        manifest.check(&path, key)?;
        Ok(Some(manifest))
    }

    fn check(&self, path: &Path, key: &SeriesKey) -> Result<(), LakeError> {
        let here = SeriesKey {
            source: self.source.clone(),
            symbol: self.symbol.clone(),
            timeframe: self.timeframe,
        };
        let facts = [
            ("schema_version", SCHEMA_VERSION.to_string(), self.schema_version.to_string()),
            ("the series", key.to_string(), here.to_string()),
        ];
        for (what, expected, found) in facts {
            if expected != found {
                return Err(LakeError::Mismatch { path: path.to_owned(), what, expected, found });
            }
        }
        Ok(())
    }
}
