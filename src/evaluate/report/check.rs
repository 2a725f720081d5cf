//! Refuses data that does not fit together.

use super::input::ReportInput;
use crate::plot::PlotError;

/// A report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Nothing to report on.
    #[error("a report needs at least one run, the agent's, found none")]
    NoRun,
    /// A series does not fit the times.
    #[error("`{series}` must have {expected} values, one per bar, found {found}")]
    Length {
        /// Which series.
        series: String,
        /// The number of bars.
        expected: usize,
        /// What was found.
        found: usize,
    },
    /// Fewer or more names than series of weights.
    #[error("weights must have one series per asset, found {assets} assets and {series} series")]
    Assets {
        /// Number of names.
        assets: usize,
        /// Number of series.
        series: usize,
    },
    /// The data block could not be written.
    #[error("cannot write the data block of the report")]
    Json(#[from] serde_json::Error),
    /// A picture could not be made.
    #[error("cannot make a picture of the report")]
    Picture(#[from] PlotError),
}

/// Checks that every series has one value per bar.
pub(super) fn check(input: &ReportInput) -> Result<(), ReportError> {
    if input.runs.is_empty() {
        return Err(ReportError::NoRun);
    }
    let expected = input.times.len();
    let fits = |series: &str, found: usize| {
        let wrong = || ReportError::Length { series: series.to_owned(), expected, found };
        if found == expected { Ok(()) } else { Err(wrong()) }
    };
    for run in &input.runs {
        fits(&format!("returns of {}", run.name), run.returns.len())?;
    }
    for (name, series) in [("turnover", &input.turnover), ("costs", &input.costs)] {
        if !series.is_empty() {
            fits(name, series.len())?;
        }
    }
    if let Some(weights) = &input.weights {
        let (assets, series) = (weights.assets.len(), weights.values.len());
        if assets != series {
            return Err(ReportError::Assets { assets, series });
        }
        for (asset, values) in weights.assets.iter().zip(&weights.values) {
            fits(&format!("weights of {asset}"), values.len())?;
        }
    }
    match &input.price {
        Some(price) => fits(&format!("price of {}", price.symbol), price.prices.len()),
        None => Ok(()),
    }
}
