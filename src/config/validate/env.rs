//! Rules of `env`.

use super::check::Check;
use super::reward;
use crate::config::{ActionRow, Actions, Agent, Costs, Market, PositionRules, SlippageCost};

/// The dearest cost that is still a cost and no slip of the pen, basis points.
const DEAREST_BPS: f64 = 1000.0;

/// Checks the trading environment.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let env = &agent.env;
    check.within("env.num_envs", env.num_envs, 1..=65_536);
    check.positive("env.initial_equity", env.initial_equity, 1e12);
    check.within("env.cash_rate_annual", env.cash_rate_annual, -0.5..=1.0);
    check.within("env.episode.length_bars", env.episode.length_bars, 1..=1_000_000);
    market(check, agent);
    costs(check, &env.costs);
    rules(check, &env.rules, agent);
    reward::check(check, &env.reward);
}

fn market(check: &mut Check, agent: &Agent) {
    let count = agent.universe.symbols.len();
    match &agent.env.market {
        Market::Portfolio(portfolio) => match &portfolio.actions {
            Actions::Corners => {}
            Actions::Etf16 if count == 3 => {}
            Actions::Etf16 => {
                let key = "env.market.portfolio.actions";
                let text = format!("`{key}: etf16` needs exactly 3 symbols, found {count}");
                check.deny(&[key, "universe.symbols"], text);
            }
            Actions::Table(rows) => table(check, rows, count),
        },
        Market::Single(single) => {
            if count != 1 {
                let text = format!("`env.market.single` needs exactly 1 symbol, found {count}");
                check.deny(&["env.market", "universe.symbols"], text);
            }
            exposures(check, &single.exposures);
        }
    }
}

fn table(check: &mut Check, rows: &[ActionRow], symbols: usize) {
    const KEY: &str = "env.market.portfolio.actions.table";
    if rows.len() < 2 || rows.len() > 4096 {
        check.deny(&[KEY], format!("`{KEY}` must hold 2 to 4096 rows, was {}", rows.len()));
    }
    for (index, row) in rows.iter().enumerate() {
        let key = format!("{KEY}[{index}]");
        if let Some(first) = rows[..index].iter().position(|other| other == row) {
            check.deny(&[&key], format!("`{key}` must be a new action, it repeats row {first}"));
        }
        let ActionRow::Weights(weights) = row else { continue };
        if weights.len() != symbols + 1 {
            let text = format!(
                "`{key}` must hold {} weights (cash and {symbols} symbols), was {}",
                symbols + 1,
                weights.len()
            );
            check.deny(&[&key, "universe.symbols"], text);
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > 1e-6 {
            check.deny(&[&key], format!("`{key}` must sum to 1 within 1e-6, was {sum}"));
        }
        if weights.iter().any(|weight| weight.abs() > 10.0) {
            check.deny(&[&key], format!("`{key}` must hold weights in -10..=10, was {weights:?}"));
        }
    }
}

fn exposures(check: &mut Check, exposures: &[f64]) {
    const KEY: &str = "env.market.single.exposures";
    if exposures.is_empty() || exposures.len() > 256 {
        check
            .deny(&[KEY], format!("`{KEY}` must hold 1 to 256 exposures, was {}", exposures.len()));
    }
    for (index, &exposure) in exposures.iter().enumerate() {
        let key = format!("{KEY}[{index}]");
        check.within(&key, exposure, -4.0..=4.0);
        if exposures[..index].contains(&exposure) {
            check
                .deny(&[&key], format!("`{key}` must differ from the others, {exposure} is there"));
        }
    }
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
        if !matches!(agent.env.market, Market::Single(_)) {
            let text = format!("`{key}` needs the market `single`, found `portfolio`");
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
