//! A series while it is changed: the years that are touched are read, the others stay on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::coverage::{add_range, find_gaps};
use super::files::{ACTIONS_FILE, encode, recover, replace, year_file};
use super::manifest::{MANIFEST_FILE, Manifest};
use super::merge::{merge_actions, merge_rows};
use super::store::{ActionsFile, read_actions, read_year};
use super::{CommitReport, Incoming, LakeError, SeriesKey, YearFile};
use crate::base::{Date, DateRange, digest_bytes};
use crate::dataset::quality::{find_suspects, inspect_rows};
use crate::domain::{Bar, Calendar, CorporateAction};

/// A series that is being changed; nothing is written before [`Draft::save`].
pub(super) struct Draft<'a> {
    folder: PathBuf,
    calendar: &'a Calendar,
    before: Manifest,
    manifest: Manifest,
    years: BTreeMap<i16, Vec<Bar>>,
    grown: BTreeSet<i16>,
    actions: Option<Vec<CorporateAction>>,
}

impl<'a> Draft<'a> {
    /// Opens a series, which need not exist, and clears up after a killed writer.
    pub(super) fn open(
        folder: PathBuf,
        key: &SeriesKey,
        calendar: &'a Calendar,
    ) -> Result<Self, LakeError> {
        let before =
            Manifest::read(&folder, key)?.unwrap_or_else(|| Manifest::empty(key, calendar.name()));
        check_calendar(&before, calendar, &folder)?;
        recover(&folder, &before)?;
        Ok(Self {
            folder,
            calendar,
            manifest: before.clone(),
            before,
            years: BTreeMap::new(),
            grown: BTreeSet::new(),
            actions: None,
        })
    }

    /// Whether nothing was ever written.
    pub(super) fn is_new(&self) -> bool {
        !self.folder.join(MANIFEST_FILE).exists()
    }

    /// Adds what is good and new of a delivery.
    pub(super) fn merge(&mut self, incoming: &Incoming) -> Result<CommitReport, LakeError> {
        let inspected = inspect_rows(&incoming.bars, self.manifest.timeframe, self.calendar)?;
        let mut report = CommitReport {
            quarantined: inspected.quarantined,
            out_of_order: inspected.out_of_order,
            ..CommitReport::default()
        };
        for bars in inspected.clean.chunk_by(|a, b| year(a) == year(b)) {
            let number = year(&bars[0]);
            if merge_rows(self.year(number)?, bars, &mut report) {
                self.grown.insert(number);
            }
        }
        if !incoming.actions.is_empty() {
            let bars = self.bars_around(&incoming.actions)?;
            let stored = self.actions()?;
            merge_actions(stored, &incoming.actions, &bars, &mut report);
        }
        self.remember(&mut report);
        self.measure();
        Ok(report)
    }

    /// Counts the days as covered, up to the last known bar: the source may get later ones.
    pub(super) fn answer(&mut self, answered: &[DateRange]) {
        let Some(last) = self.manifest.range.map(DateRange::end) else { return };
        for range in answered {
            if let Ok(range) = DateRange::try_new(range.start(), range.end().min(last)) {
                add_range(&mut self.manifest.covered, range);
            }
        }
    }

    /// Marks the fetch of `days` as not ended.
    pub(super) const fn leave_open(&mut self, days: DateRange) {
        self.manifest.pending = Some(days);
    }

    /// Derives what concerns the whole series, if anything has changed: gaps and suspects.
    pub(super) fn describe(&mut self) -> Result<(), LakeError> {
        self.manifest.pending = None;
        if self.manifest == self.before {
            return Ok(());
        }
        let numbers: Vec<i16> = self.manifest.years.keys().chain(&self.grown).copied().collect();
        for number in numbers {
            self.year(number)?;
        }
        self.actions()?;
        let bars: Vec<Bar> = self.years.values().flatten().copied().collect();
        let zone = self.calendar.zone();
        let dates: Vec<Date> = bars.iter().map(|bar| bar.open_time.date_in(zone)).collect();
        let manifest = &mut self.manifest;
        manifest.gaps = find_gaps(&manifest.covered, &dates, manifest.timeframe, self.calendar)?;
        manifest.suspects = find_suspects(&bars, self.actions.as_deref().unwrap_or_default(), zone);
        Ok(())
    }

    /// Writes what has changed as one step, or nothing; gives the manifest.
    pub(super) fn save(mut self) -> Result<Manifest, LakeError> {
        let files = self.seal()?;
        if self.manifest != self.before {
            replace(&self.folder, &files, &self.manifest)?;
        }
        Ok(self.manifest)
    }

    /// The bars of a year, read at the first call.
    fn year(&mut self, number: i16) -> Result<&mut Vec<Bar>, LakeError> {
        if !self.years.contains_key(&number) {
            let file = self.before.years.get(&number);
            let bars = file.map(|file| read_year(&self.folder, number, file.sha256)).transpose()?;
            self.years.insert(number, bars.unwrap_or_default());
        }
        Ok(self.years.entry(number).or_default())
    }

    fn actions(&mut self) -> Result<&mut Vec<CorporateAction>, LakeError> {
        if self.actions.is_none() {
            self.actions = Some(read_actions(&self.folder, &self.before)?);
        }
        Ok(self.actions.get_or_insert_default())
    }

    /// Bars with their dates, among them the last one before each ex-date.
    fn bars_around(&mut self, actions: &[CorporateAction]) -> Result<Vec<(Date, Bar)>, LakeError> {
        let zone = self.calendar.zone().clone();
        let known: BTreeSet<i16> = self.before.years.keys().chain(&self.grown).copied().collect();
        for action in actions {
            // A year in UTC begins a few hours off the year in the zone of the exchange.
            for &number in known.range(..=action.ex_date.year().saturating_add(1)).rev() {
                let first = self.year(number)?.first().map(|bar| bar.open_time.date_in(&zone));
                if first.is_some_and(|first| first < action.ex_date) {
                    break;
                }
            }
        }
        let dated = |bar: &Bar| (bar.open_time.date_in(&zone), *bar);
        Ok(self.years.values().flatten().map(dated).collect())
    }

    /// Lists what stayed out, each row once.
    fn remember(&mut self, report: &mut CommitReport) {
        let manifest = &mut self.manifest;
        manifest.quarantined.extend(report.quarantined.iter().cloned());
        manifest.quarantined.sort();
        manifest.quarantined.dedup();
        manifest.changed.extend(report.changed.iter().cloned());
        manifest.changed.sort();
        manifest.changed.dedup();
    }

    /// Counts rows and days anew; rows are only ever added.
    fn measure(&mut self) {
        let zone = self.calendar.zone();
        let date = |bar: &Bar| bar.open_time.date_in(zone);
        let stored = |number: &i16| self.before.years.get(number).map_or(0, |file| file.rows);
        let held = |number: &i16| self.years.get(number).map_or(0, Vec::len);
        let added: usize = self.grown.iter().map(|number| held(number) - stored(number)).sum();
        self.manifest.rows = self.before.rows + added;
        self.manifest.actions = self.actions.as_ref().map_or(self.before.actions, Vec::len);
        for bars in self.grown.iter().filter_map(|number| self.years.get(number)) {
            let (Some(first), Some(last)) = (bars.first(), bars.last()) else { continue };
            let (mut first, mut last) = (date(first), date(last));
            if let Some(range) = self.manifest.range {
                (first, last) = (first.min(range.start()), last.max(range.end()));
            }
            self.manifest.range = DateRange::try_new(first, last).ok();
        }
    }

    /// Encodes what has grown and names it in the manifest.
    fn seal(&mut self) -> Result<Vec<(String, Vec<u8>)>, LakeError> {
        let failed =
            |name: &str, reason: String| LakeError::Encode { path: self.folder.join(name), reason };
        let mut files = Vec::new();
        for number in &self.grown {
            let Some(bars) = self.years.get(number) else { continue };
            let name = year_file(*number);
            let bytes = encode(bars).map_err(|error| failed(&name, error.to_string()))?;
            let file = YearFile { rows: bars.len(), sha256: digest_bytes(&bytes) };
            self.manifest.years.insert(*number, file);
            files.push((name, bytes));
        }
        if let Some(actions) = &self.actions
            && actions.len() != self.before.actions
        {
            let bytes = ActionsFile::encode(actions)
                .map_err(|error| failed(ACTIONS_FILE, error.to_string()))?;
            self.manifest.actions_sha256 = Some(digest_bytes(&bytes));
            files.push((ACTIONS_FILE.to_owned(), bytes));
        }
        Ok(files)
    }
}

fn year(bar: &Bar) -> i16 {
    bar.open_time.date_utc().year()
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
