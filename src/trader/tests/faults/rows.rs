//! A ledger that survives its writer: what is stored is stored, what waits is lost with the process.

use std::cell::RefCell;
use std::rc::Rc;

use crate::trader::ledger::{Chain, Kept, LedgerError, LedgerHead, row_json};
use crate::trader::{Effect, Event, Journal};

/// Rows that may wait; the less often they are stored the more a crash takes away.
const WAITING_MAX: usize = 16;

/// The rows of one session, shared by its processes.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    stored: Rc<RefCell<Vec<String>>>,
    waiting: Rc<RefCell<Vec<String>>>,
}

impl Rows {
    /// The process died.
    pub(super) fn crash(&self) {
        self.waiting.borrow_mut().clear();
    }

    /// What the next process finds.
    pub(super) fn stored(&self) -> Vec<String> {
        self.stored.borrow().clone()
    }

    fn store(&self) {
        self.stored.borrow_mut().append(&mut self.waiting.borrow_mut());
    }
}

/// The writer of one process.
#[derive(Debug)]
pub(super) struct Writer {
    rows: Rows,
    chain: Chain,
}

impl Writer {
    pub(super) fn new(rows: &Rows) -> Self {
        let mut chain = Chain::new("rehearsal");
        for row in rows.stored.borrow().iter() {
            chain.push(row);
        }
        Self { rows: rows.clone(), chain }
    }
}

impl Journal for Writer {
    fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError> {
        let row = self.chain.head().rows + 1;
        let json =
            row_json(event, effects).map_err(|source| LedgerError::Encode { row, source })?;
        self.chain.push(&json);
        self.rows.waiting.borrow_mut().push(json);
        if must_be_stored(event, effects) || self.rows.waiting.borrow().len() >= WAITING_MAX {
            self.rows.store();
            return Ok(Kept::Stored);
        }
        Ok(Kept::Buffered)
    }

    fn flush(&mut self) -> Result<Kept, LedgerError> {
        self.rows.store();
        Ok(Kept::Stored)
    }

    fn head(&self) -> LedgerHead {
        self.chain.head()
    }
}

/// The least that a ledger must promise: what leaves the process, and news that nobody tells twice.
fn must_be_stored(event: &Event, effects: &[Effect]) -> bool {
    let is_news =
        matches!(event, Event::Broker(_) | Event::Snapshot { .. } | Event::Command { .. });
    let leaves = |effect: &Effect| matches!(effect, Effect::Submit(_) | Effect::Cancel(_));
    is_news || effects.iter().any(leaves)
}
