//! The best policy of a planted market.

use crate::config::Source;
use crate::connectors::synthetic::{OraclePolicy, PlantedOracle};
use crate::domain::{Calendar, Slippage, Timeframe, Weights};
use crate::evaluate::judge::Judgement;
use crate::evaluate::trajectory::{Choice, Strategy, View};
use crate::gym::EnvParams;
use crate::learners::PolicyError;

/// Holds what the best policy holds, given the favorite that the market shows.
pub(super) struct Oracle {
    oracle: PlantedOracle,
    policy: OraclePolicy,
    calendar: Calendar,
}

impl Oracle {
    /// `None` unless the market is made up, planted and daily.
    pub(super) fn of_planted(judgement: &Judgement<'_>) -> Option<Self> {
        let agent = judgement.agent;
        let Source::Synthetic(settings) = &agent.data.source else { return None };
        if agent.universe.timeframe != Timeframe::Day {
            return None;
        }
        let calendar = &judgement.market.calendar;
        let last = judgement.range.end();
        let oracle =
            PlantedOracle::try_new(settings, &agent.universe.symbols, calendar, last).ok()??;
        let params = EnvParams::new(&agent.env, judgement.market.tape.bars_per_year());
        let policy = oracle.best_policy(cost_fraction(&params));
        Some(Self { oracle, policy, calendar: Calendar::new(calendar.name()) })
    }
}

/// Costs in proportion to notional; minima and impact are left out of the oracle's reckoning, not of
/// its account.
fn cost_fraction(params: &EnvParams) -> f64 {
    let slippage_bps = match params.costs.slippage {
        Slippage::ConstantBps(bps) => bps,
        Slippage::Impact { .. } => 0.0,
    };
    (params.costs.commission_bps + params.costs.half_spread_bps + slippage_bps) * 1e-4
}

/// The asset with the largest weight: the policy holds one at a time.
fn largest(weights: &[f64]) -> usize {
    let named = weights.iter().enumerate();
    named.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(asset, _)| asset)
}

impl Strategy for Oracle {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let day = self.calendar.session_day(view.time());
        let Some(favorite) = self.oracle.favorite(day) else { return Ok(Choice::hold()) };
        let held = largest(&view.weights());
        let target = self.policy.target(favorite, held);
        if target == held {
            return Ok(Choice::hold());
        }
        let mut weights = vec![0.0; view.num_assets()];
        weights[target] = 1.0;
        Ok(Weights::try_new(weights).map_or_else(|_| Choice::hold(), Choice::weights))
    }
}
