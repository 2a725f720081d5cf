//! A fetch of one series that has not ended: what was answered, and the pages that came.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PAGE_FILE, PageRecord, Record, append, read_records, write_records};
use crate::base::DateRange;
use crate::dataset::{Incoming, LakeError};

/// What a fetch has heard of a series and not yet committed.
///
/// It outlives the process, so that the next one asks for nothing twice. Pages are committed together
/// when their request is answered, so that nothing in the lake depends on where a page ends.
#[derive(Debug)]
pub struct PendingFetch {
    path: PathBuf,
    scope: String,
    answered: Vec<DateRange>,
    window: Option<DateRange>,
    pages: Vec<Incoming>,
    cursors: Vec<String>,
    /// Bytes of the file that count; 0 as long as there is none.
    length: u64,
}

impl PendingFetch {
    /// Takes up what a fetch of the same scope left in the folder of a series.
    pub(in crate::dataset::lake) fn open(folder: &Path, scope: &str) -> Result<Self, LakeError> {
        let path = folder.join(PAGE_FILE);
        let (records, length) = read_records(&path)?;
        let mut pending = Self {
            path,
            scope: scope.to_owned(),
            answered: Vec::new(),
            window: None,
            pages: Vec::new(),
            cursors: Vec::new(),
            length,
        };
        let is_same = records.first().and_then(|record| record.scope.as_deref()) == Some(scope);
        if !is_same || !records.iter().all(|record| pending.replay(record)) {
            pending.forget()?;
        }
        Ok(pending)
    }

    /// Repeats one step; `false` if it makes no sense.
    fn replay(&mut self, record: &Record) -> bool {
        if let Some(answered) = &record.answered {
            let Ok(range) = answered.parse() else { return false };
            self.answered.push(range);
        }
        if let Some(window) = &record.window {
            let Ok(range) = window.parse() else { return false };
            self.open_window(Some(range));
        }
        if let Some(page) = &record.page {
            let Some(incoming) = page.incoming() else { return false };
            self.pages.push(incoming);
            self.cursors.push(page.next.clone());
        }
        true
    }

    /// The requests that were answered, each with rows or with nothing.
    #[must_use]
    pub fn answered(&self) -> &[DateRange] {
        &self.answered
    }

    /// The days of the request that has not been answered to its end.
    #[must_use]
    pub const fn window(&self) -> Option<DateRange> {
        self.window
    }

    /// How to ask for the next page of the request; `None` for the first one.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursors.last().map(String::as_str)
    }

    /// Whether a page of the request had this cursor already.
    #[must_use]
    pub fn has_seen(&self, cursor: &str) -> bool {
        self.cursors.iter().any(|seen| seen == cursor)
    }

    /// How many pages are held.
    #[must_use]
    pub fn num_pages(&self) -> usize {
        self.pages.len()
    }

    /// Begins a request, or goes on with it if it is the one that was left.
    pub fn begin(&mut self, window: DateRange) {
        if self.window != Some(window) {
            self.open_window(Some(window));
        }
    }

    /// Keeps a page that another one follows.
    ///
    /// # Errors
    /// [`LakeError::File`] if it cannot be written.
    pub fn hold(&mut self, page: Incoming, next: &str) -> Result<(), LakeError> {
        let record = Record { page: Some(PageRecord::new(&page, next)), ..Record::default() };
        if self.pages.is_empty() {
            // The file is written anew with the window that the pages belong to.
            let mut records = self.steps();
            records.push(record);
            self.length = write_records(&self.path, &records)?;
        } else {
            self.length = append(&self.path, self.length, &record)?;
        }
        self.pages.push(page);
        self.cursors.push(next.to_owned());
        Ok(())
    }

    /// Drops the pages of the request, because the source no longer knows the way on.
    pub fn restart(&mut self) {
        self.open_window(self.window);
    }

    /// All pages of the request and the last one.
    #[must_use]
    pub fn join(&mut self, last: Incoming) -> Incoming {
        let mut all = Incoming::default();
        for mut page in self.pages.drain(..).chain([last]) {
            all.bars.append(&mut page.bars);
            all.actions.append(&mut page.actions);
            all.notes.append(&mut page.notes);
        }
        all.notes.dedup();
        all
    }

    /// Remembers that a request was answered while others are still to come.
    ///
    /// # Errors
    /// [`LakeError::File`] if it cannot be written.
    pub fn answer(&mut self, window: DateRange) -> Result<(), LakeError> {
        self.answered.push(window);
        self.open_window(None);
        self.length = write_records(&self.path, &self.steps())?;
        Ok(())
    }

    /// Ends the fetch; nothing is left to take up.
    ///
    /// # Errors
    /// [`LakeError::File`] if the file cannot be removed.
    pub fn close(mut self) -> Result<(), LakeError> {
        self.forget()
    }

    fn open_window(&mut self, window: Option<DateRange>) {
        self.window = window;
        self.pages.clear();
        self.cursors.clear();
    }

    fn steps(&self) -> Vec<Record> {
        let scope = Record { scope: Some(self.scope.clone()), ..Record::default() };
        let answered = self
            .answered
            .iter()
            .map(|range| Record { answered: Some(range.to_string()), ..Record::default() });
        let window = self
            .window
            .map(|range| Record { window: Some(range.to_string()), ..Record::default() });
        [scope].into_iter().chain(answered).chain(window).collect()
    }

    fn forget(&mut self) -> Result<(), LakeError> {
        self.answered.clear();
        self.open_window(None);
        if self.length > 0 || self.path.exists() {
            let removed = fs::remove_file(&self.path);
            removed.map_err(|source| crate::base::FileError::Write {
                path: self.path.clone(),
                source,
            })?;
            self.length = 0;
            // A series without a bar leaves no folders; a folder that holds something stays.
            let folders = self.path.ancestors().skip(1).take(2);
            let _ = folders.map(fs::remove_dir).all(|removed| removed.is_ok());
        }
        Ok(())
    }
}
