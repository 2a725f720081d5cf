//! Three ways to compute every column, which must agree bit for bit.

use serde::Serialize;

use super::divergence::{Divergence, DivergenceKind, first_difference};
use super::futures::{changed, cut_rows};
use crate::base::{Progress, ProgressUpdate};
use crate::domain::Panel;
use crate::features::{FeatureError, FeatureFrame, FeatureGraph, batch};

/// Values that a proof may compute, about half a minute on two cores for cheap features.
const VALUES_MAX: u128 = 1_000_000_000;

/// Fewest rows at which the future is replaced, if there are as many.
const CUTS_MIN: usize = 32;

/// Rows of changed future after a cut; what looks farther ahead is found by cutting alone.
const FUTURE_ROWS: usize = 256;

/// How columns are computed over a whole panel.
pub type BatchFn<'a> = &'a dyn Fn(&Panel) -> Result<FeatureFrame, FeatureError>;

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofReport {
    /// Rows of the panel; each was recomputed by the stream, which has not seen any later row.
    pub rows: usize,
    /// Columns, all of them compared.
    pub columns: usize,
    /// Rows after which the panel was cut off and the batch repeated.
    pub truncated_at: usize,
    /// Rows after which the bars were changed and the batch repeated.
    pub perturbed_at: usize,
    /// `every_row`, or `sample` where a long panel allows only some of the cuts.
    pub cuts: CutCoverage,
}

/// How many of the possible cuts were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CutCoverage {
    /// All.
    EveryRow,
    /// Half of them evenly spaced, half at random.
    Sample,
}

/// Why a proof failed or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// A column depends on what it must not know.
    #[error(transparent)]
    Divergence(Box<Divergence>),
    /// The features could not be computed.
    #[error(transparent)]
    Features(#[from] FeatureError),
}

/// Proves [`batch`] over a panel.
///
/// # Errors
/// As [`prove_batch`].
pub fn prove(
    graph: &FeatureGraph,
    panel: &Panel,
    progress: &dyn Progress,
) -> Result<ProofReport, ProofError> {
    prove_batch(graph, panel, &|panel| batch(graph, panel), progress)
}

/// Proves that a batch computation of the graph's columns knows no future.
///
/// First every value is recomputed by the stream, which is given one row at a time and so cannot
/// know the next: agreement at every row is already a cut at every row. Then the batch itself is
/// repeated on panels whose future is cut off, and on panels whose future is changed, after every
/// row in turn; on a panel too long for that, after a stated number of rows.
///
/// # Errors
/// [`ProofError::Divergence`] names the first column and row that differ.
pub fn prove_batch(
    graph: &FeatureGraph,
    panel: &Panel,
    batch: BatchFn<'_>,
    progress: &dyn Progress,
) -> Result<ProofReport, ProofError> {
    graph.check_universe(&panel.symbols, panel.timeframe)?;
    let whole = checked(batch, panel, graph.column_names())?;
    compare_stream(graph, panel, &whole)?;
    let (rows, columns) = (panel.rows.len(), whole.names.len());
    let cuts = cut_rows(rows, cuts_max(rows, columns));
    let proof = Proof { panel, batch, whole: &whole, cuts: &cuts, progress };
    proof.truncate()?;
    proof.perturb()?;
    let is_complete = cuts.len() + 1 >= rows;
    let coverage = if is_complete { CutCoverage::EveryRow } else { CutCoverage::Sample };
    let cut = cuts.len();
    Ok(ProofReport { rows, columns, truncated_at: cut, perturbed_at: cut, cuts: coverage })
}

/// A cut costs half a panel on average, twice, and the changed rows.
fn cuts_max(rows: usize, columns: usize) -> usize {
    let each = ((rows + FUTURE_ROWS) as u128 * columns as u128).max(1);
    usize::try_from(VALUES_MAX / each).unwrap_or(usize::MAX).max(CUTS_MIN)
}

fn checked(
    batch: BatchFn<'_>,
    panel: &Panel,
    names: &[String],
) -> Result<FeatureFrame, FeatureError> {
    let frame = batch(panel)?;
    let is_full = frame.columns.iter().all(|column| column.len() == panel.rows.len());
    if frame.names == names && frame.columns.len() == names.len() && is_full {
        return Ok(frame);
    }
    Err(FeatureError::Mismatch {
        what: "a batch",
        expected: format!("the {} columns of the graph, {} rows", names.len(), panel.rows.len()),
        found: format!("{} columns, {} rows", frame.names.len(), frame.times.len()),
    })
}

fn compare_stream(
    graph: &FeatureGraph,
    panel: &Panel,
    whole: &FeatureFrame,
) -> Result<(), ProofError> {
    let mut stream = graph.stream();
    let mut columns = vec![Vec::with_capacity(panel.rows.len()); whole.names.len()];
    for row in &panel.rows {
        let values = stream.update(row);
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(*value));
    }
    agree(whole, &columns, panel.rows.len(), DivergenceKind::Stream)
}

pub(super) struct Proof<'a> {
    pub(super) panel: &'a Panel,
    pub(super) batch: BatchFn<'a>,
    pub(super) whole: &'a FeatureFrame,
    pub(super) cuts: &'a [usize],
    pub(super) progress: &'a dyn Progress,
}

impl Proof<'_> {
    pub(super) fn truncate(&self) -> Result<(), ProofError> {
        let mut past = Panel { rows: Vec::new(), ..self.panel.clone() };
        for (index, &cut) in self.cuts.iter().enumerate() {
            past.rows.extend_from_slice(&self.panel.rows[past.rows.len()..=cut]);
            self.compare(&past, cut, DivergenceKind::Truncation)?;
            self.report("truncate", index);
        }
        Ok(())
    }

    pub(super) fn perturb(&self) -> Result<(), ProofError> {
        let future = changed(self.panel).rows;
        let mut mixed = Panel { rows: Vec::new(), ..self.panel.clone() };
        let mut past = 0;
        for (index, &cut) in self.cuts.iter().enumerate() {
            mixed.rows.truncate(past);
            mixed.rows.extend_from_slice(&self.panel.rows[past..=cut]);
            past = cut + 1;
            let end = future.len().min(past + FUTURE_ROWS);
            mixed.rows.extend_from_slice(&future[past..end]);
            self.compare(&mixed, cut, DivergenceKind::Perturbation)?;
            self.report("perturb", index);
        }
        Ok(())
    }

    fn compare(&self, panel: &Panel, cut: usize, kind: DivergenceKind) -> Result<(), ProofError> {
        let frame = checked(self.batch, panel, &self.whole.names)?;
        agree(self.whole, &frame.columns, cut + 1, kind)
    }

    /// A report for each hundredth part of the work.
    fn report(&self, stage: &'static str, index: usize) {
        let total = self.cuts.len();
        if (index + 1).is_multiple_of(total.div_ceil(100)) || index + 1 == total {
            self.progress.report(&ProgressUpdate {
                stage,
                done: index as u64 + 1,
                total: Some(total as u64),
                unit: "rows",
                note: String::new(),
            });
        }
    }
}

fn agree(
    whole: &FeatureFrame,
    other: &[Vec<f64>],
    num_rows: usize,
    kind: DivergenceKind,
) -> Result<(), ProofError> {
    match first_difference(whole, other, num_rows, kind) {
        Some(divergence) => Err(ProofError::Divergence(Box::new(divergence))),
        None => Ok(()),
    }
}
