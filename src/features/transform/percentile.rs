//! Percentiles by linear interpolation.

/// The percentile `percent` (0 to 100) of ascending values, at least one.
///
/// # Source
/// `numpy.percentile`, method `linear`: position `percent / 100 · (n − 1)` among the sorted values.
pub(super) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = (percent / 100.0 * last as f64).clamp(0.0, last as f64);
    let below = position.floor();
    let (low, high) = (sorted[below as usize], sorted[(below as usize + 1).min(last)]);
    low + (high - low) * (position - below)
}

/// A sorted copy.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_by_hand() {
        let values = sorted(&[4.0, 1.0, 3.0, 2.0]);
        for (percent, expected) in [(0.0, 1.0), (50.0, 2.5), (100.0, 4.0), (10.0, 1.3)] {
            assert!((percentile(&values, percent) - expected).abs() < 1e-12);
        }
        assert_eq!(percentile(&[7.0], 99.9), 7.0);
    }
}
