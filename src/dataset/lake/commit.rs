//! Writing the lake.

use std::path::Path;

use super::coverage::{add_range, find_gaps};
use super::manifest::{Changed, Gap, MANIFEST_FILE, Manifest};
use super::merge::{merge_actions, merge_rows};
use super::staging::{ACTIONS_FILE, recover, replace, year_file};
use super::store::{ActionsFile, read_series};
use super::{Lake, LakeError, SeriesKey, StoredSeries, YearFile, bar_file};
use crate::base::{Date, DateRange, LockFile, digest_bytes, now};
use crate::dataset::quality::find_suspects;
use crate::dataset::{Quarantined, Suspect};
use crate::domain::{Bar, Calendar, CorporateAction};

/// What a source delivered for one series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incoming {
    /// Raw bars, unchecked, in the order of the source.
    pub bars: Vec<Bar>,
    /// Splits and dividends.
    pub actions: Vec<CorporateAction>,
    /// What the user should know about the source, one sentence each.
    pub notes: Vec<String>,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommitReport {
    /// Bars that were not there before.
    pub rows_added: usize,
    /// Bars in the series now.
    pub rows_total: usize,
    /// Splits and dividends that were not there before.
    pub actions_added: usize,
    /// Delivered rows that stayed out.
    pub quarantined: Vec<Quarantined>,
    /// Delivered rows that the lake has with other values; the lake keeps its own.
    pub changed: Vec<Changed>,
    /// Delivered rows that came after a later one.
    pub out_of_order: usize,
    /// Sessions of the covered days without a bar, in the whole series.
    pub gaps: Vec<Gap>,
    /// Odd-looking rows in the whole series.
    pub suspects: Vec<Suspect>,
}

/// The right to write to one source; other processes are kept out while it lives.
#[derive(Debug)]
pub struct LakeWriter {
    lake: Lake,
    source: String,
    _lock: LockFile,
}

impl LakeWriter {
    pub(super) fn try_new(lake: Lake, source: &str) -> Result<Self, LakeError> {
        let lock = LockFile::try_acquire(&lake.root().join(source).join(".lock"))?;
        Ok(Self { lake, source: source.to_owned(), _lock: lock })
    }

    /// Checks what a source delivered for `requested` and adds what is new.
    ///
    /// Nothing that is stored changes: a row with other values is reported. A commit that adds
    /// nothing writes nothing. The days after the last known bar do not count as covered, because
    /// the source may not have them yet.
    ///
    /// # Errors
    /// [`LakeError`]; the series is then as before.
    ///
    /// # Panics
    /// If `key` names another source than the one that was locked.
    pub fn commit(
        &self,
        key: &SeriesKey,
        incoming: &Incoming,
        requested: DateRange,
        calendar: &Calendar,
    ) -> Result<CommitReport, LakeError> {
        let folder = self.lake.folder(key);
        assert_eq!(key.source, self.source, "invariant: a writer writes to the source it locked");
        let before =
            Manifest::read(&folder, key)?.unwrap_or_else(|| Manifest::empty(key, calendar.name()));
        check_calendar(&before, calendar, &folder)?;
        recover(&folder, &before)?;
        let mut stored = read_series(&folder, before.clone())?;
        let mut report = merge_rows(&mut stored.bars, &incoming.bars, key.timeframe, calendar)?;
        let zone = calendar.zone();
        let dated = |bar: &Bar| (bar.open_time.date_in(zone), *bar);
        let bars: Vec<(Date, Bar)> = stored.bars.iter().map(dated).collect();
        merge_actions(&mut stored.actions, &incoming.actions, &bars, &mut report);
        let files = seal(&folder, &mut stored)?;
        let dates: Vec<Date> = bars.into_iter().map(|(date, _)| date).collect();
        describe(&mut stored, &dates, requested, calendar)?;
        remember(&mut stored.manifest, &mut report);
        if stored.manifest != before {
            stored.manifest.updated_at = now();
            replace(&folder, &files, &stored.manifest)?;
        }
        Ok(report)
    }
}

fn check_calendar(
    manifest: &Manifest,
    calendar: &Calendar,
    folder: &Path,
) -> Result<(), LakeError> {
    if manifest.calendar == calendar.name() {
        return Ok(());
    }
    Err(LakeError::Mismatch {
        path: folder.join(MANIFEST_FILE),
        what: "the calendar",
        expected: calendar.name().to_string(),
        found: manifest.calendar.to_string(),
    })
}

/// Encodes the years that have grown and names every file in the manifest.
fn seal(folder: &Path, stored: &mut StoredSeries) -> Result<Vec<(String, Vec<u8>)>, LakeError> {
    let failed = |name: &str, reason: String| LakeError::Encode { path: folder.join(name), reason };
    let mut files = Vec::new();
    let manifest = &mut stored.manifest;
    for bars in stored.bars.chunk_by(|a, b| year(a) == year(b)) {
        // Rows are only ever added, so a year with as many rows as before is the same.
        let known = manifest.years.get(&year(&bars[0])).map_or(0, |file| file.rows);
        if known != bars.len() {
            let name = year_file(year(&bars[0]));
            let bytes = bar_file::encode(bars).map_err(|error| failed(&name, error.to_string()))?;
            let file = YearFile { rows: bars.len(), sha256: digest_bytes(&bytes) };
            manifest.years.insert(year(&bars[0]), file);
            files.push((name, bytes));
        }
    }
    manifest.rows = stored.bars.len();
    if manifest.actions != stored.actions.len() {
        let bytes = ActionsFile::encode(&stored.actions)
            .map_err(|error| failed(ACTIONS_FILE, error.to_string()))?;
        manifest.actions = stored.actions.len();
        manifest.actions_sha256 = Some(digest_bytes(&bytes));
        files.push((ACTIONS_FILE.to_owned(), bytes));
    }
    Ok(files)
}

fn year(bar: &Bar) -> i16 {
    bar.open_time.date_utc().year()
}

/// Derives range, coverage, gaps and suspects; `dates` belong to the stored bars.
fn describe(
    stored: &mut StoredSeries,
    dates: &[Date],
    requested: DateRange,
    calendar: &Calendar,
) -> Result<(), LakeError> {
    let manifest = &mut stored.manifest;
    if let (Some(&first), Some(&last)) = (dates.first(), dates.last()) {
        manifest.range = DateRange::try_new(first, last).ok();
        if let Ok(answered) = DateRange::try_new(requested.start(), requested.end().min(last)) {
            add_range(&mut manifest.covered, answered);
        }
    }
    manifest.gaps = find_gaps(&manifest.covered, dates, manifest.timeframe, calendar)?;
    manifest.suspects = find_suspects(&stored.bars, &stored.actions, calendar.zone());
    Ok(())
}

/// Lists what stayed out, each row once, and fills in the totals of the report.
fn remember(manifest: &mut Manifest, report: &mut CommitReport) {
    manifest.quarantined.extend(report.quarantined.iter().cloned());
    manifest.quarantined.sort();
    manifest.quarantined.dedup();
    manifest.changed.extend(report.changed.iter().cloned());
    manifest.changed.sort();
    manifest.changed.dedup();
    report.rows_total = manifest.rows;
    report.gaps.clone_from(&manifest.gaps);
    report.suspects.clone_from(&manifest.suspects);
}
