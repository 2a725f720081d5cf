//! Why features could not be made.

use crate::base::{DateRange, Timestamp};
use crate::domain::{Symbol, Timeframe};

/// A feature list, a panel or a fit that does not work.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
pub enum FeatureError {
    /// There is nothing to compute.
    #[error("features must give at least one column, {found}")]
    Empty {
        /// Why there is none.
        found: &'static str,
    },
    /// A parameter is out of its range.
    #[error("feature `{feature}`: `{key}` must be {expected}, was {found}")]
    Parameter {
        /// The kind of the feature or transform.
        feature: &'static str,
        /// The parameter.
        key: &'static str,
        /// The legal values.
        expected: String,
        /// The value.
        found: String,
    },
    /// A feature names a symbol that is not in the universe.
    #[error("feature `{feature}`: `with` must be one of {universe}, was {symbol}")]
    UnknownOther {
        /// The kind of the feature.
        feature: &'static str,
        /// The symbol that it names.
        symbol: Symbol,
        /// The symbols there are.
        universe: String,
    },
    /// A group's timeframe does not go with that of the universe.
    #[error("a group on a {base} universe must have {expected}, was {found}")]
    Group {
        /// The timeframe of the universe.
        base: Timeframe,
        /// What is legal.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// Two columns would have one name.
    #[error("every column must have its own name, `{column}` comes twice")]
    DuplicateColumn {
        /// The name.
        column: String,
    },
    /// Rows, columns or symbols of another graph.
    #[error("{what} must be {expected}, was {found}")]
    Mismatch {
        /// What differs.
        what: &'static str,
        /// What the graph or the fit has.
        expected: String,
        /// What was given.
        found: String,
    },
    /// Nothing to fit on.
    #[error("column `{column}` must have a finite value in the fit range {range}, had none")]
    NoFiniteValue {
        /// The column.
        column: String,
        /// The days that were asked for.
        range: DateRange,
    },
    /// Transforms were fitted on days that they are to be judged on.
    #[error(
        "transforms fitted on {fit} must not be judged on days they have seen, was {evaluation}"
    )]
    FitOverlap {
        /// The days of the fit.
        fit: DateRange,
        /// The days of the evaluation.
        evaluation: DateRange,
    },
    /// A value is missing after the warm-up.
    #[error("column `{column}` must be finite once warmed up, was {found} at {time} (row {row})")]
    NotFinite {
        /// The column.
        column: String,
        /// The row of the frame.
        row: usize,
        /// The decision time of that row.
        time: Timestamp,
        /// NaN or an infinity.
        found: f64,
    },
}
