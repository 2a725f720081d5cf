//! What the length and the shape of a track record let one say about its Sharpe ratio.

use crate::metrics::growth::finite;
use crate::metrics::{kurtosis, mean, normal_cdf, normal_quantile, skew, standard_deviation};

/// The confidence at which luck is ruled out, 95 %.
pub const CHANCE_CONFIDENCE: f64 = 0.95;

/// The Sharpe ratio of some returns, with what decides how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackRecord {
    /// Sharpe ratio **per bar**; an annual one is divided by √(bars per year) first.
    pub sharpe: f64,
    /// Number of returns.
    pub bars: usize,
    /// Skewness `γ₃`; 0 for normal returns.
    pub skew: f64,
    /// Kurtosis `γ₄`, not the excess: 3 for normal returns.
    pub kurtosis: f64,
}

impl TrackRecord {
    /// Measures returns per bar; `None` below two bars, without dispersion, or with a value that is not
    /// finite.
    #[must_use]
    pub fn of(returns: &[f64]) -> Option<Self> {
        let deviation = standard_deviation(returns).filter(|&deviation| deviation > 0.0)?;
        Some(Self {
            sharpe: finite(mean(returns)? / deviation)?,
            bars: returns.len(),
            skew: skew(returns)?,
            kurtosis: 3.0 + kurtosis(returns)?,
        })
    }

    /// The variance of the estimated ratio times `T − 1`: `1 − γ₃·SR + (γ₄ − 1)/4·SR²`.
    fn spread(&self) -> Option<f64> {
        let ratio = self.sharpe;
        let spread = 1.0 - self.skew * ratio + 0.25 * (self.kurtosis - 1.0) * ratio * ratio;
        finite(spread).filter(|&spread| spread > 0.0)
    }
}

/// The probability that the true Sharpe ratio is above `benchmark`, both per bar.
///
/// ```text
/// PSR(SR*) = Φ( (SR − SR*)·√(T − 1) / √(1 − γ₃·SR + (γ₄ − 1)/4·SR²) )
/// ```
///
/// `None` below two bars or if the moments cannot belong to any returns.
///
/// # Source
/// Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15, 2012,
/// equation 11.
#[must_use]
pub fn probabilistic_sharpe(record: &TrackRecord, benchmark: f64) -> Option<f64> {
    if record.bars < 2 {
        return None;
    }
    let error = (record.spread()? / (record.bars - 1) as f64).sqrt();
    finite(normal_cdf((record.sharpe - benchmark) / error))
}

/// How many bars it takes until the ratio lies above `benchmark` at the given confidence.
///
/// ```text
/// MinTRL = 1 + (1 − γ₃·SR + (γ₄ − 1)/4·SR²)·(Φ⁻¹(confidence) / (SR − SR*))²
/// ```
///
/// `None` if the ratio is not above the benchmark (no length is enough), or for a confidence outside
/// 0.5..1.
///
/// # Source
/// Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", 2012, equation 13.
#[must_use]
pub fn min_track_record_bars(record: &TrackRecord, benchmark: f64, confidence: f64) -> Option<f64> {
    let distance = record.sharpe - benchmark;
    if !(distance > 0.0 && confidence > 0.5) {
        return None;
    }
    let reach = normal_quantile(confidence)? / distance;
    finite(1.0 + record.spread()? * reach * reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_measured_per_bar() {
        let record = TrackRecord::of(&[0.02, -0.01, 0.03, 0.0]).unwrap();
        assert!((record.sharpe - 0.01 / (0.001 / 3.0_f64).sqrt()).abs() < 1e-12);
        assert_eq!(record.bars, 4);
        assert!(record.skew.abs() < 1e-12);
        assert!((record.kurtosis - 1.36).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_dispersion_has_no_record() {
        for returns in [&[][..], &[0.1], &[0.1; 9], &[f64::NAN, 0.1, 0.2]] {
            assert_eq!(TrackRecord::of(returns), None);
        }
    }

    #[test]
    fn no_length_proves_what_is_not_there() {
        let record = TrackRecord { sharpe: 0.1, bars: 100, skew: 0.0, kurtosis: 3.0 };
        assert_eq!(min_track_record_bars(&record, 0.1, 0.95), None);
        assert_eq!(min_track_record_bars(&record, 0.0, 0.4), None);
        assert_eq!(min_track_record_bars(&record, 0.0, 1.0), None);
        assert!((probabilistic_sharpe(&record, 0.1).unwrap() - 0.5).abs() < 1e-15);
        let one_bar = TrackRecord { bars: 1, ..record };
        assert_eq!(probabilistic_sharpe(&one_bar, 0.0), None);
        let impossible = TrackRecord { sharpe: 1.0, skew: 9.0, ..record };
        assert_eq!(probabilistic_sharpe(&impossible, 0.0), None);
    }

    #[test]
    fn the_shortest_sufficient_record_is_just_sufficient() {
        let record = TrackRecord { sharpe: 0.12, bars: 2, skew: -0.7, kurtosis: 6.0 };
        let bars = min_track_record_bars(&record, 0.05, 0.95).unwrap();
        let enough = TrackRecord { bars: bars.ceil() as usize, ..record };
        let less = TrackRecord { bars: bars.floor() as usize, ..record };
        assert!(probabilistic_sharpe(&enough, 0.05).unwrap() >= 0.95);
        assert!(probabilistic_sharpe(&less, 0.05).unwrap() < 0.95);
    }
}
