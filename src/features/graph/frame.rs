//! All rows of a panel at once.

use rayon::prelude::*;

use super::feature_graph::FeatureGraph;
use super::node::Node;
use super::stream::{aggregators, nodes};
use crate::base::Timestamp;
use crate::domain::{MarketRow, Panel};
use crate::features::FeatureError;

/// Columns of features over the rows of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureFrame {
    /// The name of each column.
    pub names: Vec<String>,
    /// The decision time of each row.
    pub times: Vec<Timestamp>,
    /// One vector of rows for each column; NaN while warming up.
    pub columns: Vec<Vec<f64>>,
}

impl FeatureFrame {
    /// The number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.times.len()
    }

    /// The first row in which every column has had a finite value; `None` if there is none.
    #[must_use]
    pub fn first_ready_row(&self) -> Option<usize> {
        let first = |column: &Vec<f64>| column.iter().position(|value| value.is_finite());
        self.columns.iter().map(first).try_fold(0, |latest, row| Some(latest.max(row?)))
    }

    /// Whether every value from `row` on is finite.
    ///
    /// # Errors
    /// [`FeatureError::NotFinite`] for the earliest one that is not.
    pub fn check_finite_from(&self, row: usize) -> Result<(), FeatureError> {
        let first_bad = |column: &Vec<f64>| {
            let found = column.iter().skip(row).position(|value| !value.is_finite())?;
            Some(found + row)
        };
        let bad = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(column, values)| first_bad(values).map(|row| (row, column)));
        match bad.min() {
            None => Ok(()),
            Some((row, column)) => Err(FeatureError::NotFinite {
                column: self.names[column].clone(),
                row,
                time: self.times[row],
                found: self.columns[column][row],
            }),
        }
    }

    /// The values of one row, in the order of the columns.
    pub fn row(&self, row: usize) -> impl Iterator<Item = f64> {
        self.columns.iter().map(move |column| column[row])
    }
}

/// Every column of a panel: the replay of the stream, bit for bit.
///
/// Kernels do not know of each other, so each runs over all rows by itself, in parallel.
///
/// # Errors
/// [`FeatureError::Mismatch`] if the panel has other symbols or another timeframe than the graph.
pub fn batch(graph: &FeatureGraph, panel: &Panel) -> Result<FeatureFrame, FeatureError> {
    graph.check_universe(&panel.symbols, panel.timeframe)?;
    let groups: Vec<Vec<(usize, MarketRow)>> = aggregators(graph)
        .into_par_iter()
        .map(|mut group| {
            let mut longer = Vec::new();
            for (index, row) in panel.rows.iter().enumerate() {
                longer.extend(group.update(row).iter().map(|row| (index, row.clone())));
            }
            longer
        })
        .collect();
    let columns: Vec<Vec<Vec<f64>>> = nodes(graph)
        .into_par_iter()
        .map(|node| match node.group {
            None => fold(node, panel.rows.len(), panel.rows.iter().enumerate()),
            Some(group) => {
                let longer = groups[group].iter().map(|(index, row)| (*index, row));
                fold(node, panel.rows.len(), longer)
            }
        })
        .collect();
    Ok(FeatureFrame {
        names: graph.column_names().to_vec(),
        times: panel.rows.iter().map(|row| row.time).collect(),
        columns: columns.into_iter().flatten().collect(),
    })
}

/// Runs one node over rows that become known at ascending indices; values hold in between.
fn fold<'a>(
    mut node: Node,
    num_rows: usize,
    rows: impl Iterator<Item = (usize, &'a MarketRow)>,
) -> Vec<Vec<f64>> {
    let mut values = vec![f64::NAN; node.columns.len()];
    let mut columns = vec![Vec::with_capacity(num_rows); values.len()];
    let hold = |columns: &mut Vec<Vec<f64>>, values: &[f64], until: usize| {
        columns.iter_mut().zip(values).for_each(|(column, value)| column.resize(until, *value));
    };
    for (index, row) in rows {
        hold(&mut columns, &values, index);
        node.step(row, &mut values);
    }
    hold(&mut columns, &values, num_rows);
    columns
}
