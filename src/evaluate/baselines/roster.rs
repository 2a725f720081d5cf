//! The baselines that the settings name.

use super::momentum::Momentum;
use super::oracle::Oracle;
use super::random::Random;
use super::rebalanced::Rebalanced;
use super::sma_cross::SmaCross;
use super::variance::MinVariance;
use crate::base::SeedStream;
use crate::config::Baseline;
use crate::domain::Weights;
use crate::evaluate::judge::Judgement;
use crate::evaluate::trajectory::Strategy;

const REBALANCE_BARS: usize = 21;

/// A baseline and what it is called.
pub(in crate::evaluate) struct NamedStrategy {
    pub(in crate::evaluate) name: String,
    pub(in crate::evaluate) strategy: Box<dyn Strategy>,
}

fn named(name: &str, strategy: impl Strategy + 'static) -> NamedStrategy {
    NamedStrategy { name: name.to_owned(), strategy: Box::new(strategy) }
}

/// Makes every baseline of the settings; a planted market adds its oracle.
pub(in crate::evaluate) fn roster(judgement: &Judgement<'_>) -> Vec<NamedStrategy> {
    let mut baselines = judgement.agent.eval.baselines.clone();
    if !baselines.contains(&Baseline::Oracle) {
        baselines.push(Baseline::Oracle);
    }
    baselines.into_iter().flat_map(|baseline| make(baseline, judgement)).collect()
}

fn make(baseline: Baseline, judgement: &Judgement<'_>) -> Vec<NamedStrategy> {
    let symbols = &judgement.agent.universe.symbols;
    let count = symbols.len();
    match baseline {
        Baseline::Cash => vec![named("cash", Rebalanced::once(Weights::cash(count)))],
        Baseline::BuyAndHold => {
            let alone = |index| Rebalanced::once(portfolio(count, &[(index, 1.0)]));
            let names = symbols.iter().enumerate();
            names.map(|(i, symbol)| named(&format!("buy_and_hold.{symbol}"), alone(i))).collect()
        }
        Baseline::EqualWeight => {
            let equal: Vec<_> = (0..count).map(|index| (index, 1.0 / count as f64)).collect();
            vec![named("equal_weight", rebalanced(portfolio(count, &equal)))]
        }
        Baseline::SixtyForty => {
            let mixed = portfolio(count, &[(0, 0.6), (count - 1, 0.4)]);
            vec![named("sixty_forty", rebalanced(mixed))]
        }
        Baseline::SmaCross => vec![named("sma_cross", SmaCross::new())],
        Baseline::Momentum => vec![named("momentum", Momentum::new())],
        Baseline::MinVariance => vec![named("min_variance", MinVariance::new())],
        Baseline::Random => {
            let seeds = SeedStream::new(judgement.agent.seed);
            vec![named("random", Random::new(judgement.table.clone(), &seeds))]
        }
        Baseline::Oracle => Oracle::of_planted(judgement)
            .map(|oracle| named("oracle", oracle))
            .into_iter()
            .collect(),
    }
}

fn rebalanced(weights: Weights) -> Rebalanced {
    Rebalanced::every(weights, REBALANCE_BARS)
}

/// Weights of some symbols, the rest in cash; several parts of one symbol add up.
fn portfolio(count: usize, parts: &[(usize, f64)]) -> Weights {
    let mut weights = vec![0.0; count + 1];
    for &(index, weight) in parts {
        weights[index + 1] += weight;
    }
    weights[0] = 1.0 - weights[1..].iter().sum::<f64>();
    Weights::try_new(weights).unwrap_or_else(|_| Weights::cash(count))
}
