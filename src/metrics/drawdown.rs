//! Falls from the highest equity so far.

use serde::{Deserialize, Serialize};

/// The deepest fall from a peak.
///
/// Positions count equities: 0 is the equity before the first bar, `i` the equity after bar `i`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawdown {
    /// `1 − trough / peak`, a fraction of the peak, at least 0.
    pub depth_frac: f64,
    /// Where the peak was.
    pub start: usize,
    /// Where the lowest equity was.
    pub trough: usize,
    /// Where the peak was reached again; `None` if it never was.
    pub end: Option<usize>,
    /// Bars from the peak to the recovery, or to the end of the data without one.
    pub length_bars: usize,
}

/// `1 − equity / highest equity so far` after each bar; the equity before the first bar counts.
///
/// # Units
/// Fraction of the peak, at least 0.
#[must_use]
pub fn drawdowns(returns: &[f64]) -> Vec<f64> {
    let (mut equity, mut peak) = (1.0_f64, 1.0_f64);
    let fall = |r: &f64| {
        equity *= 1.0 + r;
        peak = peak.max(equity);
        1.0 - equity / peak
    };
    returns.iter().map(fall).collect()
}

/// The deepest drawdown; `None` without bars or with a return that is not finite.
///
/// A line that never falls has depth 0 and length 0. Of equal depths the first counts.
#[must_use]
pub fn max_drawdown(returns: &[f64]) -> Option<Drawdown> {
    if returns.is_empty() || returns.iter().any(|r| !r.is_finite()) {
        return None;
    }
    let mut deepest =
        Drawdown { depth_frac: 0.0, start: 0, trough: 0, end: Some(0), length_bars: 0 };
    let (mut equity, mut peak, mut peak_at) = (1.0_f64, 1.0_f64, 0);
    for (index, r) in returns.iter().enumerate() {
        equity *= 1.0 + r;
        if equity >= peak {
            if deepest.end.is_none() && deepest.start == peak_at {
                deepest.end = Some(index + 1);
            }
            (peak, peak_at) = (equity, index + 1);
        }
        let depth_frac = 1.0 - equity / peak;
        if depth_frac > deepest.depth_frac {
            deepest = Drawdown {
                depth_frac,
                start: peak_at,
                trough: index + 1,
                end: None,
                length_bars: 0,
            };
        }
    }
    deepest.length_bars = deepest.end.unwrap_or(returns.len()) - deepest.start;
    Some(deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(returns: &[f64], depth: f64, place: (usize, usize, Option<usize>), length: usize) {
        let found = max_drawdown(returns).unwrap();
        assert!((found.depth_frac - depth).abs() < 1e-12, "{found:?}");
        assert_eq!((found.start, found.trough, found.end), place);
        assert_eq!(found.length_bars, length);
        let series = drawdowns(returns);
        assert!((series.iter().fold(0.0_f64, |a, &b| a.max(b)) - depth).abs() < 1e-12);
    }

    #[test]
    fn drawdowns_by_hand() {
        check(&[0.1, 0.1], 0.0, (0, 0, Some(0)), 0);
        check(&[-0.5], 0.5, (0, 1, None), 1);
        check(&[1.0, -0.5, 1.0, 0.5], 0.5, (1, 2, Some(3)), 2);
        check(&[-0.1, 1.0, -0.5, 0.1, 0.1], 0.5, (2, 3, None), 3);
        check(&[-0.5, 1.0, -0.2, 0.1], 0.5, (0, 1, Some(2)), 2);
        check(&[0.0, 0.0, -0.5, 0.5], 0.5, (2, 3, None), 2);
        check(&[-1.0, 0.3], 1.0, (0, 1, None), 2);
    }

    #[test]
    fn nothing_and_nan_give_none() {
        assert_eq!(max_drawdown(&[]), None);
        assert_eq!(max_drawdown(&[f64::NAN]), None);
    }
}
