//! Verdicts of the gate.

use crate::base::{DateRange, Digest, Timestamp, digest_bytes, now, parse_date};
use crate::store::database::{Record, values};
use crate::store::{Store, StoreError};

/// The verdict of the gate on a bundle, for one range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateVerdict {
    /// Digest of the bundle.
    pub bundle: Digest,
    /// The days that it was judged on.
    pub range: DateRange,
    /// Name of the agent.
    pub agent: String,
    /// Whether every condition held.
    pub passed: bool,
    /// The conditions and what was found, as JSON.
    pub checks: String,
    /// Fingerprint of the data.
    pub data: Digest,
}

/// A verdict as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// The verdict.
    pub verdict: GateVerdict,
    /// When it was given.
    pub judged_at: Timestamp,
    /// Whether the row is as it was written: its seal is the SHA-256 of everything else in it.
    pub is_sealed: bool,
}

impl Store {
    /// Keeps a verdict; a later one on the same range takes its place.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn put_gate(&self, verdict: &GateVerdict) -> Result<(), StoreError> {
        let judged_at = now();
        let seal = seal(verdict, judged_at);
        self.write(async |link| {
            let sql = "INSERT INTO gates (bundle, first_day, last_day, agent, passed, checks, data, judged_at, seal) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                       ON CONFLICT (bundle, first_day, last_day) DO UPDATE SET agent = excluded.agent, \
                       passed = excluded.passed, checks = excluded.checks, data = excluded.data, \
                       judged_at = excluded.judged_at, seal = excluded.seal";
            let values = values![
                verdict.bundle.to_string(),
                verdict.range.start().to_string(),
                verdict.range.end().to_string(),
                &*verdict.agent,
                u64::from(verdict.passed),
                &*verdict.checks,
                verdict.data.to_string(),
                judged_at,
                seal.to_string(),
            ];
            link.run("keep a verdict", sql, values).await.map(drop)
        })
    }

    /// The verdicts on a bundle, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn gates(&self, bundle: Digest) -> Result<Vec<GateRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT first_day, last_day, agent, passed, checks, data, judged_at, seal FROM gates \
                       WHERE bundle = $1 ORDER BY judged_at, first_day";
            let read = |row: &Record| {
                let parts = (row.text(0)?, row.text(1)?, row.text(5)?, row.text(7)?);
                let (agent, passed, checks) = (row.text(2)?, row.int(3)? == 1, row.text(4)?);
                Ok((parts, agent, passed, checks, row.time(6)?))
            };
            let rows = link.rows("read verdicts", sql, values![bundle.to_string()], read).await?;
            let rows = rows.into_iter().filter_map(|(parts, agent, passed, checks, judged_at)| {
                let (first, last, data, kept) = parts;
                let days = (parse_date(&first).ok()?, parse_date(&last).ok()?);
                let range = DateRange::try_new(days.0, days.1).ok()?;
                let data = Digest::try_from(data).ok()?;
                let verdict = GateVerdict { bundle, range, agent, passed, checks, data };
                let is_sealed = seal(&verdict, judged_at).to_string() == kept;
                Some(GateRow { verdict, judged_at, is_sealed })
            });
            Ok(rows.collect())
        })
    }
}

/// Digest of everything that a row says.
fn seal(verdict: &GateVerdict, judged_at: Timestamp) -> Digest {
    let GateVerdict { bundle, range, agent, passed, checks, data } = verdict;
    // The database keeps microseconds.
    let micros = judged_at.nanos().div_euclid(1_000);
    let text = format!("{bundle}\n{range}\n{agent}\n{passed}\n{checks}\n{data}\n{micros}");
    digest_bytes(text.as_bytes())
}
