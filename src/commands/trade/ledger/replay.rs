//! `releat replay`: does a fresh engine do the same again?

use serde::Serialize;

use super::audit::{FaultDocument, conclude};
use super::session::{KnownSession, ledger_failure};
use crate::base::Digest;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::trader::{self, Divergence, LedgerHead, Process, SessionManifest};

/// Builds the engine that a session was started with.
pub(crate) type EngineOf<'a> =
    dyn Fn(&SessionManifest) -> Result<Box<Process<'static>>, Failure> + 'a;

/// What `replay` found, as scripts read it.
#[derive(Debug, Serialize)]
pub(super) struct ReplayDocument {
    schema_version: u32,
    session: String,
    /// Rows that came out again, from the first one on.
    pub(super) rows: u64,
    /// The digest that binds them.
    head: Digest,
    anchor: Option<LedgerHead>,
    pub(super) identical: bool,
    pub(super) fault: Option<FaultDocument>,
    pub(super) divergence: Option<DivergenceDocument>,
}

#[derive(Debug, Serialize)]
pub(super) struct DivergenceDocument {
    pub(super) row: u64,
    event: String,
    pub(super) path: String,
    recorded: String,
    replayed: String,
}

/// Gives the events of a session to a fresh engine, and compares what it asks for with what was recorded, byte for
/// byte.
///
/// # Errors
/// [`FailureKind::No`] naming the first row that differs or is not as it was written; [`FailureKind::Partial`] if the
/// anchor is missing; [`FailureKind::Data`] if there is no such session; what `engine_of` returns.
pub(crate) fn replay(
    options: &SessionOptions,
    session: &str,
    engine_of: &EngineOf<'_>,
) -> Result<(), Failure> {
    let known = KnownSession::find(&options.place()?, session)?;
    let (document, end) = replayed(&known, engine_of)?;
    options.console.document(&document, || {
        let ReplayDocument { session, rows, head, .. } = &document;
        format!("session {session}: {rows} rows came out again, byte for byte; head {head}")
    })?;
    end
}

/// The document and how the command ends.
pub(super) fn replayed(
    known: &KnownSession,
    engine_of: &EngineOf<'_>,
) -> Result<(ReplayDocument, Result<(), Failure>), Failure> {
    let mut engine = engine_of(&known.manifest()?)?;
    let found = trader::replay(&known.store, known.name(), &known.folder, &mut *engine)
        .map_err(ledger_failure)?;
    let end = match &found.divergence {
        Some(divergence) => Err(diverged(known.name(), divergence)),
        None => conclude(known, found.fault.as_ref(), found.good, found.anchor),
    };
    let document = ReplayDocument {
        schema_version: 1,
        session: known.name().to_owned(),
        rows: found.good.rows,
        head: found.good.head,
        anchor: found.anchor,
        identical: found.fault.is_none() && found.divergence.is_none(),
        fault: found.fault.as_ref().map(FaultDocument::of),
        divergence: found.divergence.as_ref().map(divergence_document),
    };
    Ok((document, end))
}

fn divergence_document(divergence: &Divergence) -> DivergenceDocument {
    DivergenceDocument {
        row: divergence.row,
        event: divergence.event.clone(),
        path: divergence.path.clone(),
        recorded: divergence.recorded.clone(),
        replayed: divergence.replayed.clone(),
    }
}

fn diverged(session: &str, divergence: &Divergence) -> Failure {
    let place = if divergence.path.is_empty() { "the row" } else { &divergence.path };
    let text = format!(
        "replay of `{session}` differs in row {} ({}): {place} was recorded as {}, came out as {}",
        divergence.row,
        divergence.event,
        shortened(&divergence.recorded),
        shortened(&divergence.replayed)
    );
    Failure::new(FailureKind::No, text)
}

/// The whole text is in the document.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(CHARS_MAX).chain("…".chars()).collect()
}
