//! The shape of the distribution of returns, its tails above all.

use super::growth::finite;

/// Below this a standard deviation of returns is rounding error, not risk.
const NO_DISPERSION: f64 = 1e-12;

/// Arithmetic mean; `None` without values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation, divided by n − 1; `None` below two values.
///
/// Equal values give exactly 0, as do values that differ by rounding error only.
#[must_use]
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let deviation =
        (central_moment(values, 2)? * values.len() as f64 / (values.len() - 1) as f64).sqrt();
    Some(if deviation < NO_DISPERSION { 0.0 } else { deviation })
}

/// Biased sample skewness `m₃ / m₂^1.5`; `None` without dispersion.
#[must_use]
pub fn skew(values: &[f64]) -> Option<f64> {
    let m2 = dispersed(values)?;
    finite(central_moment(values, 3)? / m2.powf(1.5))
}

/// Biased sample excess kurtosis `m₄ / m₂² − 3`; 0 for a normal distribution.
#[must_use]
pub fn kurtosis(values: &[f64]) -> Option<f64> {
    let m2 = dispersed(values)?;
    finite(central_moment(values, 4)? / (m2 * m2) - 3.0)
}

/// The value below which `fraction` of the values lie, with linear interpolation between ranks.
///
/// `None` without values, with a value that is not finite, or with a fraction outside 0..=1.
#[must_use]
pub fn percentile(values: &[f64], fraction: f64) -> Option<f64> {
    percentile_sorted(&sorted(values)?, fraction)
}

/// Historical value at risk: the `fraction` percentile of the returns.
///
/// # Units
/// Return per bar; a loss is negative.
#[must_use]
pub fn value_at_risk(returns: &[f64], fraction: f64) -> Option<f64> {
    percentile(returns, fraction)
}

/// The mean of the worst `⌊(n − 1)·fraction⌋ + 1` returns.
///
/// # Units
/// Return per bar; a loss is negative.
#[must_use]
pub fn conditional_value_at_risk(returns: &[f64], fraction: f64) -> Option<f64> {
    let ordered = sorted(returns)?;
    if !(0.0..=1.0).contains(&fraction) {
        return None;
    }
    let last = ((ordered.len() - 1) as f64 * fraction) as usize;
    mean(&ordered[..=last])
}

/// `|95th percentile| / |5th percentile|`; above 1 the good tail is the longer one.
#[must_use]
pub fn tail_ratio(returns: &[f64]) -> Option<f64> {
    let ordered = sorted(returns)?;
    let low = percentile_sorted(&ordered, 0.05)?.abs();
    let high = percentile_sorted(&ordered, 0.95)?.abs();
    if low == 0.0 { None } else { finite(high / low) }
}

/// [`percentile`] of values that are in order already.
pub(super) fn percentile_sorted(ordered: &[f64], fraction: f64) -> Option<f64> {
    if ordered.is_empty() || !(0.0..=1.0).contains(&fraction) {
        return None;
    }
    let position = (ordered.len() - 1) as f64 * fraction;
    let below = position.floor() as usize;
    let above = (below + 1).min(ordered.len() - 1);
    let share = position - below as f64;
    finite(ordered[below] + share * (ordered[above] - ordered[below]))
}

fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut ordered = values.to_vec();
    ordered.sort_unstable_by(f64::total_cmp);
    Some(ordered)
}

fn dispersed(values: &[f64]) -> Option<f64> {
    standard_deviation(values).filter(|&deviation| deviation > 0.0)?;
    central_moment(values, 2)
}

fn central_moment(values: &[f64], power: i32) -> Option<f64> {
    let center = mean(values)?;
    finite(values.iter().map(|v| (v - center).powi(power)).sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(percentile(&values, 0.0), Some(1.0));
        assert_eq!(percentile(&values, 0.5), Some(2.5));
        assert_eq!(percentile(&values, 1.0), Some(4.0));
        assert_eq!(percentile(&[7.0], 0.05), Some(7.0));
        assert_eq!(percentile(&values, 1.5), None);
    }

    #[test]
    fn a_flat_line_has_no_shape() {
        assert_eq!(standard_deviation(&[0.1; 9]), Some(0.0));
        assert_eq!(skew(&[0.1; 9]), None);
        assert_eq!(kurtosis(&[0.1; 9]), None);
        assert_eq!(tail_ratio(&[0.0; 9]), None);
    }

    #[test]
    fn nothing_and_nan_give_none() {
        for values in [&[][..], &[f64::NAN][..], &[f64::INFINITY, 1.0][..]] {
            assert_eq!(mean(values), None);
            assert_eq!(standard_deviation(values), None);
            assert_eq!(value_at_risk(values, 0.05), None);
            assert_eq!(conditional_value_at_risk(values, 0.05), None);
            assert_eq!(tail_ratio(values), None);
        }
    }

    #[test]
    fn moments_by_hand() {
        let values = [0.0, 0.0, 0.0, 4.0];
        assert_eq!(standard_deviation(&values), Some(2.0));
        assert!((skew(&values).unwrap() - 6.0 / 3.0_f64.powf(1.5)).abs() < 1e-12);
        assert!((kurtosis(&values).unwrap() - (21.0 / 9.0 - 3.0)).abs() < 1e-12);
        assert_eq!(conditional_value_at_risk(&[3.0, -1.0, -2.0, 5.0], 0.5), Some(-1.5));
    }
}
