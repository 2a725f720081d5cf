//! Ticks in the lake: `<root>/<source>/<symbol>/tick/<YYYY-MM-DD>.parquet` under a manifest.
//!
//! New files are staged, the manifest with their digests is replaced, then they take their names; a
//! reader takes whichever file has the digest, so a process that dies anywhere changes nothing
//! for it.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::MANIFEST_FILE;
use super::{TickDay, TickManifest, TickReport, TickTable, clean_ticks, file};
use crate::base::{
    Date, DateRange, Digest, FileError, LockFile, Timestamp, digest_bytes, read_bytes, write_atomic,
};
use crate::dataset::LakeError;
use crate::domain::Symbol;

const STAGED: &str = ".staged";
const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Whose ticks, and where from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TickKey {
    /// The folder of the source.
    pub source: String,
    /// The instrument.
    pub symbol: Symbol,
}

impl fmt::Display for TickKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/tick", self.source, self.symbol)
    }
}

/// The ticks of a lake.
#[derive(Debug, Clone)]
pub struct TickLake {
    root: PathBuf,
}

/// What a commit of ticks did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TickCommit {
    /// Ticks that were not there before.
    pub rows_added: usize,
    /// Ticks that are there now.
    pub rows_total: usize,
    /// Days that are there with other ticks and stayed as they were.
    pub changed: Vec<Date>,
    /// What the checks found in the delivery.
    pub report: TickReport,
}

impl TickLake {
    /// The ticks below `root`, such as `data/lake`; the folder need not exist.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of an instrument's ticks.
    #[must_use]
    pub fn folder(&self, key: &TickKey) -> PathBuf {
        self.root.join(&key.source).join(key.symbol.as_str()).join("tick")
    }

    /// The manifest, or `None` if there are no ticks.
    ///
    /// # Errors
    /// [`LakeError`] if it cannot be read or belongs to another instrument.
    pub fn manifest(&self, key: &TickKey) -> Result<Option<TickManifest>, LakeError> {
        TickManifest::read(&self.folder(key), key)
    }

    /// The ticks from one instant to just before another, in order of time.
    ///
    /// # Errors
    /// [`LakeError::Damaged`] with the file.
    pub fn window(
        &self,
        key: &TickKey,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<TickTable, LakeError> {
        let mut ticks = TickTable::default();
        let Some(manifest) = self.manifest(key)? else { return Ok(ticks) };
        for (&date, day) in &manifest.days {
            if day.first < to && from <= day.last {
                let mut part = read_day(&self.folder(key), date, day.sha256)?.window(from, to);
                ticks.append(&mut part);
            }
        }
        Ok(ticks)
    }

    /// All ticks of some days (UTC).
    ///
    /// # Errors
    /// As [`TickLake::window`].
    pub fn days(&self, key: &TickKey, range: DateRange) -> Result<TickTable, LakeError> {
        let end = Timestamp::midnight_utc(range.end()).saturating_add_nanos(NANOS_PER_DAY);
        self.window(key, Timestamp::midnight_utc(range.start()), end)
    }

    /// Checks delivered ticks and adds the new ones under the lock of the source.
    ///
    /// Ticks have no identity, so a delivery must hold every tick between its first and its last.
    /// What lies before or after the stored ticks of a day is added; where both overlap they must be
    /// equal, or the day stays as it is and is listed as changed.
    ///
    /// # Errors
    /// [`LakeError`]; the lake is then as before.
    pub fn commit(&self, key: &TickKey, mut ticks: TickTable) -> Result<TickCommit, LakeError> {
        let _lock = LockFile::try_acquire(&self.root.join(&key.source).join(".lock"))?;
        let folder = self.folder(key);
        let before = self.manifest(key)?.unwrap_or_else(|| TickManifest::empty(key));
        recover(&folder, &before)?;
        let mut manifest = before.clone();
        let mut commit = TickCommit { report: clean_ticks(&mut ticks), ..TickCommit::default() };
        let mut files = Vec::new();
        for (date, day) in by_day(&ticks) {
            let known = before.days.get(&date);
            let stored = match known {
                Some(known) => read_day(&folder, date, known.sha256)?,
                None => TickTable::default(),
            };
            match merge(&stored, &day) {
                Merged::Same => {}
                Merged::Changed => commit.changed.push(date),
                Merged::Grown(grown) => {
                    commit.rows_added += grown.len() - stored.len();
                    files.push(seal(&folder, &mut manifest, date, &grown)?);
                }
            }
        }
        manifest.rows = manifest.days.values().map(|day| day.rows).sum();
        manifest.changed.extend(&commit.changed);
        manifest.changed.sort();
        manifest.changed.dedup();
        commit.rows_total = manifest.rows;
        if manifest != before {
            manifest.report.add(&commit.report);
            replace(&folder, &files, &manifest)?;
        }
        Ok(commit)
    }
}

enum Merged {
    Same,
    Grown(TickTable),
    Changed,
}

/// Joins the ticks of a day with those of a delivery.
fn merge(stored: &TickTable, delivered: &TickTable) -> Merged {
    let (Some(&first), Some(&last)) = (stored.time.first(), stored.time.last()) else {
        return Merged::Grown(delivered.clone());
    };
    let at = Timestamp::from_nanos;
    let before = delivered.window(Timestamp::MIN, at(first));
    let shared = delivered.window(at(first), at(last + 1));
    let after = delivered.window(at(last + 1), Timestamp::MAX);
    if let (Some(&from), Some(&to)) = (shared.time.first(), shared.time.last())
        && !is_same(&shared, &stored.window(at(from), at(to + 1)))
    {
        return Merged::Changed;
    }
    if before.is_empty() && after.is_empty() {
        return Merged::Same;
    }
    Merged::Grown(before.iter().chain(stored.iter()).chain(after.iter()).collect())
}

/// Equality in which a missing price equals a missing price.
fn is_same(a: &TickTable, b: &TickTable) -> bool {
    let bits = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
    };
    a.time == b.time
        && a.flags == b.flags
        && bits(&a.bid, &b.bid)
        && bits(&a.ask, &b.ask)
        && bits(&a.last, &b.last)
        && bits(&a.volume, &b.volume)
}

/// Cuts ticks in order of time into days of UTC.
fn by_day(ticks: &TickTable) -> Vec<(Date, TickTable)> {
    let day = |time: i64| time.div_euclid(NANOS_PER_DAY);
    let mut days = Vec::new();
    for times in ticks.time.chunk_by(|&a, &b| day(a) == day(b)) {
        let from = Timestamp::from_nanos(day(times[0]) * NANOS_PER_DAY);
        let part = ticks.window(from, from.saturating_add_nanos(NANOS_PER_DAY));
        days.push((from.date_utc(), part));
    }
    days
}

/// Encodes a day and names it in the manifest.
fn seal(
    folder: &Path,
    manifest: &mut TickManifest,
    date: Date,
    ticks: &TickTable,
) -> Result<(String, Vec<u8>), LakeError> {
    let name = day_file(date);
    let bytes = file::encode(ticks).map_err(|error| LakeError::Encode {
        path: folder.join(&name),
        reason: error.to_string(),
    })?;
    let at = |time: Option<&i64>| Timestamp::from_nanos(time.copied().unwrap_or_default());
    let day = TickDay {
        rows: ticks.len(),
        first: at(ticks.time.first()),
        last: at(ticks.time.last()),
        sha256: digest_bytes(&bytes),
    };
    manifest.days.insert(date, day);
    Ok((name, bytes))
}

fn day_file(date: Date) -> String {
    format!("{date}.parquet")
}

fn replace(
    folder: &Path,
    files: &[(String, Vec<u8>)],
    manifest: &TickManifest,
) -> Result<(), LakeError> {
    for (name, bytes) in files {
        write_atomic(&staged(folder, name), bytes)?;
    }
    let path = folder.join(MANIFEST_FILE);
    write_atomic(&path, &manifest.encode(&path)?)?;
    for (name, _) in files {
        rename(&staged(folder, name), &folder.join(name))?;
    }
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| write_failed(folder, source))
}

/// The ticks of a day whose digest the manifest names.
fn read_day(folder: &Path, date: Date, expected: Digest) -> Result<TickTable, LakeError> {
    let name = day_file(date);
    let path = folder.join(&name);
    let damaged = |found: String| LakeError::Damaged {
        path: path.clone(),
        expected: format!("ticks with SHA-256 {expected}"),
        found,
    };
    let mut found = "no file".to_owned();
    for candidate in [path.clone(), staged(folder, &name)] {
        match read_bytes(&candidate) {
            Ok(bytes) if digest_bytes(&bytes) == expected => {
                return file::decode(bytes).map_err(|error| damaged(error.to_string()));
            }
            Ok(bytes) if candidate == path => {
                found = format!("SHA-256 {} ({} bytes)", digest_bytes(&bytes), bytes.len());
            }
            Err(error) if !error.is_not_found() => return Err(error.into()),
            _ => {}
        }
    }
    Err(damaged(found))
}

/// Finishes or drops what a killed writer left; needs the lock.
fn recover(folder: &Path, manifest: &TickManifest) -> Result<(), LakeError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|source| FileError::Read { path: folder.to_owned(), source })?,
    };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let is_left_over = name.starts_with('.') && name.ends_with(".tmp");
        if let Some(target) = name.strip_suffix(STAGED) {
            let date: Option<Date> =
                target.strip_suffix(".parquet").and_then(|day| day.parse().ok());
            let sealed = date.and_then(|date| manifest.days.get(&date)).map(|day| day.sha256);
            if sealed == Some(digest_bytes(&read_bytes(&path)?)) {
                rename(&path, &folder.join(target))?;
                continue;
            }
        } else if !is_left_over {
            continue;
        }
        fs::remove_file(&path).map_err(|source| write_failed(&path, source))?;
    }
    Ok(())
}

fn staged(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{STAGED}"))
}

fn rename(from: &Path, to: &Path) -> Result<(), LakeError> {
    fs::rename(from, to).map_err(|source| write_failed(to, source))
}

fn write_failed(path: &Path, source: io::Error) -> LakeError {
    FileError::Write { path: path.to_owned(), source }.into()
}
