//! The rule in use.

use super::band::keep_within;
use super::estimate::{Estimate, History};
use super::{equal_risk, programme};
use crate::config::{KellySizing, Sizing, VolatilityTargetSizing};

/// Makes the weights that are traded of the weights of a signal.
#[derive(Debug, Clone)]
pub(crate) struct Sizer {
    rule: Sizing,
    history: History,
    bars_per_year: f64,
}

/// What a rule takes from the signal.
struct Wanted {
    /// Positions of the wanted symbols among all symbols.
    symbols: Vec<usize>,
    /// +1 for each one that is bought, −1 for each one that is sold short.
    signs: Vec<f64>,
    /// Sum of their absolute weights.
    share: f64,
}

impl Sizer {
    /// A sizer that has seen no close yet.
    #[must_use]
    pub(crate) fn new(rule: &Sizing, num_symbols: usize, bars_per_year: f64) -> Self {
        let history = History::new(window(rule), num_symbols);
        Self { rule: *rule, history, bars_per_year }
    }

    /// Takes the closes of a row, one per symbol; a row on which one is unknown is left out.
    pub(crate) fn observe(&mut self, closes: &[f64]) {
        self.history.push(closes);
    }

    /// Whether the rule has seen the bars that it estimates from; until then the weights of the signal are taken.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn is_warm(&self) -> bool {
        self.history.is_full()
    }

    /// Weights to trade to, cash first, of those of the signal and those held, cash first too; they sum to 1.
    ///
    /// The weights of the signal are taken where the rule has no answer: before the window is full, and where a wanted
    /// symbol did not move in the whole window.
    #[must_use]
    pub(crate) fn size(&self, target: &[f64], held: &[f64]) -> Vec<f64> {
        let sized = self.ruled(target).unwrap_or_else(|| target.to_vec());
        keep_within(band(&self.rule), sized, held)
    }

    /// The answer of the rule; absent where it has none.
    fn ruled(&self, target: &[f64]) -> Option<Vec<f64>> {
        let wanted = Wanted::of(target)?;
        let estimate = || self.history.estimate(&wanted.symbols, &wanted.signs);
        let absolute = match &self.rule {
            Sizing::TargetWeights(_) => return None,
            Sizing::FixedFractional(rule) => vec![rule.fraction; wanted.symbols.len()],
            Sizing::EqualRisk(_) => wanted.shared(equal_risk::shares(&estimate()?.covariance)?),
            Sizing::MinVariance(_) => wanted.shared(programme::min_variance(&estimate()?)?),
            Sizing::MaxSharpe(_) => wanted.shared(programme::max_sharpe(&estimate()?)?),
            Sizing::Kelly(rule) => kelly(rule, &estimate()?, wanted.share)?,
            Sizing::VolatilityTarget(rule) => {
                let weights = wanted.symbols.iter().map(|&index| target[index + 1].abs());
                scaled(rule, &estimate()?, weights.collect(), self.bars_per_year)
            }
        };
        Some(wanted.weights(&absolute, target.len()))
    }
}

impl Wanted {
    /// Absent if nothing is wanted.
    fn of(target: &[f64]) -> Option<Self> {
        let risky = target.get(1..)?;
        let symbols: Vec<usize> = (0..risky.len()).filter(|&index| risky[index] != 0.0).collect();
        let signs = symbols.iter().map(|&index| risky[index].signum()).collect();
        let share = symbols.iter().map(|&index| risky[index].abs()).sum();
        (!symbols.is_empty()).then_some(Self { symbols, signs, share })
    }

    /// Shares of the wanted total as absolute weights.
    fn shared(&self, mut shares: Vec<f64>) -> Vec<f64> {
        shares.iter_mut().for_each(|share| *share *= self.share);
        shares
    }

    /// All weights, cash first, of the absolute ones of the wanted symbols.
    fn weights(&self, absolute: &[f64], num_assets: usize) -> Vec<f64> {
        let mut weights = vec![0.0; num_assets];
        for ((&index, &sign), &weight) in self.symbols.iter().zip(&self.signs).zip(absolute) {
            weights[index + 1] = sign * weight;
        }
        weights[0] = 1.0 - weights[1..].iter().sum::<f64>();
        weights
    }
}

/// A share of the Kelly weights. Growth is `μ'w − w'Σw/2`; what fraction `f` of its best `w` is best for is
/// `μ'w − w'Σw/(2f)`, which also tells what is best under the caps.
fn kelly(rule: &KellySizing, estimate: &Estimate, share: f64) -> Option<Vec<f64>> {
    programme::growth(estimate, rule.fraction, rule.weight_max, share)
}

/// The weights times one factor; a portfolio that does not move at all is not blown up.
fn scaled(
    rule: &VolatilityTargetSizing,
    estimate: &Estimate,
    mut weights: Vec<f64>,
    bars_per_year: f64,
) -> Vec<f64> {
    let volatility = (estimate.variance(&weights).max(0.0) * bars_per_year).sqrt();
    let wished = if volatility > 0.0 { rule.volatility_annual / volatility } else { 1.0 };
    let scale = wished.min(rule.scale_max);
    weights.iter_mut().for_each(|weight| *weight *= scale);
    weights
}

/// Bars that the rule estimates from.
const fn window(rule: &Sizing) -> usize {
    match rule {
        Sizing::TargetWeights(_) | Sizing::FixedFractional(_) => 0,
        Sizing::EqualRisk(rule) | Sizing::MinVariance(rule) | Sizing::MaxSharpe(rule) => {
            rule.window
        }
        Sizing::Kelly(rule) => rule.window,
        Sizing::VolatilityTarget(rule) => rule.window,
    }
}

const fn band(rule: &Sizing) -> f64 {
    match rule {
        Sizing::TargetWeights(rule) => rule.band,
        Sizing::EqualRisk(rule) | Sizing::MinVariance(rule) | Sizing::MaxSharpe(rule) => rule.band,
        Sizing::Kelly(rule) => rule.band,
        Sizing::VolatilityTarget(rule) => rule.band,
        Sizing::FixedFractional(rule) => rule.band,
    }
}
