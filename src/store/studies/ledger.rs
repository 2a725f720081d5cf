//! Every trial of an agent, for ever: what a Sharpe ratio must be deflated by.

use crate::base::{Digest, Timestamp};
use crate::store::database::{Link, Record, decode, values};
use crate::store::{Store, StoreError, TrialState};

/// A trial of any study of an agent, or a training outside of one.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// Name of the agent.
    pub agent: String,
    /// Name of the study, or of the run for a training outside of one.
    pub study: String,
    /// Number of the trial in the study; 0 outside of one.
    pub trial: usize,
    /// The run seed.
    pub seed: u64,
    /// How it stands.
    pub state: TrialState,
    /// Its score; higher is better.
    pub score: Option<f64>,
    /// Sharpe ratio per bar, not annualized, of the returns below.
    pub sharpe_per_bar: Option<f64>,
    /// Which bars the returns are of: rows of the same text and length are compared bar by bar.
    pub period: String,
    /// Return after costs of every bar of the validation range, by the best policy so far.
    pub returns: Vec<f64>,
    /// Digest of the settings of the trial.
    pub config: Digest,
    /// When it was noted last.
    pub noted_at: Timestamp,
}

impl Store {
    /// Notes a trial, or brings its row up to date; a row is never taken away.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn note_trial(&self, row: &LedgerRow) -> Result<(), StoreError> {
        self.write(async |link| note(link, row).await)
    }

    /// All trials of an agent, in the order in which they were first noted.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn ledger(&self, agent: &str) -> Result<Vec<LedgerRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT agent, study, trial, seed, state, score, sharpe_per_bar, returns, config, \
                       noted_at, period FROM trial_ledger WHERE agent = $1 ORDER BY ledger_id";
            link.rows("read the ledger", sql, values![agent], read).await
        })
    }

    /// How many trials of an agent the ledger has.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn ledger_len(&self, agent: &str) -> Result<usize, StoreError> {
        self.read(async |link| {
            let sql = "SELECT COUNT(*) FROM trial_ledger WHERE agent = $1";
            let count =
                link.row("read the ledger", sql, values![agent], |row| row.count(0)).await?;
            Ok(count.unwrap_or(0))
        })
    }
}

async fn note(link: &mut Link<'_>, row: &LedgerRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO trial_ledger (agent, study, trial, seed, state, score, sharpe_per_bar, bars, \
               returns, config, noted_at, period) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
               ON CONFLICT (agent, study, trial) DO UPDATE SET seed = excluded.seed, \
               state = excluded.state, score = excluded.score, \
               sharpe_per_bar = excluded.sharpe_per_bar, bars = excluded.bars, \
               returns = excluded.returns, config = excluded.config, noted_at = excluded.noted_at, \
               period = excluded.period";
    let returns: Vec<u8> = row.returns.iter().flat_map(|value| value.to_le_bytes()).collect();
    let values = values![
        &*row.agent,
        &*row.study,
        row.trial,
        row.seed,
        row.state.label(),
        row.score,
        row.sharpe_per_bar,
        row.returns.len(),
        returns,
        row.config.to_string(),
        row.noted_at,
        &*row.period,
    ];
    link.run("note a trial", sql, values).await.map(drop)
}

fn read(row: &Record) -> Result<LedgerRow, sqlx::Error> {
    let bytes = row.bytes(7)?;
    let (values, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(decode(7, "the returns are cut".into()));
    }
    Ok(LedgerRow {
        agent: row.text(0)?,
        study: row.text(1)?,
        trial: row.count(2)?,
        seed: row.unsigned(3)?,
        state: TrialState::from_label(&row.text(4)?),
        score: row.real_or_none(5)?,
        sharpe_per_bar: row.real_or_none(6)?,
        returns: values.iter().map(|value| f64::from_le_bytes(*value)).collect(),
        config: row.parsed(8)?,
        noted_at: row.time(9)?,
        period: row.text(10)?,
    })
}
