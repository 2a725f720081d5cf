//! The numbers that an account runs on, taken from the settings once.

use super::slots::SlotRules;
use crate::config::{
    Benchmark, Costs, Curriculum, Env, Episode, FillRule, HardStarts, Market, PositionRules,
    Randomize, Reward, SlippageCost,
};
use crate::domain::{CostModel, Slippage};

/// Equity below this fraction of initial equity is ruin unless the settings say otherwise.
const DEFAULT_RUIN_FRAC: f64 = 0.1;

/// What the account and the environment need of the settings, in units of one bar.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvParams {
    /// Equity at the start of an episode, currency units.
    pub initial_equity: f64,
    /// Where an order is filled.
    pub fill: FillRule,
    /// What trading costs.
    pub costs: CostModel,
    /// Earned each bar on cash, a fraction.
    pub cash_return_per_bar: f64,
    /// Paid each bar on the value of short positions, a fraction.
    pub borrow_rate_per_bar: f64,
    /// Exits and limits; the hold limits are absent outside the `single` market.
    pub rules: PositionRules,
    /// Equity below this fraction of initial equity ends an episode.
    pub ruin_frac: f64,
    /// What a return is compared with.
    pub benchmark: Benchmark,
    /// What is learned for.
    pub reward: Reward,
    /// How episodes begin and end.
    pub episode: Episode,
    /// Units in slots; present in the `slots` market.
    pub slots: Option<SlotRules>,
    /// What is drawn for each training episode.
    pub randomize: Option<Randomize>,
    /// Which training episodes are repeated.
    pub hard_starts: Option<HardStarts>,
    /// How the range of training grows.
    pub curriculum: Option<Curriculum>,
}

impl EnvParams {
    /// Reads the settings, which have been checked; `bars_per_year` turns yearly rates into rates
    /// per bar.
    #[must_use]
    pub fn new(env: &Env, bars_per_year: f64) -> Self {
        let mut rules = env.rules.clone();
        match env.market {
            Market::Portfolio(_) => {
                rules.min_hold_bars = None;
                rules.max_hold_bars = None;
            }
            // A slot is closed by its own action when it has lost too much: `SlotRules` has the limit.
            Market::Slots(_) => {
                rules.stop_loss_frac = None;
                rules.take_profit_frac = None;
                rules.trailing_stop_frac = None;
            }
            Market::Single(_) => {}
        }
        Self {
            initial_equity: env.initial_equity,
            fill: env.fill,
            costs: cost_model(&env.costs),
            cash_return_per_bar: cash_return_per_bar(env, bars_per_year),
            borrow_rate_per_bar: env.costs.borrow_rate_annual / bars_per_year,
            ruin_frac: rules.ruin_frac.unwrap_or(DEFAULT_RUIN_FRAC),
            rules,
            benchmark: env.reward.alpha.map_or(Benchmark::EqualWeight, |alpha| alpha.benchmark),
            reward: env.reward.clone(),
            episode: env.episode,
            slots: SlotRules::new(env),
            randomize: env.randomize,
            hard_starts: env.hard_starts,
            curriculum: env.curriculum,
        }
    }

    /// Whether positions are checked against prices inside the bar.
    #[must_use]
    pub fn has_exits(&self) -> bool {
        self.rules.stop_loss_frac.is_some()
            || self.rules.take_profit_frac.is_some()
            || self.rules.trailing_stop_frac.is_some()
    }

    /// Whether anything asks for what became final: profit and loss less unrealized gains.
    #[must_use]
    pub fn tracks_bookings(&self) -> bool {
        self.reward.close_only.is_some()
            || self.hard_starts.is_some_and(|starts| starts.win_rate_below.is_some())
    }
}

/// What cash earns in one bar, compounded to the yearly rate.
pub(super) fn cash_return_per_bar(env: &Env, bars_per_year: f64) -> f64 {
    (1.0 + env.cash_rate_annual).powf(1.0 / bars_per_year) - 1.0
}

/// The cost model that the settings describe.
#[must_use]
pub fn cost_model(costs: &Costs) -> CostModel {
    CostModel {
        commission_bps: costs.commission_bps,
        per_share: costs.per_share,
        minimum: costs.minimum,
        half_spread_bps: costs.half_spread_bps,
        slippage: match costs.slippage {
            SlippageCost::ConstantBps(bps) => Slippage::ConstantBps(bps),
            SlippageCost::SquareRootBps(bps) => {
                Slippage::Impact { coefficient_bps: bps, exponent: 0.5 }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SingleMarket;

    #[test]
    fn hold_limits_belong_to_the_single_market() {
        let rules = PositionRules { max_hold_bars: Some(5), ..PositionRules::default() };
        let mut env = Env { rules, ..Env::default() };
        assert_eq!(EnvParams::new(&env, 252.0).rules.max_hold_bars, None);
        env.market = Market::Single(SingleMarket::default());
        assert_eq!(EnvParams::new(&env, 252.0).rules.max_hold_bars, Some(5));
    }

    #[test]
    fn yearly_rates_become_rates_per_bar() {
        let costs = Costs {
            borrow_rate_annual: 0.0252,
            slippage: SlippageCost::SquareRootBps(10.0),
            ..Costs::default()
        };
        let params = EnvParams::new(&Env { costs, ..Env::default() }, 252.0);
        assert!((params.borrow_rate_per_bar - 1e-4).abs() < 1e-18);
        assert_eq!(
            params.costs.slippage,
            Slippage::Impact { coefficient_bps: 10.0, exponent: 0.5 }
        );
        assert_eq!(params.ruin_frac, 0.1);
    }
}
