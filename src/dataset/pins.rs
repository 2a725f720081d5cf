//! `releat.lock`: which data an agent was made with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fingerprint::read_manifest;
use super::{Lake, LakeError, SeriesKey, series_digest};
use crate::base::{DateRange, Digest, FileError, read_bytes, write_atomic};
use crate::config::Source;
use crate::domain::{Symbol, Timeframe};

/// The name of the file, beside the agent file.
pub const PINS_FILE: &str = "releat.lock";
const SCHEMA_VERSION: u32 = 1;

/// `releat.lock` could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no list of pins.
    #[error("{} must be a list of pinned series: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The state of some series, by `source/symbol/timeframe`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    schema_version: u32,
    /// The settings of each source, by its folder in the lake.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// One entry a series.
    pub series: BTreeMap<String, SeriesPin>,
}

/// The state of one series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesPin {
    /// By [`series_digest`].
    pub digest: Digest,
    /// How many bars.
    pub rows: usize,
    /// First and last day with a bar.
    pub range: Option<DateRange>,
}

impl Default for Pins {
    fn default() -> Self {
        Self { schema_version: SCHEMA_VERSION, sources: BTreeMap::new(), series: BTreeMap::new() }
    }
}

impl Pins {
    /// The state of some series in the lake.
    ///
    /// # Errors
    /// [`LakeError::Missing`] if one is not there.
    pub fn of(lake: &Lake, keys: &[SeriesKey]) -> Result<Self, LakeError> {
        let mut pins = Self::default();
        for key in keys {
            let manifest = read_manifest(lake, key)?;
            let digest = series_digest(&manifest);
            let pin = SeriesPin { digest, rows: manifest.rows, range: manifest.range };
            pins.series.insert(key.to_string(), pin);
        }
        Ok(pins)
    }

    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    /// [`PinsError`] if it cannot be read or is something else.
    pub fn read(path: &Path) -> Result<Option<Self>, PinsError> {
        let bytes = match read_bytes(path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        let malformed = |reason| PinsError::Malformed { path: path.to_owned(), reason };
        let pins: Self =
            serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
        if pins.schema_version != SCHEMA_VERSION {
            let found = pins.schema_version;
            return Err(malformed(format!("schema_version must be {SCHEMA_VERSION}, was {found}")));
        }
        Ok(Some(pins))
    }

    /// Writes the file, unless it says the same already.
    ///
    /// # Errors
    /// [`PinsError::File`] if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), PinsError> {
        if matches!(Self::read(path), Ok(Some(there)) if there == *self) {
            return Ok(());
        }
        let malformed = |reason| PinsError::Malformed { path: path.to_owned(), reason };
        let mut bytes =
            serde_json::to_vec_pretty(self).map_err(|error| malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(write_atomic(path, &bytes)?)
    }

    /// These pins with those of `newer` put over them; agents in one folder share the file.
    #[must_use]
    pub fn updated_by(mut self, newer: &Self) -> Self {
        self.sources.extend(newer.sources.clone());
        self.series.extend(newer.series.clone());
        self
    }

    /// The settings of the source that all `symbols` are pinned from, if there is exactly one.
    #[must_use]
    pub fn only_source(&self, symbols: &[Symbol], timeframe: Timeframe) -> Option<&Source> {
        let has_all = |folder: &str| {
            symbols.iter().all(|symbol| {
                let source = folder.to_owned();
                let key = SeriesKey { source, symbol: symbol.clone(), timeframe };
                self.series.contains_key(&key.to_string())
            })
        };
        let mut found = self.sources.iter().filter(|(folder, _)| has_all(folder));
        let (_, source) = found.next()?;
        found.next().is_none().then_some(source)
    }

    /// How `found` differs from these pins, one line a series; series that only these pins know
    /// do not count.
    #[must_use]
    pub fn differences(&self, found: &Self) -> Vec<String> {
        let line = |(name, now): (&String, &SeriesPin)| {
            let Some(pinned) = self.series.get(name) else {
                return Some(format!("{name} is not pinned, the lake has {}", show(now)));
            };
            (pinned != now).then(|| {
                format!("{name} is pinned as {}, the lake has {}", show(pinned), show(now))
            })
        };
        found.series.iter().filter_map(line).collect()
    }
}

fn show(pin: &SeriesPin) -> String {
    let digest = pin.digest.to_string();
    let range = pin.range.map_or_else(|| "no days".to_owned(), |range| range.to_string());
    format!("{} ({} rows, {range})", &digest[..12], pin.rows)
}
