//! Limits that hold for every target.

use crate::config::PortfolioMarket;

/// Limits on target weights; `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WeightLimits {
    /// Largest absolute weight of a symbol.
    pub per_asset_cap: Option<f64>,
    /// Least weight of cash.
    pub cash_floor: Option<f64>,
}

impl WeightLimits {
    /// The limits of a market.
    #[must_use]
    pub const fn new(market: &PortfolioMarket) -> Self {
        Self { per_asset_cap: market.per_asset_cap, cash_floor: market.cash_floor }
    }

    /// Weights of the symbols within the limits: each is cut to the cap, then all are scaled down
    /// together until cash has its floor. Cash is what the symbols leave.
    pub(super) fn apply(&self, risky: &mut [f64]) {
        if let Some(cap) = self.per_asset_cap {
            risky.iter_mut().for_each(|weight| *weight = weight.clamp(-cap, cap));
        }
        let Some(floor) = self.cash_floor else { return };
        let total: f64 = risky.iter().sum();
        if total > 1.0 - floor {
            risky.iter_mut().for_each(|weight| *weight *= (1.0 - floor) / total);
        }
    }

    /// Whether there is any.
    pub(super) const fn is_any(&self) -> bool {
        self.per_asset_cap.is_some() || self.cash_floor.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cap: Option<f64>, floor: Option<f64>, weights: [f64; 2], expected: [f64; 2]) {
        let limits = WeightLimits { per_asset_cap: cap, cash_floor: floor };
        let mut found = weights;
        limits.apply(&mut found);
        let is_near = found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12);
        assert!(is_near, "{limits:?} {weights:?}: {found:?} != {expected:?}");
    }

    #[test]
    fn limits_by_hand() {
        check(None, None, [0.7, 0.9], [0.7, 0.9]);
        check(Some(0.5), None, [0.7, -0.9], [0.5, -0.5]);
        check(None, Some(0.2), [0.4, 0.4], [0.4, 0.4]);
        check(None, Some(0.2), [0.6, 0.4], [0.48, 0.32]);
        check(Some(0.5), Some(0.4), [1.0, 0.25], [0.4, 0.2]);
        check(None, Some(-0.5), [1.5, 1.5], [0.75, 0.75]);
    }
}
