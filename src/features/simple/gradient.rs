//! The angle of the least-squares slope.

use super::window::relative;

/// `atan(slope / x_now · 10⁴ / unit_bps)` in degrees, −90 to 90; 0 where the input now is 0.
///
/// `slope` is the least-squares slope of the window per bar; a gain of `unit_bps` of the input now
/// in each bar is 45 degrees.
pub(super) fn gradient(window: &[f64], unit_bps: f64) -> f64 {
    angle(slope(window), window[window.len() - 1], unit_bps)
}

/// The angle of a slope of `per_bar`, measured against the input now.
pub(super) fn angle(per_bar: f64, now: f64, unit_bps: f64) -> f64 {
    (relative(per_bar, now) * 1e4 / unit_bps).atan().to_degrees()
}

/// Least-squares slope per sample: `Σ (i − ī)(x_i − x_0) / Σ (i − ī)²`.
///
/// Taking off the first sample changes nothing in exact arithmetic and keeps the digits that a
/// high price level would eat.
pub(super) fn slope(samples: &[f64]) -> f64 {
    let count = samples.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let spread = count * (count * count - 1.0) / 12.0;
    let first = samples[0];
    let mut moment = 0.0;
    for (index, sample) in samples.iter().enumerate() {
        moment += (index as f64 - middle) * (sample - first);
    }
    moment / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_a_bar_is_forty_five_degrees() {
        let window = [98.0, 99.0, 100.0];
        assert!((gradient(&window, 100.0) - 45.0).abs() < 1e-12);
        assert!((gradient(&window, 50.0) - 2.0_f64.atan().to_degrees()).abs() < 1e-12);
        let down = [102.0, 101.0, 100.0];
        assert!((gradient(&down, 100.0) + 45.0).abs() < 1e-12);
        assert_eq!(gradient(&[5.0; 4], 100.0), 0.0);
        assert_eq!(gradient(&[5.0, 3.0, 0.0], 100.0), 0.0);
    }

    #[test]
    fn slopes_equal_numpy() {
        let mut rows = 0;
        for line in
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/slope.csv"))
                .lines()
        {
            let numbers: Vec<f64> = line.split(',').map(|x| x.parse().unwrap()).collect();
            let (expected, window) = numbers.split_first().unwrap();
            assert!((slope(window) - expected).abs() < 1e-9 * expected.abs().max(1e-2), "{line}");
            rows += 1;
        }
        assert!(rows >= 20);
    }
}
