//! Reading the lake.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::commit::{CommitReport, Incoming, LakeWriter};
use super::files::{ACTIONS_FILE, decode, read_sealed, year_file};
use super::manifest::{MANIFEST_FILE, Manifest};
use super::{LakeError, SeriesKey};
use crate::base::{DateRange, Digest};
use crate::domain::{Bar, Calendar, CorporateAction};

/// How often a reader starts again when a writer changes the series under it.
const READ_TRIES: usize = 3;

/// A folder of series.
#[derive(Debug, Clone)]
pub struct Lake {
    root: PathBuf,
}

/// One series as it lies in the lake.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSeries {
    /// Raw bars, strictly increasing in `open_time`.
    pub bars: Vec<Bar>,
    /// Splits and dividends by ex-date.
    pub actions: Vec<CorporateAction>,
    /// What the manifest says of them.
    pub manifest: Manifest,
}

/// The content of `actions.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionsFile {
    pub(super) schema_version: u32,
    pub(super) actions: Vec<CorporateAction>,
}

impl ActionsFile {
    pub(super) fn encode(actions: &[CorporateAction]) -> serde_json::Result<Vec<u8>> {
        let mut bytes =
            serde_json::to_vec_pretty(&Self { schema_version: 1, actions: actions.to_vec() })?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Lake {
    /// A lake below `root`, such as `data/lake`; the folder need not exist.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of all sources.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of one series.
    #[must_use]
    pub fn folder(&self, key: &SeriesKey) -> PathBuf {
        key.folder(&self.root)
    }

    /// The manifest of a series, or `None` if nothing was ever fetched.
    ///
    /// # Errors
    /// [`LakeError`] if it cannot be read or belongs to another series.
    pub fn manifest(&self, key: &SeriesKey) -> Result<Option<Manifest>, LakeError> {
        Manifest::read(&self.folder(key), key)
    }

    /// A whole series, each file checked against its digest.
    ///
    /// # Errors
    /// [`LakeError::Missing`] if nothing was fetched, [`LakeError::Damaged`] with the file.
    pub fn series(&self, key: &SeriesKey) -> Result<StoredSeries, LakeError> {
        self.read(key, None)
    }

    /// As [`Lake::series`], but only the year files that have something of `range` are read; bars of
    /// other days may be among those of the answer.
    ///
    /// # Errors
    /// As [`Lake::series`].
    pub fn series_around(
        &self,
        key: &SeriesKey,
        range: DateRange,
    ) -> Result<StoredSeries, LakeError> {
        self.read(key, Some(range))
    }

    fn read(&self, key: &SeriesKey, wanted: Option<DateRange>) -> Result<StoredSeries, LakeError> {
        let folder = self.folder(key);
        let mut tries = 1;
        loop {
            let manifest = self.manifest(key)?.ok_or_else(|| LakeError::Missing {
                key: key.clone(),
                path: folder.join(MANIFEST_FILE),
            })?;
            let manifest_then = manifest.clone();
            match read_series(&folder, manifest, wanted) {
                // A writer may have committed between the two reads.
                Err(LakeError::Damaged { .. })
                    if tries < READ_TRIES
                        && self.manifest(key)?.as_ref() != Some(&manifest_then) =>
                {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    /// Takes the lock of a source, for writing.
    ///
    /// # Errors
    /// [`LakeError::Locked`] if another process writes to it.
    pub fn writer(&self, source: &str) -> Result<LakeWriter, LakeError> {
        LakeWriter::try_new(self.clone(), source)
    }

    /// Adds rows to one series under the lock of its source.
    ///
    /// # Errors
    /// As [`Lake::writer`] and [`LakeWriter::commit`].
    pub fn commit(
        &self,
        key: &SeriesKey,
        incoming: &Incoming,
        requested: DateRange,
        calendar: &Calendar,
    ) -> Result<CommitReport, LakeError> {
        self.writer(&key.source)?.commit(key, incoming, requested, calendar)
    }

    /// The series that have a manifest, in order.
    #[must_use]
    pub fn list(&self) -> Vec<SeriesKey> {
        let mut keys = Vec::new();
        for source in folder_names(&self.root) {
            let symbols = folder_names(&self.root.join(&source));
            for symbol in symbols.iter().filter_map(|name| name.parse().ok()) {
                let key = |timeframe| SeriesKey {
                    source: source.clone(),
                    symbol: Clone::clone(&symbol),
                    timeframe,
                };
                let names = folder_names(&self.root.join(&source).join(symbol.as_str()));
                let found = names.iter().filter_map(|name| name.parse().ok()).map(key);
                keys.extend(found.filter(|key| self.folder(key).join(MANIFEST_FILE).is_file()));
            }
        }
        keys.sort();
        keys
    }
}

/// Reads the files that a manifest names, of the years that `wanted` has something of.
fn read_series(
    folder: &Path,
    manifest: Manifest,
    wanted: Option<DateRange>,
) -> Result<StoredSeries, LakeError> {
    // A year in UTC begins a few hours off the year in the zone of the exchange.
    let is_wanted = |year: i16| {
        wanted
            .is_none_or(|range| (range.start().year() - 1..=range.end().year() + 1).contains(&year))
    };
    let years = || manifest.years.iter().filter(|(year, _)| is_wanted(**year));
    let mut bars = Vec::with_capacity(years().map(|(_, file)| file.rows).sum());
    for (&year, file) in years() {
        bars.append(&mut read_year(folder, year, file.sha256)?);
    }
    let actions = read_actions(folder, &manifest)?;
    Ok(StoredSeries { bars, actions, manifest })
}

/// The bars of one year.
pub(super) fn read_year(folder: &Path, year: i16, sha256: Digest) -> Result<Vec<Bar>, LakeError> {
    let name = year_file(year);
    let bytes = read_sealed(folder, &name, sha256)?;
    decode(bytes).map_err(|error| LakeError::Damaged {
        path: folder.join(&name),
        expected: "parquet bars".to_owned(),
        found: error.to_string(),
    })
}

/// The actions of a series.
pub(super) fn read_actions(
    folder: &Path,
    manifest: &Manifest,
) -> Result<Vec<CorporateAction>, LakeError> {
    let Some(expected) = manifest.actions_sha256 else { return Ok(Vec::new()) };
    let bytes = read_sealed(folder, ACTIONS_FILE, expected)?;
    let file: ActionsFile = serde_json::from_slice(&bytes).map_err(|error| LakeError::Damaged {
        path: folder.join(ACTIONS_FILE),
        expected: "corporate actions".to_owned(),
        found: error.to_string(),
    })?;
    Ok(file.actions)
}

fn folder_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
