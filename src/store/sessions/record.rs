//! Sessions as a list, and what an account carries from one to the next.

use std::path::PathBuf;

use crate::base::{Timestamp, now};
use crate::store::database::{Link, Record, values};
use crate::store::{Durability, Store, StoreError};

/// A session that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDraft {
    /// Its name; one session for ever.
    pub session: String,
    /// Name of the agent.
    pub agent: String,
    /// The account that it trades; limits and halts belong to it.
    pub account: String,
    /// Kind of the venue, such as `sim`.
    pub venue: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Everything that it was started with, as JSON.
    pub manifest: String,
    /// When it began.
    pub started_at: Timestamp,
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// What it was begun with, the first time.
    pub draft: SessionDraft,
    /// When it ended; absent while it goes on, and after its process died.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Rows of its ledger.
    pub rows: u64,
}

const COLUMNS: &str = "SELECT session, agent, account, venue, folder, manifest, started_at, ended_at, outcome, \
                       (SELECT COALESCE(MAX(number), 0) FROM session_ledger AS rows \
                       WHERE rows.session = sessions.session) FROM sessions";

impl Store {
    /// Begins a session or goes on with it, and returns what is kept of it: the draft of the first time, and how many
    /// rows its ledger has.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the name is that of a session of another agent, account or venue;
    /// [`StoreError::Database`].
    pub fn begin_session(&self, draft: &SessionDraft) -> Result<SessionRecord, StoreError> {
        self.write(async |link| {
            begin(link, draft).await?;
            let kept = find(link, &draft.session).await?;
            let kept = kept.ok_or_else(|| link.missing(format!("session `{}`", draft.session)))?;
            let identity = |draft: &SessionDraft| {
                format!("agent {}, account {}, venue {}", draft.agent, draft.account, draft.venue)
            };
            let (is, wanted) = (identity(&kept.draft), identity(draft));
            if is != wanted {
                let what = format!("session `{}`", draft.session);
                return Err(StoreError::Conflict { what, kept: is, given: wanted });
            }
            Ok(kept)
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn end_session(
        &self,
        session: &str,
        outcome: &str,
        time: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_ledger(Durability::Full, async |link| {
            let sql = "UPDATE sessions SET ended_at = $2, outcome = $3 WHERE session = $1";
            link.run("end a session", sql, values![session, time, outcome]).await.map(drop)
        })
    }

    /// All sessions, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn sessions(&self) -> Result<Vec<SessionRecord>, StoreError> {
        self.read(async |link| {
            let sql = format!("{COLUMNS} ORDER BY started_at, session");
            link.rows("list sessions", &sql, &[], read).await
        })
    }

    /// The session of a name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn session(&self, session: &str) -> Result<Option<SessionRecord>, StoreError> {
        self.read(async |link| find(link, session).await)
    }

    /// Keeps where limits and halts of an account stand, on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn keep_risk(&self, account: &str, risk: &str) -> Result<(), StoreError> {
        self.write_ledger(Durability::Full, async |link| keep_risk(link, account, risk).await)
    }

    /// Where limits and halts of an account stood.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn kept_risk(&self, account: &str) -> Result<Option<String>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT risk FROM session_state WHERE account = $1";
            link.row("read an account", sql, values![account], |row| row.text(0)).await
        })
    }
}

async fn begin(link: &mut Link<'_>, draft: &SessionDraft) -> Result<(), StoreError> {
    let sql = "INSERT INTO sessions (session, agent, account, venue, folder, manifest, started_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (session) DO UPDATE SET ended_at = NULL, outcome = NULL";
    let values = values![
        &*draft.session,
        &*draft.agent,
        &*draft.account,
        &*draft.venue,
        draft.folder.display().to_string(),
        &*draft.manifest,
        draft.started_at,
    ];
    link.run("begin a session", sql, values).await.map(drop)
}

async fn find(link: &mut Link<'_>, session: &str) -> Result<Option<SessionRecord>, StoreError> {
    let sql = format!("{COLUMNS} WHERE session = $1");
    link.row("read a session", &sql, values![session], read).await
}

pub(super) async fn keep_risk(
    link: &mut Link<'_>,
    account: &str,
    risk: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO session_state (account, risk, updated_at) VALUES ($1, $2, $3) \
               ON CONFLICT (account) DO UPDATE SET risk = excluded.risk, updated_at = excluded.updated_at";
    link.run("keep an account", sql, values![account, risk, now()]).await.map(drop)
}

fn read(row: &Record) -> Result<SessionRecord, sqlx::Error> {
    let draft = SessionDraft {
        session: row.text(0)?,
        agent: row.text(1)?,
        account: row.text(2)?,
        venue: row.text(3)?,
        folder: row.text(4)?.into(),
        manifest: row.text(5)?,
        started_at: row.time(6)?,
    };
    Ok(SessionRecord {
        draft,
        ended_at: row.time_or_none(7)?,
        outcome: row.text_or_none(8)?,
        rows: row.unsigned(9)?,
    })
}
