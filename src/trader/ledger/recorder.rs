//! Writing a ledger while a session runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts::facts;
use super::step::{needs_disk, row_json};
use super::{Anchor, Chain, LedgerError, LedgerHead};
use crate::base::{Digest, Stopwatch, Timestamp};
use crate::store::{Durability, SessionFact, SessionRow, Store, StoreError};
use crate::trader::{Effect, Event};

/// Rows that wait for the next row that must be on the disk; then they are written without being forced there.
const BATCH_ROWS: usize = 64;
/// Rows that may wait while the database is away.
const WAITING_ROWS_MAX: usize = 200_000;
/// Rows of one transaction.
const CHUNK_ROWS: usize = 128;
/// Least pause between two attempts while the database is away, seconds, and least multiple of what the last one took.
const RETRY_S: f64 = 1.0;
const RETRY_TIMES: f64 = 5.0;
/// Seconds that the anchor may lag: writing it costs three times as much as a row.
const ANCHOR_S: f64 = 1.0;

/// What has become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// On the disk, with all rows before it: its effects may be carried out.
    Stored,
    /// In memory on purpose: nothing of it leaves the process.
    Buffered,
    /// In memory because the database is away. Nothing new may be submitted; cancels may go out.
    Behind,
}

/// Keeps the rows of a session.
///
/// A row that must be on the disk is committed, with all that wait, before [`Recorder::record`] returns; the anchor
/// follows within a second, with the next row, and at [`Recorder::flush`] at once. When the
/// database does not take it within about a second the rows stay in memory, the caller is told, and the next attempt
/// comes after a pause, so that a session whose database is locked or whose disk is full can still cancel.
#[derive(Debug)]
pub struct Recorder {
    store: Arc<Store>,
    session: String,
    account: String,
    folder: PathBuf,
    chain: Chain,
    stored: LedgerHead,
    /// What survives a loss of power.
    durable: LedgerHead,
    anchored: u64,
    anchored_at: Option<Stopwatch>,
    waiting: Vec<SessionRow>,
    facts: Vec<(u64, SessionFact)>,
    trouble: Option<Trouble>,
    anchor_trouble: Option<String>,
}

#[derive(Debug)]
struct Trouble {
    text: String,
    since: Stopwatch,
    pause_s: f64,
}

impl Recorder {
    /// Goes on with the ledger of a session that [`Store::begin_session`] has begun. `account` is where limits and
    /// halts are kept, `folder` where the anchor lies.
    ///
    /// The rows that are there are not verified here: [`super::replay()`] does that.
    ///
    /// # Errors
    /// [`LedgerError::Store`], [`LedgerError::Lost`] if the anchor knows rows that are not there, and what
    /// reading the anchor may return.
    pub fn open(
        store: Arc<Store>,
        session: &str,
        account: &str,
        folder: &Path,
    ) -> Result<Self, LedgerError> {
        let failed = |source| LedgerError::Store { session: session.to_owned(), source };
        let tail = store.ledger_tail(session).map_err(failed)?;
        let chain = match tail {
            None => Chain::new(session),
            Some(row) => {
                let head = Digest::try_from(row.head).map_err(|_| LedgerError::Lost {
                    session: session.to_owned(),
                    anchored: row.number,
                    found: row.number - 1,
                })?;
                Chain::at(LedgerHead { rows: row.number, head })
            }
        };
        let stored = chain.head();
        let anchored = Anchor::read(folder)?.map_or(0, |anchor| anchor.rows);
        if anchored > stored.rows {
            let session = session.to_owned();
            return Err(LedgerError::Lost { session, anchored, found: stored.rows });
        }
        Ok(Self {
            store,
            session: session.to_owned(),
            account: account.to_owned(),
            folder: folder.to_owned(),
            chain,
            stored,
            durable: stored,
            anchored,
            anchored_at: None,
            waiting: Vec::new(),
            facts: Vec::new(),
            trouble: None,
            anchor_trouble: None,
        })
    }

    /// Takes the next row: an event and everything that the engine made of it.
    ///
    /// # Errors
    /// [`LedgerError::Encode`]; [`LedgerError::Store`] if somebody else writes this ledger;
    /// [`LedgerError::TooFarBehind`].
    pub fn record(&mut self, event: &Event, effects: &[Effect]) -> Result<Kept, LedgerError> {
        let row = self.chain.head().rows + 1;
        let encode = |source| LedgerError::Encode { row, source };
        let json = row_json(event, effects).map_err(encode)?;
        let facts = facts(&self.account, event, effects).map_err(encode)?;
        let durability =
            if needs_disk(event, effects) { Durability::Full } else { Durability::Relaxed };
        self.append(event.time(), json, facts, durability)
    }

    /// As [`Recorder::record`], for a row that is text already.
    pub(super) fn append(
        &mut self,
        time: Timestamp,
        json: String,
        facts: Vec<SessionFact>,
        durability: Durability,
    ) -> Result<Kept, LedgerError> {
        let LedgerHead { rows, head } = self.chain.push(&json);
        self.waiting.push(SessionRow::new(rows, time, json, head));
        self.facts.extend(facts.into_iter().map(|fact| (rows, fact)));
        if durability == Durability::Relaxed && self.waiting.len() < BATCH_ROWS {
            self.anchor_if_due();
            return Ok(Kept::Buffered);
        }
        if self.trouble.as_ref().is_some_and(|trouble| trouble.since.seconds() < trouble.pause_s) {
            return self.behind();
        }
        self.commit(durability)
    }

    /// Writes everything that waits and forces it to the disk; an attempt is made in any case. For the end of a
    /// session and for quiet moments.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn flush(&mut self) -> Result<Kept, LedgerError> {
        let kept = self.commit(Durability::Full)?;
        self.anchor();
        Ok(kept)
    }

    /// The length and digest of everything recorded, written or not.
    #[must_use]
    pub const fn head(&self) -> LedgerHead {
        self.chain.head()
    }

    /// The length and digest of what the database has.
    #[must_use]
    pub const fn stored(&self) -> LedgerHead {
        self.stored
    }

    /// What is wrong with the database or the anchor, as long as it is.
    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        let database = self.trouble.as_ref().map(|trouble| &*trouble.text);
        database.or(self.anchor_trouble.as_deref())
    }

    fn commit(&mut self, durability: Durability) -> Result<Kept, LedgerError> {
        while !self.waiting.is_empty() {
            let count = self.waiting.len().min(CHUNK_ROWS);
            let is_last = count == self.waiting.len();
            // Forcing the last chunk to the disk forces those before it.
            let level = if is_last { durability } else { Durability::Relaxed };
            let watch = Stopwatch::start();
            if let Err(error) = self.write(count, level) {
                return self.failed(error, watch.seconds());
            }
        }
        self.trouble = None;
        if durability == Durability::Full {
            self.durable = self.stored;
        }
        self.anchor_if_due();
        Ok(Kept::Stored)
    }

    /// Writes the first rows that wait.
    fn write(&mut self, count: usize, durability: Durability) -> Result<(), StoreError> {
        let rows = &self.waiting[..count];
        let Some(last) = rows.last().map(|row| row.number) else { return Ok(()) };
        let facts = self.facts.partition_point(|(number, _)| *number <= last);
        self.store.append_ledger(&self.session, rows, &self.facts[..facts], durability)?;
        let head = rows.last().and_then(|row| Digest::try_from(row.head.clone()).ok());
        if let Some(head) = head {
            self.stored = LedgerHead { rows: last, head };
        }
        self.facts.drain(..facts);
        self.waiting.drain(..count);
        Ok(())
    }

    fn failed(&mut self, error: StoreError, took_s: f64) -> Result<Kept, LedgerError> {
        let StoreError::Database { .. } = error else {
            return Err(LedgerError::Store { session: self.session.clone(), source: error });
        };
        let pause_s = (RETRY_TIMES * took_s).max(RETRY_S);
        let text = with_causes(&error);
        self.trouble = Some(Trouble { text, since: Stopwatch::start(), pause_s });
        self.behind()
    }

    fn behind(&self) -> Result<Kept, LedgerError> {
        if self.waiting.len() <= WAITING_ROWS_MAX {
            return Ok(Kept::Behind);
        }
        Err(LedgerError::TooFarBehind {
            rows: self.waiting.len(),
            limit: WAITING_ROWS_MAX,
            trouble: self.trouble().unwrap_or_default().to_owned(),
        })
    }

    fn anchor_if_due(&mut self) {
        if self.anchored_at.is_none_or(|watch| watch.seconds() >= ANCHOR_S) {
            self.anchor();
        }
    }

    /// A row is safe without the anchor, so that this may fail.
    fn anchor(&mut self) {
        let LedgerHead { rows, head } = self.durable;
        if rows == self.anchored {
            return;
        }
        let anchor = Anchor { session: self.session.clone(), rows, head };
        match anchor.write(&self.folder) {
            Ok(()) => {
                self.anchored = rows;
                self.anchor_trouble = None;
            }
            Err(error) => self.anchor_trouble = Some(with_causes(&error)),
        }
        self.anchored_at = Some(Stopwatch::start());
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}
