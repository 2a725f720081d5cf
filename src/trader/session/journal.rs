//! Where the rows of a session go.

use crate::trader::ledger::{Chain, Kept, LedgerError, LedgerHead, Recorder, row_json};
use crate::trader::{Effect, Event};

/// Keeps the rows of a session.
pub trait Journal {
    /// Takes the next row; what leaves the process may be carried out once it is [`Kept::Stored`].
    ///
    /// # Errors
    /// [`LedgerError`] if the ledger cannot go on.
    fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError>;

    /// Writes everything that waits.
    ///
    /// # Errors
    /// As [`Journal::record`].
    fn flush(&mut self) -> Result<Kept, LedgerError>;

    /// The length and digest of everything recorded.
    fn head(&self) -> LedgerHead;
}

impl Journal for Recorder {
    fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError> {
        Self::record(self, event, effects)
    }

    fn flush(&mut self) -> Result<Kept, LedgerError> {
        Self::flush(self)
    }

    fn head(&self) -> LedgerHead {
        Self::head(self)
    }
}

/// A ledger in memory: for rehearsals that nobody asks about later.
#[derive(Debug)]
pub struct MemoryJournal {
    chain: Chain,
    rows: Vec<String>,
}

impl MemoryJournal {
    /// An empty ledger of a named session.
    #[must_use]
    pub fn new(session: &str) -> Self {
        Self { chain: Chain::new(session), rows: Vec::new() }
    }

    /// Every row so far, as it would be written.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        &self.rows
    }
}

impl Journal for MemoryJournal {
    fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError> {
        let row = self.chain.head().rows + 1;
        let json =
            row_json(event, effects).map_err(|source| LedgerError::Encode { row, source })?;
        self.chain.push(&json);
        self.rows.push(json);
        Ok(Kept::Stored)
    }

    fn flush(&mut self) -> Result<Kept, LedgerError> {
        Ok(Kept::Stored)
    }

    fn head(&self) -> LedgerHead {
        self.chain.head()
    }
}
