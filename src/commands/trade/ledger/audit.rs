//! `releat audit verify`: is a ledger as it was written?

use serde::Serialize;

use super::session::{KnownSession, ledger_failure};
use crate::base::Digest;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::trader::{Fault, LedgerHead, verify};

/// What `audit verify` found, as scripts read it.
#[derive(Debug, Serialize)]
pub(super) struct AuditDocument {
    schema_version: u32,
    session: String,
    /// Rows that are as they were written, from the first one on.
    pub(super) rows: u64,
    /// The digest that binds them.
    head: Digest,
    anchor: Option<LedgerHead>,
    pub(super) verified: bool,
    pub(super) fault: Option<FaultDocument>,
}

/// The first bad row as scripts read it.
#[derive(Debug, Serialize)]
pub(super) struct FaultDocument {
    pub(super) row: u64,
    problem: String,
}

impl FaultDocument {
    pub(super) fn of(fault: &Fault) -> Self {
        Self { row: fault.row, problem: fault.to_string() }
    }
}

/// Verifies every row of the ledger of a session against the digests and the anchor.
///
/// # Errors
/// [`FailureKind::No`] naming the first row that is not as it was written; [`FailureKind::Partial`] if the anchor is
/// missing, so that rows may have been cut off unseen; [`FailureKind::Data`] if there is no such session.
pub fn audit_verify(options: &SessionOptions, session: &str) -> Result<(), Failure> {
    let known = KnownSession::find(&options.place()?, session)?;
    let (document, end) = audit(&known)?;
    options.console.document(&document, || text(&document))?;
    end
}

/// The document and how the command ends.
pub(super) fn audit(known: &KnownSession) -> Result<(AuditDocument, Result<(), Failure>), Failure> {
    let found = verify(&known.store, known.name(), &known.folder).map_err(ledger_failure)?;
    let end = conclude(known, found.fault.as_ref(), found.good, found.anchor);
    let document = AuditDocument {
        schema_version: 1,
        session: known.name().to_owned(),
        rows: found.good.rows,
        head: found.good.head,
        anchor: found.anchor,
        verified: end.is_ok(),
        fault: found.fault.as_ref().map(FaultDocument::of),
    };
    Ok((document, end))
}

fn text(document: &AuditDocument) -> String {
    let AuditDocument { session, rows, head, .. } = document;
    let anchored = match document.anchor {
        Some(anchor) => format!("the anchor vouches for {}", anchor.rows),
        None => "there is no anchor".to_owned(),
    };
    format!("session {session}: {rows} rows are as they were written, {anchored}; head {head}")
}

/// How a command ends that has read a whole ledger. A ledger without rows needs no anchor.
pub(super) fn conclude(
    known: &KnownSession,
    fault: Option<&Fault>,
    good: LedgerHead,
    anchor: Option<LedgerHead>,
) -> Result<(), Failure> {
    if let Some(fault) = fault {
        let text = format!("the ledger of `{}` is not as it was written: {fault}", known.name());
        return Err(Failure::new(FailureKind::No, text));
    }
    if good.rows == 0 || anchor.is_some() {
        return Ok(());
    }
    let text = format!(
        "the rows of `{}` are as they were written, but there is no anchor in {}: rows may have been cut off the end",
        known.name(),
        known.folder.display()
    );
    Err(Failure::new(FailureKind::Partial, text))
}
