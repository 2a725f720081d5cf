//! What a run measured of itself along the way.

use crate::store::database::{Record, Value, values};
use crate::store::{Store, StoreError};

/// A figure of a run.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MetricRow {
    /// Its name, as docs/METRICS.md has it.
    pub name: String,
    /// When it was measured, environment steps.
    pub env_steps: u64,
    /// The figure; none if it was no number.
    pub value: Option<f64>,
}

impl Store {
    /// Keeps figures that were measured together; a later word on the same step replaces the earlier.
    ///
    /// # Errors
    /// [`StoreError::Database`], also if there is no such run.
    pub fn note_metrics(
        &self,
        run: &str,
        env_steps: u64,
        figures: &[(&str, f64)],
    ) -> Result<(), StoreError> {
        let rows: Vec<Vec<Value>> = figures
            .iter()
            .map(|(name, value)| {
                values![run, *name, env_steps, value.is_finite().then_some(*value)].to_vec()
            })
            .collect();
        self.write(async |link| {
            let head = "INSERT INTO run_metrics (run_id, name, env_steps, value)";
            let tail = "ON CONFLICT (run_id, name, env_steps) DO UPDATE SET value = excluded.value";
            link.insert("keep metrics", (head, tail), &rows).await
        })
    }

    /// All figures of a run, by name and step.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn metrics(&self, run: &str) -> Result<Vec<MetricRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT name, env_steps, value FROM run_metrics WHERE run_id = $1 \
                       ORDER BY name, env_steps";
            let read = |row: &Record| {
                let (name, env_steps) = (row.text(0)?, row.unsigned(1)?);
                Ok(MetricRow { name, env_steps, value: row.real_or_none(2)? })
            };
            link.rows("read metrics", sql, values![run], read).await
        })
    }
}
