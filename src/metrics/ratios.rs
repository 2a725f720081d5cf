//! Reward for risk.

use super::growth::finite;
use super::{BarClock, annual_return, max_drawdown, mean, standard_deviation};

/// `mean(r − rf) / std(r − rf) · √(bars per year)`, sample standard deviation.
///
/// `risk_free` is a return per bar. `None` below two bars or without dispersion.
///
/// # Source
/// Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21, 1994.
#[must_use]
pub fn sharpe(returns: &[f64], clock: BarClock, risk_free: f64) -> Option<f64> {
    let deviation = standard_deviation(returns).filter(|&deviation| deviation > 0.0)?;
    finite((mean(returns)? - risk_free) / deviation * clock.bars_per_year.sqrt())
}

/// The Sharpe ratio of each window of `window_bars` bars that ends at a bar; `None` before.
#[must_use]
pub fn rolling_sharpe(
    returns: &[f64],
    clock: BarClock,
    risk_free: f64,
    window_bars: usize,
) -> Vec<Option<f64>> {
    let window_bars = window_bars.max(2);
    let at = |end: usize| {
        let start = (end + 1).checked_sub(window_bars)?;
        sharpe(&returns[start..=end], clock, risk_free)
    };
    (0..returns.len()).map(at).collect()
}

/// `mean(r − rf) · √(bars per year) / √(mean(min(r − rf, 0)²))`; `None` without a loss.
///
/// # Source
/// Sortino and Price, "Performance Measurement in a Downside Risk Framework", 1994; the mean runs over
/// all bars, not over the losing ones alone.
#[must_use]
pub fn sortino(returns: &[f64], clock: BarClock, risk_free: f64) -> Option<f64> {
    if returns.len() < 2 {
        return None;
    }
    let losses = returns.iter().map(|r| (r - risk_free).min(0.0).powi(2)).sum::<f64>();
    let downside = (losses / returns.len() as f64).sqrt();
    if downside == 0.0 {
        return None;
    }
    finite((mean(returns)? - risk_free) * clock.bars_per_year.sqrt() / downside)
}

/// Annual return divided by the deepest drawdown; `None` without a drawdown.
#[must_use]
pub fn calmar(returns: &[f64], clock: BarClock) -> Option<f64> {
    let depth = max_drawdown(returns)?.depth_frac;
    if depth == 0.0 { None } else { finite(annual_return(returns, clock)? / depth) }
}

/// Sum of returns above `threshold` over the sum of those below, per bar; `None` without a shortfall.
///
/// # Source
/// Keating and Shadwick, "A Universal Performance Measure", 2002.
#[must_use]
pub fn omega(returns: &[f64], threshold: f64) -> Option<f64> {
    if returns.len() < 2 { None } else { gain_to_loss(returns, threshold) }
}

/// Sum of the gains over the sum of the losses; `None` without a loss.
#[must_use]
pub fn profit_factor(returns: &[f64]) -> Option<f64> {
    gain_to_loss(returns, 0.0)
}

/// The share of bars with a return above 0, among those that are not 0; `None` if all are 0.
#[must_use]
pub fn hit_rate(returns: &[f64]) -> Option<f64> {
    if returns.iter().any(|r| !r.is_finite()) {
        return None;
    }
    let moved = returns.iter().filter(|&&r| r != 0.0).count();
    let gained = returns.iter().filter(|&&r| r > 0.0).count();
    if moved == 0 { None } else { Some(gained as f64 / moved as f64) }
}

fn gain_to_loss(returns: &[f64], threshold: f64) -> Option<f64> {
    if returns.iter().any(|r| !r.is_finite()) {
        return None;
    }
    let gains: f64 = returns.iter().map(|r| (r - threshold).max(0.0)).sum();
    let losses: f64 = returns.iter().map(|r| (threshold - r).max(0.0)).sum();
    if losses > 0.0 { finite(gains / losses) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: BarClock = BarClock { bars_per_year: 4.0 };

    #[test]
    fn ratios_by_hand() {
        let returns = [0.02, -0.01, 0.03, 0.0];
        let deviation = (0.001 / 3.0_f64).sqrt();
        assert!((sharpe(&returns, CLOCK, 0.0).unwrap() - 0.01 / deviation * 2.0).abs() < 1e-12);
        assert!((sharpe(&returns, CLOCK, 0.01).unwrap()).abs() < 1e-12);
        assert!((sortino(&returns, CLOCK, 0.0).unwrap() - 0.02 / 0.005).abs() < 1e-12);
        assert!((omega(&returns, 0.0).unwrap() - 5.0).abs() < 1e-12);
        assert!((profit_factor(&returns).unwrap() - 5.0).abs() < 1e-12);
        assert!((hit_rate(&returns).unwrap() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn undefined_ratios_are_none() {
        for returns in [&[][..], &[0.01][..], &[0.01, 0.01, 0.01][..]] {
            assert_eq!(sharpe(returns, CLOCK, 0.0), None);
            assert_eq!(sortino(returns, CLOCK, 0.0), None);
            assert_eq!(calmar(returns, CLOCK), None);
            assert_eq!(omega(returns, 0.0), None);
            assert_eq!(profit_factor(returns), None);
        }
        assert_eq!(hit_rate(&[0.0, 0.0]), None);
        let broken = [f64::NAN, 0.1, -0.1];
        assert_eq!(sharpe(&broken, CLOCK, 0.0), None);
        assert_eq!((omega(&broken, 0.0), hit_rate(&broken)), (None, None));
    }

    #[test]
    fn a_window_begins_when_it_is_full() {
        let rolling = rolling_sharpe(&[0.01, 0.02, 0.03], CLOCK, 0.0, 2);
        assert_eq!(rolling[0], None);
        assert_eq!(rolling[2], sharpe(&[0.02, 0.03], CLOCK, 0.0));
        assert!(rolling_sharpe(&[], CLOCK, 0.0, 2).is_empty());
    }
}
