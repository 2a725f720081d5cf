//! Many series at a time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::MirrorError;
use super::local::series_below;
use super::marker::Marker;
use super::names::SeriesPath;
use super::prune::prune;
use super::remote::RemoteLake;
use super::series::{SeriesOutcome, Worker};
use crate::base::{Interrupt, Progress, ProgressUpdate, StopSignal};
use crate::connectors::object_store::{Address, ObjectStore};
use crate::dataset::{Lake, LakeWriter};
use crate::domain::Symbol;

/// Which way content goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the lake to the mirror.
    Push,
    /// From the mirror to the lake.
    Pull,
    /// Each side gets what the other is ahead of.
    Sync,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorStep {
    /// Only say what would be done.
    Plan,
    /// Do it.
    Work,
}

/// What to mirror.
#[derive(Debug, Clone, Copy)]
pub struct MirrorJob<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// The place in the bucket.
    pub address: &'a Address,
    /// Folders of sources; empty for all.
    pub sources: &'a [String],
    /// Instruments; empty for all.
    pub symbols: &'a [Symbol],
    /// Which way.
    pub direction: Direction,
    /// Whether anything is written.
    pub step: MirrorStep,
    /// Remove content of the mirror that no manifest names and that is older than so many hours.
    pub prune_age_h: Option<f64>,
}

/// What became of it.
#[derive(Debug)]
pub struct MirrorOutcome {
    /// Every series that was looked at, by its path, in order.
    pub series: Vec<(String, Result<SeriesOutcome, MirrorError>)>,
    /// Keys that were removed, or would be.
    pub pruned: Vec<String>,
    /// The signal that ended the work early.
    pub stopped: Option<StopSignal>,
}

impl MirrorOutcome {
    /// Whether nothing failed and nothing was left out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none() && self.series.iter().all(|(_, result)| result.is_ok())
    }
}

impl MirrorJob<'_> {
    /// Whether a series is asked for.
    pub(super) fn wants(&self, path: &SeriesPath) -> bool {
        let source = self.sources.is_empty() || self.sources.iter().any(|own| own == path.part(0));
        let symbols = self.symbols;
        source && (symbols.is_empty() || symbols.iter().any(|own| own.as_str() == path.part(1)))
    }

    /// The path that holds all that is asked for, so that a bucket is listed no further.
    pub(super) fn listing_path(&self) -> String {
        match (self.sources, self.symbols) {
            ([source], [symbol]) => format!("{source}/{symbol}/"),
            ([source], _) => format!("{source}/"),
            _ => String::new(),
        }
    }

    fn filter(&self) -> String {
        let sources = self.sources.iter().map(|source| format!(" of source {source}"));
        let symbols = self.symbols.iter().map(|symbol| format!(" of symbol {symbol}"));
        sources.chain(symbols).collect::<Vec<_>>().join(",")
    }
}

/// Mirrors every series that is asked for; one that fails does not keep the others.
///
/// # Errors
/// [`MirrorError`] if nothing could be begun: the store does not answer, another process holds the
/// lock of a source, or there is no such series.
pub fn mirror(
    job: &MirrorJob<'_>,
    store: &ObjectStore,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<MirrorOutcome, MirrorError> {
    let remote = RemoteLake::list(store, job.address, &job.listing_path())?;
    let paths = paths(job, &remote)?;
    let _locks = locks(job, &remote)?;
    let marker = Marker::new(store, job.address);
    let worker = Worker { job, store, remote: &remote, marker: &marker };
    let series = run_all(&worker, &paths, progress, interrupt);
    let mut outcome =
        MirrorOutcome { series, pruned: Vec::new(), stopped: interrupt.stop_requested() };
    if let Some(age_h) = job.prune_age_h
        && outcome.is_complete()
    {
        outcome.pruned = prune(job, store, age_h)?;
    }
    Ok(outcome)
}

/// The series of the sides that content can come from.
fn paths(job: &MirrorJob<'_>, remote: &RemoteLake<'_>) -> Result<Vec<SeriesPath>, MirrorError> {
    let mut paths = BTreeSet::new();
    if job.direction != Direction::Pull {
        paths.extend(series_below(job.lake.root()));
    }
    if job.direction != Direction::Push {
        paths.extend(remote.series());
    }
    let paths: Vec<SeriesPath> = paths.into_iter().filter(|path| job.wants(path)).collect();
    if paths.is_empty() {
        let lake = job.lake.root().display();
        let place = match job.direction {
            Direction::Push => lake.to_string(),
            Direction::Pull => job.address.to_string(),
            Direction::Sync => format!("{lake} or {}", job.address),
        };
        return Err(MirrorError::Nothing { place, filter: job.filter() });
    }
    Ok(paths)
}

/// The locks of the sources that may be written to, held while the work lasts.
fn locks(job: &MirrorJob<'_>, remote: &RemoteLake<'_>) -> Result<Vec<LakeWriter>, MirrorError> {
    if job.direction == Direction::Push || job.step == MirrorStep::Plan {
        return Ok(Vec::new());
    }
    let wanted = remote.series().into_iter().filter(|path| job.wants(path));
    let sources: BTreeSet<String> = wanted.map(|path| path.part(0).to_owned()).collect();
    sources.iter().map(|source| Ok(job.lake.writer(source)?)).collect()
}

/// Runs the series on as many threads as the limits allow; results are in the order of `paths`.
fn run_all(
    worker: &Worker<'_>,
    paths: &[SeriesPath],
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Vec<(String, Result<SeriesOutcome, MirrorError>)> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..worker.store.parallel().min(paths.len()) {
            scope.spawn(|| {
                while interrupt.stop_requested().is_none() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { break };
                    let result = worker.run(path);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.push((index, path.to_string(), result));
                    progress.report(&update(worker.job.direction, results.len(), paths));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, ..)| *index);
    results.into_iter().map(|(_, path, result)| (path, result)).collect()
}

fn update(direction: Direction, done: usize, paths: &[SeriesPath]) -> ProgressUpdate {
    ProgressUpdate {
        stage: match direction {
            Direction::Push => "push",
            Direction::Pull => "pull",
            Direction::Sync => "sync",
        },
        done: done as u64,
        total: Some(paths.len() as u64),
        unit: "series",
        note: String::new(),
    }
}
