//! One symbol: window by window, page by page.

use super::engine::Desk;
use super::windows::cut;
use super::{FetchError, SymbolFetch, SymbolOutcome};
use crate::base::DateRange;
use crate::dataset::{
    CommitReport, Incoming, LakeError, Manifest, PendingFetch, SeriesKey, add_range,
};
use crate::domain::Symbol;
use crate::ports::{FetchRequest, Page, SourceError};

/// So often a request begins anew because the source has forgotten its pages.
const RESTARTS_MAX: usize = 3;

/// Fetches what is missing of one symbol; what was committed before a failure stays.
pub(super) fn fetch_symbol(desk: &Desk<'_>, symbol: &Symbol) -> SymbolOutcome {
    let key = desk.job.key(symbol);
    let mut visit = Visit {
        desk,
        symbol,
        key,
        done: SymbolFetch::default(),
        answered: Vec::new(),
        nothing: None,
    };
    let error = visit.run().err();
    let told = visit.tell();
    SymbolOutcome { symbol: symbol.clone(), fetched: visit.done, error: error.or(told.err()) }
}

struct Visit<'a> {
    desk: &'a Desk<'a>,
    symbol: &'a Symbol,
    key: SeriesKey,
    done: SymbolFetch,
    /// The windows that the source has answered, in this process or in one that died.
    answered: Vec<DateRange>,
    /// What the source said of the last window that it has nothing of.
    nothing: Option<SourceError>,
}

/// How the source answered for a window.
enum Answer {
    Rows(Incoming),
    Nothing(SourceError),
    /// The job stops before the answer is whole.
    Stopped,
}

/// How a visit ended.
#[derive(PartialEq, Eq)]
enum End {
    Whole,
    Stopped,
}

impl Visit<'_> {
    fn run(&mut self) -> Result<(), FetchError> {
        let mut pending = self.desk.writer.pending(&self.key, self.desk.job.mode.scope())?;
        let windows = self.windows(&mut pending)?;
        self.answered = pending.answered().to_vec();
        let asked = self.ask_all(&mut pending, &windows);
        // Also after a failure the manifest describes what is there.
        let settled = self.desk.writer.settle(&self.key, &self.answered, self.desk.job.calendar);
        if asked? == End::Whole {
            let manifest = settled?;
            pending.close()?;
            return self.require_rows(manifest.as_ref());
        }
        Ok(settled.map(drop)?)
    }

    /// The windows to ask for, in order; the one that was left comes first.
    fn windows(&self, pending: &mut PendingFetch) -> Result<Vec<DateRange>, FetchError> {
        let job = self.desk.job;
        let mut covered = job.covered(&self.key)?;
        if let Some(left) = pending.window()
            && covered.iter().any(|range| range.contains(left.start()))
        {
            // Its rows were committed, but nobody was left to say so here.
            pending.answer(left)?;
        }
        pending.answered().iter().for_each(|&range| add_range(&mut covered, range));
        let mut windows = Vec::new();
        let is_missing = |missing: &[DateRange], left: DateRange| {
            missing.iter().any(|range| range.contains(left.start()) && range.contains(left.end()))
        };
        let mut missing = job.missing(&covered)?;
        if let Some(left) = pending.window().filter(|&left| is_missing(&missing, left)) {
            windows.push(left);
            add_range(&mut covered, left);
            missing = job.missing(&covered)?;
        }
        let days_max = self.desk.source.days_max(job.timeframe);
        windows.extend(missing.iter().flat_map(|&range| cut(range, days_max, job.timeframe)));
        windows.sort_by_key(|window| window.start());
        Ok(windows)
    }

    fn ask_all(
        &mut self,
        pending: &mut PendingFetch,
        windows: &[DateRange],
    ) -> Result<End, FetchError> {
        for (index, &window) in windows.iter().enumerate() {
            let is_last = index + 1 == windows.len();
            match self.ask(pending, window)? {
                Answer::Stopped => return Ok(End::Stopped),
                Answer::Nothing(error) => self.nothing = Some(error),
                Answer::Rows(mut incoming) => {
                    self.note(&mut incoming);
                    let report = if is_last {
                        self.commit_last(&incoming, window)?
                    } else {
                        self.commit_part(&incoming, window)?
                    };
                    add(&mut self.done.report, report);
                }
            }
            self.answered.push(window);
            if !is_last {
                pending.answer(window)?;
            }
        }
        Ok(End::Whole)
    }

    /// Asks for the pages of a window that are not there yet.
    fn ask(&mut self, pending: &mut PendingFetch, window: DateRange) -> Result<Answer, FetchError> {
        let (symbol, timeframe) = (self.symbol.clone(), self.desk.job.timeframe);
        let request = FetchRequest { symbol, timeframe, range: window };
        pending.begin(window);
        let mut restarts = 0;
        let mut is_old_cursor = pending.cursor().is_some();
        loop {
            if let Some(stop) = self.desk.stop() {
                self.desk.monitor.note_stop(stop);
                return Ok(Answer::Stopped);
            }
            let page = match self.desk.source.fetch_page(&request, pending.cursor()) {
                Ok(page) => page,
                Err(error @ SourceError::NoRows { .. }) if pending.cursor().is_none() => {
                    return Ok(Answer::Nothing(error));
                }
                // The pages before this one are all there is.
                Err(SourceError::NoRows { .. }) => Page::default(),
                Err(SourceError::Cursor { .. })
                    if pending.cursor().is_some() && restarts < RESTARTS_MAX =>
                {
                    restarts += 1;
                    pending.restart();
                    continue;
                }
                // A source that waits gives up when a signal comes.
                Err(_) if self.desk.interrupt.stop_requested().is_some() => continue,
                // Not every source says that it has forgotten the pages of another day.
                Err(error) if is_old_cursor && !error.concerns_everything() => {
                    is_old_cursor = false;
                    pending.restart();
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            is_old_cursor = false;
            self.done.pages += 1;
            self.desk.monitor.page(self.symbol, page.incoming.bars.len());
            let Some(next) = page.next else {
                return Ok(Answer::Rows(pending.join(page.incoming)));
            };
            if pending.has_seen(&next) {
                let place = self.desk.source.origin();
                return Err(SourceError::Circle { place, cursor: next }.into());
            }
            pending.hold(page.incoming, &next)?;
        }
    }

    fn commit_part(
        &self,
        incoming: &Incoming,
        window: DateRange,
    ) -> Result<CommitReport, LakeError> {
        let job = self.desk.job;
        let answered = self.answered_with(window);
        self.desk.writer.add(&self.key, incoming, &answered, job.range, job.calendar)
    }

    fn commit_last(
        &self,
        incoming: &Incoming,
        window: DateRange,
    ) -> Result<CommitReport, LakeError> {
        let answered = self.answered_with(window);
        self.desk.writer.commit_answers(&self.key, incoming, &answered, self.desk.job.calendar)
    }

    fn answered_with(&self, window: DateRange) -> Vec<DateRange> {
        self.answered.iter().copied().chain([window]).collect()
    }

    /// Keeps what the source says of itself, each sentence once.
    fn note(&mut self, incoming: &mut Incoming) {
        for note in incoming.notes.drain(..) {
            if !self.done.notes.contains(&note) {
                self.done.notes.push(note);
            }
        }
    }

    /// A job that found nothing at all has failed.
    fn require_rows(&mut self, manifest: Option<&Manifest>) -> Result<(), FetchError> {
        if self.answered.is_empty() || manifest.is_some_and(|manifest| manifest.rows > 0) {
            return Ok(());
        }
        let range = self.desk.job.range;
        let (place, has) = match self.nothing.take() {
            Some(SourceError::NoRows { place, has, .. }) => (place, has),
            // Rows came and all of them stayed out; the report tells why.
            None if manifest.is_some() => return Ok(()),
            _ => (self.desk.source.origin(), "no bars".to_owned()),
        };
        Err(SourceError::NoRows { symbol: self.symbol.clone(), range, place, has }.into())
    }

    /// Fills in what describes the whole series.
    fn tell(&mut self) -> Result<(), FetchError> {
        let job = self.desk.job;
        let manifest = job.lake.manifest(&self.key)?;
        let covered = manifest.as_ref().map(|manifest| manifest.covered.as_slice());
        self.done.uncovered = job.missing(covered.unwrap_or_default())?;
        if let Some(manifest) = manifest {
            self.done.report.rows_total = manifest.rows;
            self.done.report.gaps = manifest.gaps;
            self.done.report.suspects = manifest.suspects;
            self.done.range = manifest.range;
        }
        Ok(())
    }
}

/// Adds up what concerns deliveries; what describes the whole series is taken from the manifest.
fn add(sum: &mut CommitReport, next: CommitReport) {
    sum.rows_added += next.rows_added;
    sum.actions_added += next.actions_added;
    sum.out_of_order += next.out_of_order;
    sum.quarantined.extend(next.quarantined);
    sum.changed.extend(next.changed);
}
