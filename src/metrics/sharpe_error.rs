//! How uncertain a Sharpe ratio is when returns are not independent.

use super::growth::finite;
use super::{BarClock, mean, normal_quantile, standard_deviation};

/// A Sharpe ratio with what the autocorrelation of the returns does to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeError {
    /// Annual Sharpe ratio scaled by the autocorrelation, `η(q)·SR` instead of `√q·SR`.
    pub adjusted: f64,
    /// Asymptotic standard error of `adjusted`.
    pub standard_error: f64,
    /// Lags that were counted.
    pub lags: usize,
}

impl SharpeError {
    /// The normal interval of the given confidence, such as 0.95.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let reach = normal_quantile(0.5 + confidence / 2.0)? * self.standard_error;
        Some((self.adjusted - reach, self.adjusted + reach))
    }
}

/// The autocorrelation-adjusted annual Sharpe ratio and its standard error.
///
/// With `q` bars per year, per-bar ratio `SR` and autocorrelations `ρ_k` up to lag
/// `m = ⌊4·(T/100)^(2/9)⌋`:
///
/// ```text
/// η(q) = q / √(q + 2·Σ_{k=1..m} (q − k)·ρ_k)
/// ψ_t  = (r_t − μ)/σ − SR·((r_t − μ)² − σ²)/(2σ²)
/// SE   = η(q)·√(V/T),   V = γ_0(ψ) + 2·Σ_{k=1..m} (1 − k/(m+1))·γ_k(ψ)
/// ```
///
/// `None` below 10 bars, without dispersion, or if the autocorrelations leave no positive variance.
///
/// # Source
/// Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58, 2002: time aggregation and
/// standard errors of returns that are not independent. We deviate in two places: `ρ_k` is counted up
/// to the lag of Newey and West (1994) instead of `q − 1`, because 251 estimated autocorrelations are
/// mostly noise; and `η` is taken as known in SE.
#[must_use]
pub fn sharpe_error(returns: &[f64], clock: BarClock, risk_free: f64) -> Option<SharpeError> {
    let count = returns.len();
    if count < 10 {
        return None;
    }
    standard_deviation(returns).filter(|&deviation| deviation > 0.0)?;
    let center = mean(returns)?;
    let variance = returns.iter().map(|r| (r - center).powi(2)).sum::<f64>() / count as f64;
    let deviation = variance.sqrt();
    let ratio = (center - risk_free) / deviation;
    let lags = (4.0 * (count as f64 / 100.0).powf(2.0 / 9.0)) as usize;
    let lags = lags.min(count - 1).min((clock.bars_per_year.ceil() as usize).saturating_sub(1));

    let centered: Vec<f64> = returns.iter().map(|r| r - center).collect();
    let scale = year_scale(&centered, clock.bars_per_year, lags)?;
    let influence: Vec<f64> = centered
        .iter()
        .map(|d| d / deviation - ratio * (d * d - variance) / (2.0 * variance))
        .collect();
    let spread = long_run_variance(&influence, lags).max(0.0);
    Some(SharpeError {
        adjusted: finite(scale * ratio)?,
        standard_error: finite(scale * (spread / count as f64).sqrt())?,
        lags,
    })
}

fn year_scale(centered: &[f64], bars_per_year: f64, lags: usize) -> Option<f64> {
    let own = autocovariance(centered, 0);
    let shared: f64 = (1..=lags)
        .map(|lag| (bars_per_year - lag as f64) * autocovariance(centered, lag) / own)
        .sum();
    let variance = bars_per_year + 2.0 * shared;
    if variance > 0.0 { Some(bars_per_year / variance.sqrt()) } else { None }
}

/// Newey and West (1987), Bartlett weights.
fn long_run_variance(centered: &[f64], lags: usize) -> f64 {
    let weighted = |lag: usize| {
        let weight = 1.0 - lag as f64 / (lags + 1) as f64;
        2.0 * weight * autocovariance(centered, lag)
    };
    autocovariance(centered, 0) + (1..=lags).map(weighted).sum::<f64>()
}

fn autocovariance(centered: &[f64], lag: usize) -> f64 {
    let pairs = centered[lag..].iter().zip(centered);
    pairs.map(|(now, before)| now * before).sum::<f64>() / centered.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;
    use crate::metrics::sharpe;

    const DAILY: BarClock = BarClock { bars_per_year: 252.0 };

    #[test]
    fn independent_returns_give_the_textbook_error() {
        let mut rng = SeedStream::new(11).rng();
        let returns: Vec<f64> = (0..20_000).map(|_| 0.001 + 0.01 * rng.normal()).collect();
        let found = sharpe_error(&returns, DAILY, 0.0).unwrap();
        let plain = sharpe(&returns, DAILY, 0.0).unwrap();
        assert!((found.adjusted / plain - 1.0).abs() < 0.1, "{found:?} {plain}");
        let per_bar = plain / 252.0_f64.sqrt();
        let textbook = ((1.0 + per_bar * per_bar / 2.0) / 20_000.0 * 252.0).sqrt();
        assert!((found.standard_error / textbook - 1.0).abs() < 0.12, "{found:?} {textbook}");
    }

    #[test]
    fn trending_returns_lower_the_ratio_and_widen_the_interval() {
        let mut rng = SeedStream::new(12).rng();
        let mut last = 0.0;
        let returns: Vec<f64> = (0..5_000)
            .map(|_| {
                last = 0.4 * last + 0.01 * rng.normal();
                0.001 + last
            })
            .collect();
        let found = sharpe_error(&returns, DAILY, 0.0).unwrap();
        let plain = sharpe(&returns, DAILY, 0.0).unwrap();
        assert!(found.adjusted < 0.8 * plain, "{found:?} {plain}");
        let (low, high) = found.interval(0.95).unwrap();
        assert!(low < found.adjusted && found.adjusted < high);
    }

    #[test]
    fn too_little_is_none() {
        assert_eq!(sharpe_error(&[], DAILY, 0.0), None);
        assert_eq!(sharpe_error(&[0.1], DAILY, 0.0), None);
        assert_eq!(sharpe_error(&[0.1; 50], DAILY, 0.0), None);
    }
}
