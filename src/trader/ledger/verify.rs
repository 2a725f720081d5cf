//! Whether a ledger is as it was written, and if not, from which row on.

use std::fmt;
use std::path::Path;

use super::{Anchor, Chain, LedgerError, LedgerHead, StoredStep};
use crate::base::Timestamp;
use crate::store::{SessionRow, Store};

/// Rows that are in memory at a time.
const PAGE_ROWS: usize = 1_000;

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The rows that are as they were written, from the first one on.
    pub good: LedgerHead,
    /// What the anchor vouches for, if there is one.
    pub anchor: Option<LedgerHead>,
    /// The first row that is not.
    pub fault: Option<Fault>,
}

/// The first row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its number, counted from 1.
    pub row: u64,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Another row, or none, stands where it should: rows were taken away, put in or exchanged.
    Number {
        /// What stands there.
        found: u64,
    },
    /// Its text or its digest was changed, or those of a row before it together with all after it.
    Digest {
        /// By the rows before and the text.
        expected: String,
        /// In the row.
        found: String,
    },
    /// The time beside the text is not the time in the text.
    Time {
        /// In the text.
        expected: Timestamp,
        /// Beside it.
        found: Timestamp,
    },
    /// The anchor knows it, and the ledger ends before.
    Truncated {
        /// Rows by the anchor.
        anchored: u64,
    },
    /// The rows up to this one make a sound chain, and not the one that was anchored.
    Anchor {
        /// Digest in the anchor.
        expected: String,
        /// Digest of the chain.
        found: String,
    },
    /// The anchor is of another session; the row has no meaning.
    Foreign {
        /// The session of the anchor.
        session: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row;
        match &self.kind {
            FaultKind::Number { found } => {
                write!(f, "row {row} is not there, row {found} stands in its place")
            }
            FaultKind::Digest { expected, found } => {
                write!(f, "row {row} was changed: its digest must be {expected}, was {found}")
            }
            FaultKind::Time { expected, found } => {
                write!(f, "row {row} was changed: its time must be {expected}, was {found}")
            }
            FaultKind::Truncated { anchored } => {
                write!(f, "row {row} is not there: the anchor knows {anchored} rows")
            }
            FaultKind::Anchor { expected, found } => write!(
                f,
                "row {row} or one before it was changed and all digests after it were made anew: \
                 the anchor has {expected}, the rows make {found}"
            ),
            FaultKind::Foreign { session } => {
                write!(f, "the anchor is that of session `{session}`")
            }
        }
    }
}

/// Checks one row after the other.
pub(super) struct Verifier<'a> {
    chain: Chain,
    anchor: Option<&'a Anchor>,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(session: &str, anchor: Option<&'a Anchor>) -> Result<Self, Fault> {
        if let Some(anchor) = anchor.filter(|anchor| anchor.session != session) {
            let kind = FaultKind::Foreign { session: anchor.session.clone() };
            return Err(Fault { row: 0, kind });
        }
        let this = Self { chain: Chain::new(session), anchor };
        this.check_anchor().map(|()| this)
    }

    pub(super) fn take(&mut self, row: &SessionRow) -> Result<(), Fault> {
        let number = self.chain.head().rows + 1;
        let fault = |kind| Err(Fault { row: number, kind });
        if row.number != number {
            return fault(FaultKind::Number { found: row.number });
        }
        let mut next = self.chain;
        let expected = next.push(&row.json).head.to_string();
        if row.head != expected {
            return fault(FaultKind::Digest { expected, found: row.head.clone() });
        }
        // A row of another version is not for this check.
        if let Ok(step) = serde_json::from_str::<StoredStep>(&row.json) {
            let expected = step.event.time();
            if micros(expected) != micros(row.time) {
                return fault(FaultKind::Time { expected, found: row.time });
            }
        }
        self.chain = next;
        self.check_anchor()
    }

    pub(super) fn end(&self) -> Result<(), Fault> {
        let rows = self.chain.head().rows;
        match self.anchor {
            Some(anchor) if anchor.rows > rows => {
                let kind = FaultKind::Truncated { anchored: anchor.rows };
                Err(Fault { row: rows + 1, kind })
            }
            _ => Ok(()),
        }
    }

    pub(super) const fn good(&self) -> LedgerHead {
        self.chain.head()
    }

    fn check_anchor(&self) -> Result<(), Fault> {
        let LedgerHead { rows, head } = self.chain.head();
        match self.anchor {
            Some(anchor) if anchor.rows == rows && anchor.head != head => {
                let (expected, found) = (anchor.head.to_string(), head.to_string());
                Err(Fault { row: rows, kind: FaultKind::Anchor { expected, found } })
            }
            _ => Ok(()),
        }
    }
}

const fn micros(time: Timestamp) -> i64 {
    time.nanos().div_euclid(1_000)
}

/// Verifies the ledger of a session against its digests and against the anchor in `folder`.
///
/// # Errors
/// [`LedgerError`] if the ledger or the anchor cannot be read; a fault is no error.
pub fn verify(store: &Store, session: &str, folder: &Path) -> Result<Verification, LedgerError> {
    let anchor = Anchor::read(folder)?;
    let head = anchor.as_ref().map(Anchor::head);
    let mut verifier = match Verifier::new(session, anchor.as_ref()) {
        Ok(verifier) => verifier,
        Err(fault) => {
            let good = Chain::new(session).head();
            return Ok(Verification { good, anchor: head, fault: Some(fault) });
        }
    };
    let mut fault = None;
    each_row(store, session, |row| {
        fault = verifier.take(row).err();
        Ok(fault.is_none())
    })?;
    let fault = fault.or_else(|| verifier.end().err());
    Ok(Verification { good: verifier.good(), anchor: head, fault })
}

/// Gives the rows of a session to `take`, in order, for as long as it returns true.
///
/// # Errors
/// [`LedgerError::Store`], and what `take` returns.
pub fn each_row(
    store: &Store,
    session: &str,
    mut take: impl FnMut(&SessionRow) -> Result<bool, LedgerError>,
) -> Result<(), LedgerError> {
    let mut from = 0;
    loop {
        let rows = store
            .ledger_rows(session, from, PAGE_ROWS)
            .map_err(|source| LedgerError::Store { session: session.to_owned(), source })?;
        for row in &rows {
            if !take(row)? {
                return Ok(());
            }
        }
        match rows.last() {
            Some(last) if rows.len() == PAGE_ROWS => from = last.number + 1,
            _ => return Ok(()),
        }
    }
}
