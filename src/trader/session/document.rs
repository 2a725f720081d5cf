//! The result of a session as scripts read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::trader::LedgerHead;

/// Version of [`PaperDocument`].
const SCHEMA_VERSION: u32 = 2;

/// The result of a session as scripts read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaperDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// The name of the session.
    pub session: String,
    /// Whether the session has come to the end of its range.
    pub complete: bool,
    /// Decisions made.
    pub decisions: usize,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Fills, protective rules included.
    pub fills: usize,
    /// Orders that the venue refused.
    pub rejects: usize,
    /// Value of the account at the beginning, currency units.
    pub equity_start: f64,
    /// Value of the account at the last row, currency units.
    pub equity_end: f64,
    /// Length and digest of the ledger.
    pub ledger: LedgerHead,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
}

impl PaperDocument {
    /// The document of a session that stands at `equity`.
    #[must_use]
    pub fn new(
        session: &str,
        tally: &Tally,
        (equity_start, equity): (f64, f64),
        ledger: LedgerHead,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            session: session.to_owned(),
            complete: tally.equity_end.is_some(),
            decisions: tally.decisions,
            orders: tally.orders,
            fills: tally.fills,
            rejects: tally.rejects,
            equity_start,
            equity_end: tally.equity_end.unwrap_or(equity),
            ledger,
            denials: tally.denials.clone(),
        }
    }
}
