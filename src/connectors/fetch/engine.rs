//! All symbols of a job, several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::monitor::Monitor;
use super::symbol::fetch_symbol;
use super::{FetchJob, FetchOutcome, FetchStop, SymbolOutcome, SymbolPlan};
use crate::base::{Interrupt, Progress};
use crate::dataset::{LakeError, LakeWriter};
use crate::domain::Symbol;
use crate::ports::BarSource;

/// What the workers share.
pub(super) struct Desk<'a> {
    pub(super) job: &'a FetchJob<'a>,
    pub(super) source: &'a dyn BarSource,
    pub(super) writer: &'a LakeWriter,
    pub(super) interrupt: &'a Interrupt,
    pub(super) monitor: Monitor<'a>,
}

impl Desk<'_> {
    /// Why no further page should be asked for.
    pub(super) fn stop(&self) -> Option<FetchStop> {
        let signal = self.interrupt.stop_requested().map(FetchStop::Signal);
        signal.or_else(|| self.monitor.is_source_down().then_some(FetchStop::SourceDown))
    }
}

/// What [`fetch`] would ask for; nothing is written.
///
/// # Errors
/// [`LakeError`] if a manifest cannot be read or the range leaves the calendar.
pub fn plan(job: &FetchJob<'_>) -> Result<Vec<SymbolPlan>, LakeError> {
    job.symbols.iter().map(|symbol| plan_symbol(job, symbol)).collect()
}

fn plan_symbol(job: &FetchJob<'_>, symbol: &Symbol) -> Result<SymbolPlan, LakeError> {
    let missing = job.missing(&job.covered(&job.key(symbol))?)?;
    Ok(SymbolPlan { symbol: symbol.clone(), missing })
}

/// Asks the source for what is missing and commits what comes.
///
/// As many symbols are fetched at the same time as the source allows; the lake and the outcome do not
/// depend on their timing. A symbol that fails does not keep the others from being fetched, but a
/// source that is down or refuses the key is left alone.
///
/// # Errors
/// [`LakeError::Locked`] if another process writes to this source.
pub fn fetch(
    job: &FetchJob<'_>,
    source: &dyn BarSource,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<FetchOutcome, LakeError> {
    let writer = job.lake.writer(&job.source)?;
    let num_symbols = job.symbols.len();
    let monitor = Monitor::new(progress, num_symbols);
    let desk = Desk { job, source, writer: &writer, interrupt, monitor };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(num_symbols));
    let workers = source.parallel().clamp(1, num_symbols.max(1));
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|| work(&desk, &next, &done));
        }
        work(&desk, &next, &done);
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    let mut untried = Vec::new();
    for (index, symbol) in job.symbols.iter().enumerate() {
        if done.binary_search_by_key(&index, |(index, _)| *index).is_err() {
            untried.push(plan_symbol(job, symbol)?);
        }
    }
    let symbols = done.into_iter().map(|(_, outcome)| outcome).collect();
    Ok(FetchOutcome { symbols, untried, stopped: desk.monitor.stopped() })
}

/// Takes one symbol after the other until none is left.
fn work(desk: &Desk<'_>, next: &AtomicUsize, done: &Mutex<Vec<(usize, SymbolOutcome)>>) {
    while next.load(Ordering::Relaxed) < desk.job.symbols.len() {
        if let Some(stop) = desk.stop() {
            desk.monitor.note_stop(stop);
            return;
        }
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(symbol) = desk.job.symbols.get(index) else { return };
        desk.monitor.symbol_begins(symbol);
        let outcome = fetch_symbol(desk, symbol);
        desk.monitor.symbol_done(&outcome);
        done.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
    }
}
