//! The Sharpe ratio that luck alone reaches, and what is left above it.

use serde::{Deserialize, Serialize};

use super::track_record::{TrackRecord, probabilistic_sharpe};
use crate::metrics::growth::finite;
use crate::metrics::normal_quantile;

/// Euler's and Mascheroni's constant `γ`.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// A chosen track record and the search that it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeflatedInput {
    /// The record that was chosen.
    pub record: TrackRecord,
    /// Number of independent trials, at least 1; it need not be whole.
    pub trials: f64,
    /// Variance of the Sharpe ratios per bar over the trials.
    pub sharpe_variance: f64,
}

/// A deflated Sharpe ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DeflatedSharpe {
    /// Sharpe ratio **per bar** that the luckiest of that many worthless trials is expected to show.
    pub expected_max_sharpe: f64,
    /// Probability that the true ratio lies above it; below 0.95 luck is a fair explanation.
    pub probability: f64,
}

/// The probability that a chosen Sharpe ratio is more than the best of so many worthless trials shows:
/// the probabilistic Sharpe ratio against [`expected_max_sharpe`].
///
/// # Source
/// Bailey and López de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40, 2014,
/// equations 1 and 2.
#[must_use]
pub fn deflated_sharpe(input: &DeflatedInput) -> Option<DeflatedSharpe> {
    let expected_max_sharpe = expected_max_sharpe(input.sharpe_variance, input.trials)?;
    let probability = probabilistic_sharpe(&input.record, expected_max_sharpe)?;
    Some(DeflatedSharpe { expected_max_sharpe, probability })
}

/// The Sharpe ratio that the luckiest of `trials` independent worthless trials is expected to show.
///
/// ```text
/// SR₀ = √V·( (1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e)) )
/// ```
///
/// One trial gives 0: nothing was chosen. `None` for fewer, or for a variance that is negative or not
/// finite. Per bar if the variance is.
#[must_use]
pub fn expected_max_sharpe(variance: f64, trials: f64) -> Option<f64> {
    if !(variance >= 0.0 && trials >= 1.0) {
        return None;
    }
    finite(variance.sqrt() * expected_max_deviations(trials)?)
}

/// How many years it takes until the luckiest of so many worthless trials is no longer expected to show
/// this annual Sharpe ratio.
///
/// ```text
/// MinBTL = ( ((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))) / SR )² < 2·ln(N) / SR²
/// ```
///
/// `None` if the ratio is not above 0 or for fewer than one trial.
///
/// # Source
/// Bailey, Borwein, López de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices of
/// the American Mathematical Society 61, 2014, theorem 1.
#[must_use]
pub fn min_backtest_years(annual_sharpe: f64, trials: f64) -> Option<f64> {
    if !(annual_sharpe > 0.0 && trials >= 1.0) {
        return None;
    }
    let ratio = expected_max_deviations(trials)? / annual_sharpe;
    finite(ratio * ratio)
}

/// The expected largest of so many standard normal numbers, by their extreme value distribution.
///
/// Between one and two trials, where the approximation falls below 0, it is 0.
fn expected_max_deviations(trials: f64) -> Option<f64> {
    if trials <= 1.0 {
        return Some(0.0);
    }
    let center = -normal_quantile(1.0 / trials)?;
    let edge = -normal_quantile(1.0 / (trials * std::f64::consts::E))?;
    Some(((1.0 - EULER_GAMMA) * center + EULER_GAMMA * edge).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trial_needs_no_deflation() {
        let record = TrackRecord { sharpe: 0.1, bars: 253, skew: 0.0, kurtosis: 3.0 };
        let found = deflated_sharpe(&DeflatedInput { record, trials: 1.0, sharpe_variance: 0.01 });
        assert_eq!(found.unwrap().expected_max_sharpe, 0.0);
        assert_eq!(found.unwrap().probability, probabilistic_sharpe(&record, 0.0).unwrap());
        assert_eq!(min_backtest_years(1.0, 1.0), Some(0.0));
    }

    #[test]
    fn more_trials_never_ask_for_less() {
        let mut last = 0.0;
        for step in 0..60 {
            let found = expected_max_sharpe(1.0, 1.25_f64.powi(step)).unwrap();
            assert!(found >= last, "{step}: {found} after {last}");
            last = found;
        }
        assert!(last > 4.5);
    }

    #[test]
    fn what_makes_no_sense_has_no_value() {
        assert_eq!(expected_max_sharpe(-1.0, 9.0), None);
        assert_eq!(expected_max_sharpe(f64::NAN, 9.0), None);
        assert_eq!(expected_max_sharpe(1.0, 0.5), None);
        assert_eq!(min_backtest_years(0.0, 9.0), None);
        assert_eq!(min_backtest_years(1.0, f64::NAN), None);
    }
}
