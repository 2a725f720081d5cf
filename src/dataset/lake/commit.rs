//! Writing the lake.

use super::draft::Draft;
use super::manifest::{Changed, Gap};
use super::{Lake, LakeError, Manifest, PendingFetch, SeriesKey};
use crate::base::{DateRange, LockFile};
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
        self.commit_answers(key, incoming, &[requested], calendar)
    }

    /// As [`LakeWriter::commit`], for the last of several requests; `answered` are the days of all.
    ///
    /// # Errors
    /// As [`LakeWriter::commit`].
    ///
    /// # Panics
    /// As [`LakeWriter::commit`].
    pub fn commit_answers(
        &self,
        key: &SeriesKey,
        incoming: &Incoming,
        answered: &[DateRange],
        calendar: &Calendar,
    ) -> Result<CommitReport, LakeError> {
        let mut draft = self.draft(key, calendar)?;
        let mut report = draft.merge(incoming)?;
        draft.answer(answered);
        draft.describe()?;
        let manifest = draft.save()?;
        report.rows_total = manifest.rows;
        report.gaps = manifest.gaps;
        report.suspects = manifest.suspects;
        Ok(report)
    }

    /// Adds the rows of a request that others follow; reads and writes only the years of its rows.
    ///
    /// Gaps and suspects wait for [`LakeWriter::settle`] or [`LakeWriter::commit_answers`]; until then
    /// the manifest names `days` as pending.
    ///
    /// # Errors
    /// As [`LakeWriter::commit`].
    ///
    /// # Panics
    /// As [`LakeWriter::commit`].
    pub fn add(
        &self,
        key: &SeriesKey,
        incoming: &Incoming,
        answered: &[DateRange],
        days: DateRange,
        calendar: &Calendar,
    ) -> Result<CommitReport, LakeError> {
        let mut draft = self.draft(key, calendar)?;
        let mut report = draft.merge(incoming)?;
        draft.answer(answered);
        draft.leave_open(days);
        report.rows_total = draft.save()?.rows;
        Ok(report)
    }

    /// Derives gaps and suspects if rows or answered days came since the last time, and counts
    /// `answered` as covered; `None` if the series does not exist.
    ///
    /// # Errors
    /// As [`LakeWriter::commit`].
    ///
    /// # Panics
    /// As [`LakeWriter::commit`].
    pub fn settle(
        &self,
        key: &SeriesKey,
        answered: &[DateRange],
        calendar: &Calendar,
    ) -> Result<Option<Manifest>, LakeError> {
        let mut draft = self.draft(key, calendar)?;
        if draft.is_new() {
            return Ok(None);
        }
        draft.answer(answered);
        draft.describe()?;
        draft.save().map(Some)
    }

    /// What a fetch of the same `scope` left unfinished; one of another scope is forgotten.
    ///
    /// # Errors
    /// [`LakeError::File`] if it cannot be read.
    pub fn pending(&self, key: &SeriesKey, scope: &str) -> Result<PendingFetch, LakeError> {
        PendingFetch::open(&self.lake.folder(key), scope)
    }

    fn draft<'a>(&self, key: &SeriesKey, calendar: &'a Calendar) -> Result<Draft<'a>, LakeError> {
        assert_eq!(key.source, self.source, "invariant: a writer writes to the source it locked");
        Draft::open(self.lake.folder(key), key, calendar)
    }
}
