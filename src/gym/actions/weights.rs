//! Weights that a policy gives as numbers.

use burn::tensor::Tensor;

use super::WeightLimits;
use crate::config::{Actions, ContinuousActions, Market, Squash};

/// Gross weight below which nothing is scaled: a quotient by 0 would not be a number.
const MIN_GROSS: f64 = 1e-12;

/// How numbers become target weights.
///
/// Squash, then scale down to `leverage` in the sum of absolute weights, then the limits of the
/// market: each symbol's cap, and the floor of cash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightRule {
    settings: ContinuousActions,
    limits: WeightLimits,
}

impl WeightRule {
    /// The rule of a market; `None` if its actions are a table.
    #[must_use]
    pub fn new(market: &Market) -> Option<Self> {
        let Market::Portfolio(portfolio) = market else { return None };
        let Actions::Continuous(settings) = portfolio.actions else { return None };
        Some(Self { settings, limits: WeightLimits::new(portfolio) })
    }

    /// Numbers that a policy gives for so many symbols.
    #[must_use]
    pub fn num_outputs(&self, num_symbols: usize) -> usize {
        match self.settings.squash {
            Squash::Softmax => num_symbols + 1,
            Squash::Tanh => num_symbols,
        }
    }

    /// Target weights, cash first.
    #[must_use]
    pub fn weights(&self, raw: &[f64]) -> Vec<f64> {
        let mut risky = self.squashed(raw);
        let gross: f64 = risky.iter().map(|weight| weight.abs()).sum();
        let scale = (self.settings.leverage / gross.max(MIN_GROSS)).min(1.0);
        risky.iter_mut().for_each(|weight| *weight *= scale);
        self.limits.apply(&mut risky);
        let cash = 1.0 - risky.iter().sum::<f64>();
        std::iter::once(cash).chain(risky).collect()
    }

    fn squashed(&self, raw: &[f64]) -> Vec<f64> {
        let leverage = self.settings.leverage;
        match self.settings.squash {
            Squash::Softmax => {
                let largest = raw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = raw.iter().map(|value| (value - largest).exp()).sum();
                let share = |value: &f64| leverage * (value - largest).exp() / total;
                raw[1..].iter().map(share).collect()
            }
            Squash::Tanh => {
                let least = if self.settings.long_only { 0.0 } else { -leverage };
                raw.iter().map(|value| (leverage * value.tanh()).max(least)).collect()
            }
        }
    }

    /// Target weights of the symbols of N environments.
    ///
    /// # Shapes
    /// `raw`: `[N, M]` → `[R, N]`
    #[must_use]
    pub fn tensor_weights(&self, raw: Tensor<2>) -> Tensor<2> {
        let risky = self.tensor_squashed(raw.transpose());
        let gross = risky.clone().abs().sum_dim(0).clamp_min(MIN_GROSS);
        let scale = (gross.recip() * self.settings.leverage).clamp_max(1.0);
        let mut risky = risky * scale;
        if let Some(cap) = self.limits.per_asset_cap {
            risky = risky.clamp(-cap, cap);
        }
        if let Some(floor) = self.limits.cash_floor {
            let total = risky.clone().sum_dim(0);
            let is_over = total.clone().greater_elem(1.0 - floor);
            let scale = total.recip() * (1.0 - floor);
            let ones = scale.ones_like();
            risky = risky * ones.mask_where(is_over, scale);
        }
        risky
    }

    /// `[M, N]` → `[R, N]`
    fn tensor_squashed(&self, raw: Tensor<2>) -> Tensor<2> {
        let leverage = self.settings.leverage;
        let [outputs, _] = raw.dims();
        match self.settings.squash {
            Squash::Softmax => {
                let largest = raw.clone().max_dim(0);
                let powers = (raw - largest).exp();
                let total = powers.clone().sum_dim(0);
                powers.narrow(0, 1, outputs - 1) * leverage / total
            }
            Squash::Tanh => {
                let least = if self.settings.long_only { 0.0 } else { -leverage };
                (raw.tanh() * leverage).clamp_min(least)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::config::PortfolioMarket;

    fn rule(settings: ContinuousActions, cap: Option<f64>, floor: Option<f64>) -> WeightRule {
        let portfolio = PortfolioMarket {
            actions: Actions::Continuous(settings),
            per_asset_cap: cap,
            cash_floor: floor,
        };
        WeightRule::new(&Market::Portfolio(portfolio)).unwrap()
    }

    fn check(rule: &WeightRule, raw: &[f64], expected: &[f64]) {
        let found = rule.weights(raw);
        let is_near = found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-12);
        assert!(is_near && found.len() == expected.len(), "{raw:?}: {found:?} != {expected:?}");
        let values: Vec<f32> = raw.iter().map(|&value| value as f32).collect();
        let raw = Tensor::<2>::from_data(TensorData::new(values, [1, raw.len()]), &Device::flex());
        let found: Vec<f32> = rule.tensor_weights(raw).try_into_vec_as().unwrap();
        for (found, expected) in found.iter().zip(&expected[1..]) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} != {expected}");
        }
    }

    #[test]
    fn numbers_become_weights_by_hand() {
        let softmax = ContinuousActions::default();
        check(&rule(softmax, None, None), &[0.0, 0.0, 0.0], &[1.0 / 3.0; 3]);
        let (a, b) = (3_f64.ln(), 0.0);
        check(&rule(softmax, None, None), &[b, a, b], &[0.2, 0.6, 0.2]);
        check(&rule(softmax, Some(0.4), None), &[b, a, b], &[0.4, 0.4, 0.2]);
        check(&rule(softmax, None, Some(0.5)), &[b, a, b], &[0.5, 0.375, 0.125]);
        let double = ContinuousActions { leverage: 2.0, ..softmax };
        check(&rule(double, None, None), &[b, a, b], &[-0.6, 1.2, 0.4]);
        let half = 0.5_f64.atanh();
        let tanh = ContinuousActions { squash: Squash::Tanh, long_only: false, leverage: 1.0 };
        check(&rule(tanh, None, None), &[half, -0.25_f64.atanh()], &[0.75, 0.5, -0.25]);
        check(&rule(tanh, None, None), &[50.0, -50.0], &[1.0, 0.5, -0.5]);
        let long = ContinuousActions { long_only: true, ..tanh };
        check(&rule(long, None, None), &[half, -50.0], &[0.5, 0.5, 0.0]);
        check(&rule(long, None, None), &[-1.0, -1.0], &[1.0, 0.0, 0.0]);
        assert_eq!(
            (rule(long, None, None).num_outputs(3), rule(softmax, None, None).num_outputs(3)),
            (3, 4)
        );
    }
}
