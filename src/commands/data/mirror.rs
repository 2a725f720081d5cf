//! `releat data push`, `pull` and `sync`: a lake and its mirror in an object store.

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::base::Digest;
use crate::commands::{Failure, FailureKind, OutputFormat, SessionOptions, Talk};
use crate::connectors::{
    Address, Direction, MirrorError, MirrorJob, MirrorOutcome, MirrorStep, ObjectStore,
    SeriesOutcome, mirror,
};
use crate::dataset::Lake;
use crate::domain::Symbol;

/// Options of `data push`, `data pull` and `data sync`.
#[derive(Debug, Clone)]
pub struct MirrorOptions {
    /// Which way.
    pub direction: Direction,
    /// The mirror.
    pub address: Address,
    /// Folders of sources; empty for all.
    pub sources: Vec<String>,
    /// Instruments; empty for all.
    pub symbols: Vec<Symbol>,
    /// Whether anything is written.
    pub step: MirrorStep,
    /// Remove unnamed content of the mirror that is older than so many hours.
    pub prune_age_h: Option<f64>,
}

#[derive(Serialize)]
struct MirrorDocument {
    schema_version: u32,
    target: String,
    series: Vec<SeriesLine>,
    uploaded: usize,
    downloaded: usize,
    skipped: usize,
    bytes: u64,
    conflicts: Vec<ConflictLine>,
    pruned: Vec<String>,
    complete: bool,
}

#[derive(Serialize)]
struct SeriesLine {
    series: String,
    #[serde(flatten)]
    outcome: Option<SeriesOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct ConflictLine {
    series: String,
    reason: String,
    lake_sha256: Digest,
    mirror_sha256: Digest,
}

/// Keeps a lake and its mirror alike, in one direction or both.
///
/// # Errors
/// With the exit code of the first series that failed, or [`FailureKind::Partial`] if others did
/// not.
pub fn data_mirror(options: &SessionOptions, command: &MirrorOptions) -> Result<(), Failure> {
    let place = options.place()?;
    if options.offline {
        let text = format!("{} is remote and --offline was given", command.address);
        return Err(Failure::new(FailureKind::Remote, text));
    }
    let interrupt = options.interrupt()?;
    let lake = Lake::new(&place.store.lake_dir);
    let store = ObjectStore::try_new(&place.connectors.s3, command.address.bucket(), &interrupt)
        .map_err(|error| {
            let code = FailureKind::from_exit_code(error.exit_code());
            Failure::new(code, error)
                .hint("set the variables that connectors.s3.key_variable and secret_variable name")
        })?;
    let job = MirrorJob {
        lake: &lake,
        address: &command.address,
        sources: &command.sources,
        symbols: &command.symbols,
        direction: command.direction,
        step: command.step,
        prune_age_h: command.prune_age_h,
    };
    let progress = options.progress();
    let outcome = mirror(&job, &store, &progress, &interrupt);
    progress.finish();
    let outcome = outcome.map_err(failure)?;
    show(options, command, &outcome)?;
    finish(outcome)
}

fn show(
    options: &SessionOptions,
    command: &MirrorOptions,
    outcome: &MirrorOutcome,
) -> Result<(), Failure> {
    let document = document(command, outcome);
    let is_news = document.uploaded + document.downloaded + document.pruned.len() > 0
        || document.series.iter().any(|line| line.error.is_some());
    let is_text = options.console.format == OutputFormat::Text;
    if is_text && options.console.talk == Talk::Quiet && !is_news {
        return Ok(());
    }
    options.console.document(&document, || text(command, &document))
}

fn document(command: &MirrorOptions, outcome: &MirrorOutcome) -> MirrorDocument {
    let done = || outcome.series.iter().filter_map(|(_, result)| result.as_ref().ok());
    let line = |(series, result): &(String, Result<SeriesOutcome, MirrorError>)| SeriesLine {
        series: series.clone(),
        outcome: result.as_ref().ok().copied(),
        error: result.as_ref().err().map(ToString::to_string),
    };
    MirrorDocument {
        schema_version: 1,
        target: command.address.to_string(),
        series: outcome.series.iter().map(line).collect(),
        uploaded: done().map(|done| done.uploaded).sum(),
        downloaded: done().map(|done| done.downloaded).sum(),
        skipped: done().map(|done| done.skipped).sum(),
        bytes: done().map(|done| done.bytes).sum(),
        conflicts: outcome.series.iter().filter_map(|(_, result)| conflict(result)).collect(),
        pruned: outcome.pruned.clone(),
        complete: outcome.is_complete(),
    }
}

fn conflict(result: &Result<SeriesOutcome, MirrorError>) -> Option<ConflictLine> {
    match result {
        Err(MirrorError::Conflict { series, reason, local, remote, .. }) => Some(ConflictLine {
            series: series.clone(),
            reason: reason.to_string(),
            lake_sha256: *local,
            mirror_sha256: *remote,
        }),
        _ => None,
    }
}

fn text(command: &MirrorOptions, document: &MirrorDocument) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "series",
        "uploaded",
        "downloaded",
        "skipped",
        "bytes",
    ]);
    let is_moved = |line: &&SeriesLine| {
        line.outcome.is_none_or(|outcome| outcome.uploaded + outcome.downloaded > 0)
    };
    for line in document.series.iter().filter(is_moved) {
        let cells = match line.outcome {
            None => ["failed", "", "", ""].map(str::to_owned),
            Some(SeriesOutcome { uploaded, downloaded, skipped, bytes, .. }) => {
                [uploaded as u64, downloaded as u64, skipped as u64, bytes].map(|n| n.to_string())
            }
        };
        table.add_row(std::iter::once(line.series.clone()).chain(cells));
    }
    table.add_row([
        format!("{} series", document.series.len()),
        document.uploaded.to_string(),
        document.downloaded.to_string(),
        document.skipped.to_string(),
        document.bytes.to_string(),
    ]);
    let is_plan = command.step == MirrorStep::Plan;
    let verb = if is_plan { "would remove" } else { "removed" };
    let pruned = document.pruned.iter().map(|key| format!("\n{verb} {key}"));
    std::iter::once(table.trim_fmt()).chain(pruned).collect()
}

fn finish(outcome: MirrorOutcome) -> Result<(), Failure> {
    if let Some(signal) = outcome.stopped {
        let text = "stopped by a signal; what was mirrored stays";
        return Err(
            Failure::new(FailureKind::Stopped(signal), text).hint("run the same command again")
        );
    }
    let tried = outcome.series.len();
    let failed = outcome.series.iter().filter(|(_, result)| result.is_err()).count();
    let first =
        outcome.series.into_iter().find_map(|(series, result)| Some((series, result.err()?)));
    let Some((series, error)) = first else { return Ok(()) };
    if failed == tried {
        return Err(failure(error));
    }
    let first = failure(error);
    let text = format!("{failed} of {tried} series failed, the first was {series}\n{first}");
    Err(Failure::new(FailureKind::Partial, text))
}

fn failure(error: MirrorError) -> Failure {
    let hint = error.hint();
    let failure = Failure::new(FailureKind::from_exit_code(error.exit_code()), error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
