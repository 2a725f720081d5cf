//! Rules of `env`.

use super::{market, reward, training};
use crate::config::validate::check::Check;
use crate::config::{Agent, Costs, FillRule, Market, PositionRules, SlippageCost};

/// The longest session of a daily bar.
const SECONDS_PER_DAY: u32 = 86_400;

/// The dearest cost that is still a cost and no slip of the pen, basis points.
const DEAREST_BPS: f64 = 1000.0;

/// Checks the trading environment.
pub(in crate::config::validate) fn check(check: &mut Check, agent: &Agent) {
    let env = &agent.env;
    check.within("env.num_envs", env.num_envs, 1..=65_536);
    check.positive("env.initial_equity", env.initial_equity, 1e12);
    check.within("env.cash_rate_annual", env.cash_rate_annual, -0.5..=1.0);
    check.within("env.episode.length_bars", env.episode.length_bars, 1..=1_000_000);
    market::check(check, agent);
    fill(check, agent);
    costs(check, &env.costs);
    rules(check, &env.rules, agent);
    reward::check(check, &env.reward);
    training::check(check, env);
}

fn fill(check: &mut Check, agent: &Agent) {
    let FillRule::Quotes(quotes) = agent.env.fill else { return };
    let seconds = agent.universe.timeframe.seconds().unwrap_or(SECONDS_PER_DAY);
    let most = seconds.saturating_mul(1000);
    check.within("env.fill.quotes.latency_ms", quotes.latency_ms, 1..=most);
}

fn costs(check: &mut Check, costs: &Costs) {
    check.within("env.costs.commission_bps", costs.commission_bps, 0.0..=DEAREST_BPS);
    check.within("env.costs.per_share", costs.per_share, 0.0..=1000.0);
    check.within("env.costs.minimum", costs.minimum, 0.0..=1e6);
    check.within("env.costs.half_spread_bps", costs.half_spread_bps, 0.0..=DEAREST_BPS);
    check.within("env.costs.borrow_rate_annual", costs.borrow_rate_annual, 0.0..=10.0);
    match costs.slippage {
        SlippageCost::ConstantBps(bps) => {
            check.within("env.costs.slippage.constant_bps", bps, 0.0..=DEAREST_BPS);
        }
        SlippageCost::SquareRootBps(bps) => {
            check.within("env.costs.slippage.square_root_bps", bps, 0.0..=DEAREST_BPS);
        }
    }
}

fn rules(check: &mut Check, rules: &PositionRules, agent: &Agent) {
    let below_one = |check: &mut Check, key: &str, value: Option<f64>| {
        if value.is_some_and(|value| !(value > 0.0 && value < 1.0)) {
            let found = value.unwrap_or_default();
            check.deny(&[key], format!("`{key}` must be above 0 and below 1, was {found}"));
        }
    };
    below_one(check, "env.rules.stop_loss_frac", rules.stop_loss_frac);
    below_one(check, "env.rules.trailing_stop_frac", rules.trailing_stop_frac);
    below_one(check, "env.rules.ruin_frac", rules.ruin_frac);
    if let Some(gain) = rules.take_profit_frac {
        check.positive("env.rules.take_profit_frac", gain, 100.0);
    }
    if let Some(trades) = rules.max_trades {
        check.at_least("env.rules.max_trades", trades, 1);
    }
    let holds = [
        ("env.rules.min_hold_bars", rules.min_hold_bars),
        ("env.rules.max_hold_bars", rules.max_hold_bars),
    ];
    for (key, bars) in holds {
        let Some(bars) = bars else { continue };
        check.at_least(key, bars, 1);
        if matches!(agent.env.market, Market::Portfolio(_)) {
            let text = format!("`{key}` needs the market `single` or `slots`, found `portfolio`");
            check.deny(&[key, "env.market"], text);
        }
    }
    let exits = [
        ("env.rules.take_profit_frac", rules.take_profit_frac),
        ("env.rules.trailing_stop_frac", rules.trailing_stop_frac),
    ];
    for (key, _) in exits.into_iter().filter(|(_, frac)| frac.is_some()) {
        if matches!(agent.env.market, Market::Slots(_)) {
            let text = format!("`{key}` needs the market `portfolio` or `single`, found `slots`");
            check.deny(&[key, "env.market"], text);
        }
    }
    if let [(least_key, Some(least)), (most_key, Some(most))] = holds
        && least > most
    {
        let text = format!("`{least_key}` must be at most `{most_key}` {most}, was {least}");
        check.deny(&[least_key, most_key], text);
    }
}
