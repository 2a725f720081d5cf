//! An agent against a benchmark; both series bar by bar, of one length.

use super::growth::finite;
use super::{BarClock, mean, standard_deviation};

/// `cov(r − rf, b − rf) / var(b − rf)`; `None` for unequal lengths, below two bars, or a flat benchmark.
#[must_use]
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    standard_deviation(benchmark).filter(|&deviation| deviation > 0.0)?;
    let center = mean(benchmark)?;
    let variance: f64 = benchmark.iter().map(|b| (b - center).powi(2)).sum();
    let covariance: f64 = returns.iter().zip(benchmark).map(|(r, b)| (b - center) * r).sum();
    finite(covariance / variance)
}

/// `(1 + mean((r − rf) − beta·(b − rf))) ^ (bars per year) − 1`.
///
/// # Units
/// Fraction per year; `risk_free` is a return per bar.
///
/// # Source
/// Jensen, "The Performance of Mutual Funds in the Period 1945–1964", 1968; compounded over the year.
#[must_use]
pub fn alpha(returns: &[f64], benchmark: &[f64], clock: BarClock, risk_free: f64) -> Option<f64> {
    let slope = beta(returns, benchmark)?;
    let excess = (mean(returns)? - risk_free) - slope * (mean(benchmark)? - risk_free);
    finite((1.0 + excess).powf(clock.bars_per_year) - 1.0)
}

/// `mean(r − b) / std(r − b) · √(bars per year)`; `None` if both series differ by a constant.
///
/// # Source
/// Grinold and Kahn, "Active Portfolio Management", 1999.
#[must_use]
pub fn information_ratio(returns: &[f64], benchmark: &[f64], clock: BarClock) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    super::sharpe(&active, clock, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: BarClock = BarClock { bars_per_year: 2.0 };

    #[test]
    fn a_geared_benchmark_has_its_gearing_as_beta() {
        let benchmark = [0.01, -0.02, 0.03];
        let returns: Vec<f64> = benchmark.iter().map(|b| 2.0 * b + 0.001).collect();
        assert!((beta(&returns, &benchmark).unwrap() - 2.0).abs() < 1e-12);
        let yearly = alpha(&returns, &benchmark, CLOCK, 0.0).unwrap();
        assert!((yearly - (1.001_f64.powi(2) - 1.0)).abs() < 1e-12);
        assert_eq!(information_ratio(&benchmark, &benchmark, CLOCK), None);
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(beta(&[], &[]), None);
        assert_eq!(beta(&[0.1], &[0.1]), None);
        assert_eq!(beta(&[0.1, 0.2], &[0.1]), None);
        assert_eq!(beta(&[0.1, 0.2], &[0.1, 0.1]), None);
        assert_eq!(alpha(&[0.1, 0.2], &[0.1, 0.1], CLOCK, 0.0), None);
        assert_eq!(information_ratio(&[0.1], &[0.1, 0.2], CLOCK), None);
    }
}
