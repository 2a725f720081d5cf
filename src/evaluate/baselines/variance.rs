//! The long-only portfolio of least variance.

use crate::domain::Weights;
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::learners::PolicyError;

const LOOK_BACK_BARS: usize = 63;
const EVERY_BARS: usize = 21;
const ITERATIONS: usize = 500;

/// Fully invested, long-only, least sample variance over 63 bars, chosen every 21 bars.
///
/// # Source
/// Markowitz 1952; solved by projected gradient descent on the unit simplex (Duchi et al. 2008).
pub(super) struct MinVariance {
    bars_since: Option<usize>,
}

impl MinVariance {
    pub(super) fn new() -> Self {
        Self { bars_since: None }
    }
}

impl Strategy for MinVariance {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let bars = self.bars_since.map_or(EVERY_BARS, |bars| bars + 1);
        if bars < EVERY_BARS {
            self.bars_since = Some(bars);
            return Ok(Choice::hold());
        }
        self.bars_since = Some(0);
        let returns: Vec<Vec<f64>> = (1..view.num_assets())
            .map(|asset| {
                let closes = view.closes(asset, LOOK_BACK_BARS + 1);
                closes.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
            })
            .collect();
        let mut weights = vec![0.0];
        weights.extend(least_variance(&covariance(&returns)));
        Ok(Weights::try_new(weights).map_or_else(|_| Choice::hold(), Choice::weights))
    }
}

fn covariance(returns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let rows = returns.iter().map(Vec::len).min().unwrap_or(0);
    let centered: Vec<Vec<f64>> = returns
        .iter()
        .map(|series| {
            let series = &series[series.len() - rows..];
            let mean = series.iter().sum::<f64>() / rows.max(1) as f64;
            series.iter().map(|value| value - mean).collect()
        })
        .collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let scale = 1.0 / rows.saturating_sub(1).max(1) as f64;
    centered.iter().map(|a| centered.iter().map(|b| product(a, b) * scale).collect()).collect()
}

/// Weights on the unit simplex that minimise `w' · covariance · w`; equal where nothing is known.
fn least_variance(covariance: &[Vec<f64>]) -> Vec<f64> {
    let count = covariance.len();
    let trace: f64 = (0..count).map(|i| covariance[i][i]).sum();
    let mut weights = vec![1.0 / count as f64; count];
    if trace <= 0.0 {
        return weights;
    }
    // The trace bounds the largest eigenvalue, so this step is short enough to converge.
    let step = 1.0 / trace;
    for _ in 0..ITERATIONS {
        let moved: Vec<f64> = (0..count)
            .map(|i| {
                let gradient: f64 = (0..count).map(|j| covariance[i][j] * weights[j]).sum();
                weights[i] - step * gradient
            })
            .collect();
        weights = onto_simplex(&moved);
    }
    weights
}

fn onto_simplex(point: &[f64]) -> Vec<f64> {
    let mut sorted = point.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut sum = 0.0;
    let mut shift = 0.0;
    for (index, value) in sorted.iter().enumerate() {
        sum += value;
        let candidate = (sum - 1.0) / (index + 1) as f64;
        if value - candidate > 0.0 {
            shift = candidate;
        }
    }
    let clipped: Vec<f64> = point.iter().map(|value| (value - shift).max(0.0)).collect();
    let total: f64 = clipped.iter().sum();
    clipped.iter().map(|value| value / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncorrelated_assets_get_the_inverse_of_their_variance() {
        let weights = least_variance(&[vec![1.0, 0.0], vec![0.0, 3.0]]);
        assert!((weights[0] - 0.75).abs() < 1e-6, "{weights:?}");
    }

    #[test]
    fn a_hedge_is_never_short() {
        let weights = least_variance(&[vec![1.0, 1.5], vec![1.5, 4.0]]);
        assert!((weights[0] - 1.0).abs() < 1e-9, "{weights:?}");
        assert_eq!(least_variance(&[vec![0.0, 0.0], vec![0.0, 0.0]]), [0.5, 0.5]);
    }
}
