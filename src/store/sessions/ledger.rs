//! Rows of a ledger: kept in order, once.

use super::fact::{SessionFact, apply};
use crate::base::{Digest, Timestamp};
use crate::store::database::{Link, Record, Value, values};
use crate::store::{Store, StoreError};

/// What has become of rows when the call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// They survive a loss of power.
    Full,
    /// They survive the end of this process, and a loss of power at the latest with the next rows that do.
    Relaxed,
}

/// A row of the ledger of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Counted from 1.
    pub number: u64,
    /// When its event happened; kept to the microsecond, the JSON has all of it.
    pub time: Timestamp,
    /// What happened and what followed.
    pub json: String,
    /// The digest that binds it to all rows before it, 64 hexadecimal digits; as it was read, right or wrong.
    pub head: String,
}

impl SessionRow {
    /// A row that is bound by `head`.
    #[must_use]
    pub fn new(number: u64, time: Timestamp, json: String, head: Digest) -> Self {
        Self { number, time, json, head: head.to_string() }
    }
}

impl Store {
    /// Appends rows, and what they say in tables for questions: all or nothing. Each fact goes with the number of its
    /// row. Gives up after about a second.
    ///
    /// Rows that are there already, alike, are left alone, so the same may be appended again after an error.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a row is there with another digest or the row before the first one is missing:
    /// somebody else writes this ledger; [`StoreError::Missing`] if there is no such session;
    /// [`StoreError::Database`], after which the rows may be there all the same.
    pub fn append_ledger(
        &self,
        session: &str,
        rows: &[SessionRow],
        facts: &[(u64, SessionFact)],
        durability: Durability,
    ) -> Result<(), StoreError> {
        let Some(first) = rows.first() else { return Ok(()) };
        self.write_ledger(durability, async |link| {
            let last = last_number(link, session).await?;
            if first.number > last + 1 {
                return Err(conflict(session, last, first.number));
            }
            let known = last + 1 - first.number;
            let known = usize::try_from(known).map_or(rows.len(), |known| known.min(rows.len()));
            let (old, new) = rows.split_at(known);
            check_alike(link, session, old).await?;
            let values: Vec<Vec<Value>> = new.iter().map(|row| row_values(session, row)).collect();
            let head = "INSERT INTO session_ledger (session, number, time, json, head)";
            link.insert("append to a ledger", (head, ""), &values).await?;
            let Some(from) = new.first().map(|row| row.number) else { return Ok(()) };
            let told = facts.iter().filter(|(number, _)| *number >= from);
            for (item, (number, fact)) in (0..).zip(told) {
                apply(link, session, (*number, item), fact).await?;
            }
            Ok(())
        })
    }

    /// At most `count` rows of a ledger, from number `from` on, in order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn ledger_rows(
        &self,
        session: &str,
        from: u64,
        count: usize,
    ) -> Result<Vec<SessionRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT number, time, json, head FROM session_ledger \
                       WHERE session = $1 AND number >= $2 ORDER BY number LIMIT $3";
            link.rows("read a ledger", sql, values![session, from, count], read).await
        })
    }

    /// The last row of a ledger.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn ledger_tail(&self, session: &str) -> Result<Option<SessionRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT number, time, json, head FROM session_ledger \
                       WHERE session = $1 ORDER BY number DESC LIMIT 1";
            link.row("read a ledger", sql, values![session], read).await
        })
    }
}

/// Number of the last row; a session without rows has 0.
async fn last_number(link: &mut Link<'_>, session: &str) -> Result<u64, StoreError> {
    let sql = "SELECT (SELECT COALESCE(MAX(number), 0) FROM session_ledger WHERE session = $1) \
               FROM sessions WHERE session = $1";
    let found = link.row("read a ledger", sql, values![session], |row| row.unsigned(0)).await?;
    found.ok_or_else(|| link.missing(format!("session `{session}`")))
}

async fn check_alike(
    link: &mut Link<'_>,
    session: &str,
    rows: &[SessionRow],
) -> Result<(), StoreError> {
    let Some(last) = rows.last() else { return Ok(()) };
    // The digest of the last one binds those before it.
    let sql = "SELECT head FROM session_ledger WHERE session = $1 AND number = $2";
    let values = values![session, last.number];
    let kept = link.row("read a ledger", sql, values, |row| row.text(0)).await?;
    match kept {
        Some(kept) if kept == last.head => Ok(()),
        kept => Err(StoreError::Conflict {
            what: format!("row {} of the ledger of `{session}`", last.number),
            kept: kept.unwrap_or_else(|| "nothing".to_owned()),
            given: last.head.clone(),
        }),
    }
}

fn conflict(session: &str, last: u64, given: u64) -> StoreError {
    StoreError::Conflict {
        what: format!("the end of the ledger of `{session}`"),
        kept: format!("row {last}"),
        given: format!("row {}", given - 1),
    }
}

fn row_values(session: &str, row: &SessionRow) -> Vec<Value> {
    values![session, row.number, row.time, &*row.json, &*row.head].to_vec()
}

fn read(row: &Record) -> Result<SessionRow, sqlx::Error> {
    Ok(SessionRow {
        number: row.unsigned(0)?,
        time: row.time(1)?,
        json: row.text(2)?,
        head: row.text(3)?,
    })
}
