//! The best policy of a planted market.

use crate::base::Date;
use crate::config::Source;
use crate::connectors::synthetic::{OraclePolicy, PlantedOracle};
use crate::domain::{Slippage, Timeframe, Weights};
use crate::evaluate::judge::Judgement;
use crate::evaluate::simulate::{Choice, Strategy, View};
use crate::learners::PolicyError;
use crate::gym::EnvParams;

/// Holds what the best policy holds, given the favorite that the market shows.
pub(super) struct Oracle {
    oracle: PlantedOracle,
    policy: OraclePolicy,
    zone: jiff::tz::TimeZone,
    held: usize,
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
        Some(Self { oracle, policy, zone: calendar.zone().clone(), held: 0 })
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

impl Strategy for Oracle {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let day: Date = view.time().date_in(&self.zone);
        let Some(favorite) = self.oracle.favorite(day) else { return Ok(Choice::hold()) };
        let target = self.policy.target(favorite, self.held);
        if target == self.held {
            return Ok(Choice::hold());
        }
        self.held = target;
        let mut weights = vec![0.0; view.num_assets()];
        weights[target] = 1.0;
        Ok(Weights::try_new(weights).map_or_else(|_| Choice::hold(), Choice::weights))
    }
}
