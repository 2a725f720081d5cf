//! Gaussian smoothing and the removal of a line.

use super::gradient::slope;

/// Where the Gaussian is cut off, in standard deviations.
const CUT: f64 = 4.0;

/// Gaussian smoothing inside the window; its end samples are repeated outside.
///
/// # Source
/// `scipy.ndimage.gaussian_filter1d(x, sigma, mode="nearest", truncate=4.0)`.
#[derive(Debug, Clone)]
pub(super) struct Gaussian {
    /// Weights at distance 0, 1, … bars; both sides together sum to 1.
    weights: Vec<f64>,
}

impl Gaussian {
    /// A width of 0 leaves the samples as they are.
    pub(super) fn new(sigma_bars: f64) -> Self {
        if sigma_bars <= 0.0 {
            return Self { weights: vec![1.0] };
        }
        let radius = (CUT * sigma_bars + 0.5).floor();
        let mut weights = Vec::new();
        let mut distance = 0.0;
        while distance <= radius {
            weights.push((-0.5 * (distance / sigma_bars).powi(2)).exp());
            distance += 1.0;
        }
        let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Self { weights }
    }

    /// Writes the smoothed samples into `out`, which has the same length.
    pub(super) fn apply(&self, samples: &[f64], out: &mut [f64]) {
        let last = samples.len() - 1;
        for (center, smooth) in out.iter_mut().enumerate() {
            let mut sum = self.weights[0] * samples[center];
            for (distance, weight) in self.weights.iter().enumerate().skip(1) {
                let left = samples[center.saturating_sub(distance)];
                let right = samples[(center + distance).min(last)];
                sum += weight * (left + right);
            }
            *smooth = sum;
        }
    }
}

/// Takes the least-squares line off.
pub(super) fn detrend(samples: &mut [f64]) {
    let count = samples.len() as f64;
    let (per_bar, middle) = (slope(samples), (count - 1.0) / 2.0);
    let mean = samples.iter().sum::<f64>() / count;
    for (index, sample) in samples.iter_mut().enumerate() {
        *sample -= mean + per_bar * (index as f64 - middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of the fixture: `sigma`, then the input, then the smoothed, then the detrended input.
    #[test]
    fn smoothing_and_detrending_equal_scipy() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/simple/smooth.csv"));
        let rows: Vec<Vec<f64>> = text
            .lines()
            .map(|line| line.split(',').map(|x| x.parse().unwrap()).collect())
            .collect();
        assert!(rows.len() >= 12 && rows.len().is_multiple_of(4));
        for case in rows.chunks(4) {
            let mut smooth = vec![0.0; case[1].len()];
            Gaussian::new(case[0][0]).apply(&case[1], &mut smooth);
            let mut flat = case[1].clone();
            detrend(&mut flat);
            for (found, expected) in smooth.iter().zip(&case[2]).chain(flat.iter().zip(&case[3])) {
                assert!((found - expected).abs() < 1e-10, "{:?}: {found} {expected}", case[0]);
            }
        }
    }

    #[test]
    fn no_width_changes_nothing() {
        let mut out = [0.0; 3];
        Gaussian::new(0.0).apply(&[1.0, 5.0, 2.0], &mut out);
        assert_eq!(out, [1.0, 5.0, 2.0]);
    }
}
