//! Where two computations of one column part.

use std::fmt;

use serde::Serialize;

use crate::base::Timestamp;
use crate::features::FeatureFrame;

/// Which change made a difference that it must not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DivergenceKind {
    /// Computing row by row instead of all at once.
    Stream,
    /// Cutting off all later rows.
    Truncation,
    /// Changing all later bars.
    Perturbation,
}

impl fmt::Display for DivergenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream => "computed row by row",
            Self::Truncation => "with the rows after it cut off",
            Self::Perturbation => "with the bars after it changed",
        })
    }
}

/// The first value that is not the same.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("column `{column}` must be {expected} at {time} (row {row}), was {found} {kind}")]
pub struct Divergence {
    /// The column.
    pub column: String,
    /// The row of the panel, from 0.
    pub row: usize,
    /// The decision time of that row.
    pub time: Timestamp,
    /// What was changed.
    pub kind: DivergenceKind,
    /// The value of the batch over the whole panel.
    pub expected: f64,
    /// The value after the change.
    pub found: f64,
}

/// The earliest difference in the first `num_rows` rows, the first column of that row; bit for bit,
/// but one NaN is as good as another.
pub(super) fn first_difference(
    whole: &FeatureFrame,
    other: &[Vec<f64>],
    num_rows: usize,
    kind: DivergenceKind,
) -> Option<Divergence> {
    let mut earliest: Option<(usize, usize)> = None;
    for (column, (left, right)) in whole.columns.iter().zip(other).enumerate() {
        let until = earliest.map_or(num_rows, |(row, _)| row);
        let row = (0..until).find(|&row| !is_same(left[row], right[row]));
        earliest = row.map(|row| (row, column)).or(earliest);
    }
    earliest.map(|(row, column)| Divergence {
        column: whole.names[column].clone(),
        row,
        time: whole.times[row],
        kind,
        expected: whole.columns[column][row],
        found: other[column][row],
    })
}

fn is_same(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
}
