//! From the values of the fit range to the numbers of a step.

use super::percentile::{percentile, sorted};
use super::step::FittedStep;
use super::yeo_johnson::fit_lambda;
use crate::config::Transform;
use crate::features::FeatureError;

/// Fits one step on finite values, at least one.
pub(super) fn fit_step(transform: &Transform, values: &[f64]) -> FittedStep {
    match transform {
        Transform::ClipPercentile(limits) => {
            let sorted = sorted(values);
            FittedStep::Clip {
                low: percentile(&sorted, limits.low),
                high: percentile(&sorted, limits.high),
            }
        }
        Transform::YeoJohnson => FittedStep::YeoJohnson { lambda: fit_lambda(values) },
        Transform::Standardize => standardize(values),
        Transform::Robust => robust(values),
        Transform::Squash => FittedStep::Squash,
    }
}

/// Whether the parameters of the chain are legal.
///
/// # Errors
/// [`FeatureError::Parameter`] for percentiles that are no range.
pub(super) fn check_transforms(transforms: &[Transform]) -> Result<(), FeatureError> {
    let limits = transforms.iter().filter_map(|transform| match transform {
        Transform::ClipPercentile(limits) => Some(limits),
        _ => None,
    });
    for limits in limits {
        if !(0.0 <= limits.low && limits.low < limits.high && limits.high <= 100.0) {
            return Err(FeatureError::Parameter {
                feature: "clip_percentile",
                key: "low..high",
                expected: "ascending within 0..=100".to_owned(),
                found: format!("{}..{}", limits.low, limits.high),
            });
        }
    }
    Ok(())
}

/// Mean and population standard deviation, the mean corrected once for rounding.
fn standardize(values: &[f64]) -> FittedStep {
    let count = values.len() as f64;
    let rough = values.iter().sum::<f64>() / count;
    let center = rough + values.iter().map(|x| x - rough).sum::<f64>() / count;
    let scale = (values.iter().map(|x| (x - center) * (x - center)).sum::<f64>() / count).sqrt();
    // Below this a deviation is nothing but rounding of the values themselves.
    let noise = 64.0 * f64::EPSILON * center.abs();
    if scale > noise && scale.is_finite() {
        FittedStep::Scale { center, scale }
    } else {
        FittedStep::Constant { value: center }
    }
}

/// Median and interquartile range; where the middle half is one value, the scale is 1.
fn robust(values: &[f64]) -> FittedStep {
    let sorted = sorted(values);
    let center = percentile(&sorted, 50.0);
    let scale = percentile(&sorted, 75.0) - percentile(&sorted, 25.0);
    if sorted.first() == sorted.last() {
        FittedStep::Constant { value: center }
    } else {
        FittedStep::Scale { center, scale: if scale > 0.0 { scale } else { 1.0 } }
    }
}
