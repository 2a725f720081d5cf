//! What a running fetch knows of itself: progress for the user, and whether the source is down.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{FetchError, FetchStop, SymbolOutcome};
use crate::base::{Progress, ProgressUpdate, Stopwatch};
use crate::domain::Symbol;
use crate::ports::{RemoteError, SourceError};

/// So many symbols in a row without an answer: the source is down.
const FAILURES_MAX: usize = 4;
/// Time between two reports of progress.
const REPORT_EVERY_SECONDS: f64 = 0.25;

/// Counts what all workers do.
pub(super) struct Monitor<'a> {
    progress: &'a dyn Progress,
    num_symbols: u64,
    started: Stopwatch,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    symbols: u64,
    pages: u64,
    rows: u64,
    reported: Option<Stopwatch>,
    failures_in_a_row: usize,
    is_source_down: bool,
    stopped: Option<FetchStop>,
}

impl<'a> Monitor<'a> {
    pub(super) fn new(progress: &'a dyn Progress, num_symbols: usize) -> Self {
        Self {
            progress,
            num_symbols: num_symbols as u64,
            started: Stopwatch::start(),
            tally: Mutex::default(),
        }
    }

    /// A symbol begins.
    pub(super) fn symbol_begins(&self, symbol: &Symbol) {
        let mut tally = self.tally();
        self.report(&mut tally, symbol);
    }

    /// A page came.
    pub(super) fn page(&self, symbol: &Symbol, rows: usize) {
        let mut tally = self.tally();
        tally.pages += 1;
        tally.rows += rows as u64;
        self.report(&mut tally, symbol);
    }

    /// A symbol has ended, well or not.
    pub(super) fn symbol_done(&self, outcome: &SymbolOutcome) {
        let mut tally = self.tally();
        tally.symbols += 1;
        match outcome.error.as_ref().map(Blame::of) {
            Some(Blame::Source) => tally.is_source_down = true,
            Some(Blame::Line) => {
                tally.failures_in_a_row += 1;
                tally.is_source_down |= tally.failures_in_a_row >= FAILURES_MAX;
            }
            Some(Blame::Symbol) | None => tally.failures_in_a_row = 0,
        }
    }

    pub(super) fn is_source_down(&self) -> bool {
        self.tally().is_source_down
    }

    /// A worker ended because of this.
    pub(super) fn note_stop(&self, stop: FetchStop) {
        self.tally().stopped.get_or_insert(stop);
    }

    pub(super) fn stopped(&self) -> Option<FetchStop> {
        self.tally().stopped
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, tally: &mut Tally, symbol: &Symbol) {
        if tally.reported.is_some_and(|last| last.seconds() < REPORT_EVERY_SECONDS) {
            return;
        }
        tally.reported = Some(Stopwatch::start());
        let mut note = symbol.to_string();
        if tally.pages > 0 {
            let pace = tally.rows as f64 / self.started.seconds().max(1e-3);
            note += &format!(", {} pages, {} rows, {pace:.0} rows/s", tally.pages, tally.rows);
        }
        self.progress.report(&ProgressUpdate {
            stage: "fetch",
            done: tally.symbols,
            total: Some(self.num_symbols),
            unit: "symbols",
            note,
        });
    }
}

/// Whose fault a failure is.
enum Blame {
    /// The source refuses whatever it is asked.
    Source,
    /// No answer; the next symbol may have more luck.
    Line,
    /// This symbol alone.
    Symbol,
}

impl Blame {
    const fn of(error: &FetchError) -> Self {
        let FetchError::Source(SourceError::Remote(error)) = error else { return Self::Symbol };
        match error {
            RemoteError::TooBusy { .. }
            | RemoteError::NoKey { .. }
            | RemoteError::KeyRefused { .. } => Self::Source,
            error if error.is_transient() => Self::Line,
            _ => Self::Symbol,
        }
    }
}
