//! The chain of every column, with the days it was fitted on.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fit::{check_transforms, fit_step};
use super::step::FittedStep;
use crate::base::DateRange;
use crate::config::Transform;
use crate::domain::Calendar;
use crate::features::{FeatureError, FeatureFrame};

/// Transforms fitted on some days, ready for any row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedTransforms {
    fit_range: DateRange,
    columns: Vec<FittedColumn>,
}

/// The chain of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedColumn {
    /// The name of the column.
    pub name: String,
    /// The steps in order; none leaves the values as they are.
    pub steps: Vec<FittedStep>,
}

impl FittedTransforms {
    /// Fits the chain on the rows whose date, in the zone of the calendar, lies in `fit_range`.
    ///
    /// Each step is fitted on what the steps before it make of the finite values. Values that are
    /// not finite are left out.
    ///
    /// # Errors
    /// [`FeatureError::NoFiniteValue`] for a column without a value in that range;
    /// [`FeatureError::Parameter`] for percentiles that are no range.
    pub fn fit(
        transforms: &[Transform],
        frame: &FeatureFrame,
        fit_range: DateRange,
        calendar: &Calendar,
    ) -> Result<Self, FeatureError> {
        check_transforms(transforms)?;
        let is_inside: Vec<bool> = frame
            .times
            .iter()
            .map(|time| fit_range.contains(calendar.session_day(*time)))
            .collect();
        let columns = frame.names.par_iter().zip(&frame.columns).map(|(name, column)| {
            let inside =
                column.iter().zip(&is_inside).filter(|(x, inside)| **inside && x.is_finite());
            let values: Vec<f64> = inside.map(|(x, _)| *x).collect();
            if values.is_empty() {
                return Err(FeatureError::NoFiniteValue { column: name.clone(), range: fit_range });
            }
            Ok(FittedColumn { name: name.clone(), steps: fit_chain(transforms, values) })
        });
        // Collected before the first error is looked for, so that it is always the same one.
        let columns: Vec<_> = columns.collect();
        Ok(Self { fit_range, columns: columns.into_iter().collect::<Result<_, _>>()? })
    }

    /// The days of the fit.
    #[must_use]
    pub const fn fit_range(&self) -> DateRange {
        self.fit_range
    }

    /// The chains, in the order of the columns.
    #[must_use]
    pub fn columns(&self) -> &[FittedColumn] {
        &self.columns
    }

    /// The columns that had one value only in the fit range and so are always 0.
    pub fn constant_columns(&self) -> impl Iterator<Item = &str> {
        let is_constant = |column: &&FittedColumn| {
            column.steps.iter().any(|step| matches!(step, FittedStep::Constant { .. }))
        };
        self.columns.iter().filter(is_constant).map(|column| column.name.as_str())
    }

    /// Whether `evaluation` is free of the days of the fit.
    ///
    /// # Errors
    /// [`FeatureError::FitOverlap`] with both ranges.
    pub fn check_unseen(&self, evaluation: DateRange) -> Result<(), FeatureError> {
        if self.fit_range.overlaps(evaluation) {
            return Err(FeatureError::FitOverlap { fit: self.fit_range, evaluation });
        }
        Ok(())
    }

    /// Whether the columns are those of the fit, in the same order.
    ///
    /// # Errors
    /// [`FeatureError::Mismatch`] for the first that differs, or for the number of columns.
    pub fn check_columns(&self, names: &[String]) -> Result<(), FeatureError> {
        if names.len() != self.columns.len() {
            return Err(FeatureError::Mismatch {
                what: "the number of feature columns",
                expected: self.columns.len().to_string(),
                found: names.len().to_string(),
            });
        }
        match self.columns.iter().zip(names).find(|(column, name)| column.name != **name) {
            None => Ok(()),
            Some((column, name)) => Err(FeatureError::Mismatch {
                what: "a feature column",
                expected: format!("`{}`", column.name),
                found: format!("`{name}`"),
            }),
        }
    }

    /// Transforms one row: `raw` in the order of the columns, `out` as long.
    ///
    /// # Shapes
    /// `raw: [F] f64`, `out: [F] f32`; NaN in gives NaN out.
    ///
    /// # Panics
    /// If a length is not the number of columns.
    pub fn apply_row(&self, raw: &[f64], out: &mut [f32]) {
        assert_eq!(raw.len(), self.columns.len(), "invariant: one value per column");
        assert_eq!(out.len(), self.columns.len(), "invariant: one output per column");
        for ((column, value), out) in self.columns.iter().zip(raw).zip(out) {
            *out = column.apply(*value);
        }
    }

    /// Transforms a whole frame into rows, exactly as [`Self::apply_row`] does each.
    ///
    /// # Shapes
    /// `[T, F] f32`, row after row.
    ///
    /// # Errors
    /// [`FeatureError::Mismatch`] if the frame has other columns than the fit.
    pub fn apply_frame(&self, frame: &FeatureFrame) -> Result<Vec<f32>, FeatureError> {
        self.check_columns(&frame.names)?;
        let width = self.columns.len();
        let mut rows = vec![0.0; width * frame.num_rows()];
        rows.par_chunks_mut(width.max(1)).enumerate().for_each(|(row, out)| {
            for ((column, values), out) in self.columns.iter().zip(&frame.columns).zip(out) {
                *out = column.apply(values[row]);
            }
        });
        Ok(rows)
    }
}

impl FittedColumn {
    /// The transformed value.
    #[must_use]
    pub fn apply(&self, raw: f64) -> f32 {
        self.steps.iter().fold(raw, |value, step| step.apply(value)) as f32
    }
}

fn fit_chain(transforms: &[Transform], mut values: Vec<f64>) -> Vec<FittedStep> {
    let fit_next = |transform| {
        let step = fit_step(transform, &values);
        values.iter_mut().for_each(|value| *value = step.apply(*value));
        step
    };
    transforms.iter().map(fit_next).collect()
}
