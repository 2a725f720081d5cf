//! Differencing, mean, minimum, maximum and skewness of a window.
//!
//! `x` is the input, oldest first, and `x_now` its last sample; a value relative to an input of 0
//! is 0. Sums run over the whole window at each bar: no drift, and no memory of older bars.

use super::window::relative;

/// `(x[now − window] − x_now) / x_now`; the slice holds `window + 1` samples.
pub(super) fn differencing(window: &[f64]) -> f64 {
    let now = latest(window);
    relative(window[0] - now, now)
}

/// `mean(x) / x_now`.
pub(super) fn mean(window: &[f64]) -> f64 {
    relative(average(window), latest(window))
}

/// `(mean(x) − min(x)) / x_now`, at least 0.
pub(super) fn min(window: &[f64]) -> f64 {
    let lowest = window.iter().copied().fold(f64::INFINITY, f64::min);
    relative(average(window) - lowest, latest(window))
}

/// `(max(x) − mean(x)) / x_now`, at least 0.
pub(super) fn max(window: &[f64]) -> f64 {
    let highest = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    relative(highest - average(window), latest(window))
}

/// Skewness `m3 / m2^1.5` with central moments over `n`, the biased estimator; 0 for a window that
/// is constant to machine precision.
///
/// # Source
/// `scipy.stats.skew(bias=True)`, which gives NaN for a constant window.
pub(super) fn skew(window: &[f64]) -> f64 {
    let center = average(window);
    let (mut second, mut third) = (0.0, 0.0);
    for sample in window {
        let distance = sample - center;
        second += distance * distance;
        third += distance * distance * distance;
    }
    let count = window.len() as f64;
    let variance = second / count;
    if variance <= (f64::EPSILON * center).powi(2) {
        return 0.0;
    }
    third / count / (variance * variance.sqrt())
}

fn average(window: &[f64]) -> f64 {
    window.iter().sum::<f64>() / window.len() as f64
}

fn latest(window: &[f64]) -> f64 {
    window[window.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found} {expected}");
    }

    #[test]
    fn formulas_by_hand() {
        let window = [1.0, 4.0, 5.0, 2.0];
        check(differencing(&window), -0.5);
        check(mean(&window), 1.5);
        check(min(&window), 1.0);
        check(max(&window), 1.0);
        check(skew(&[0.0, 0.0, 3.0]), 1.0 / 2.0_f64.sqrt());
        check(skew(&[1.0, 2.0, 3.0]), 0.0);
        check(skew(&[7.1; 5]), 0.0);
        check(mean(&[1.0, 0.0]), 0.0);
    }

    #[test]
    fn skewness_equals_scipy() {
        let mut rows = 0;
        for line in
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/skew.csv"))
                .lines()
        {
            let numbers: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
            let (expected, window) = numbers.split_first().unwrap();
            assert!((skew(window) - expected).abs() < 1e-9 * expected.abs().max(1e-3), "{line}");
            rows += 1;
        }
        assert!(rows >= 20);
    }
}
