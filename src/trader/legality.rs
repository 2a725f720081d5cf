//! Which actions the account may take: the gym's rules on the account that the fills make.

use super::portfolio::Portfolio;
use super::prices::Prices;
use crate::gym::ActionTable;

/// One flag per action of `table`; at least one is set.
pub(super) fn legal_actions(
    portfolio: &Portfolio,
    prices: &Prices,
    table: &ActionTable,
) -> Vec<bool> {
    if must_close(portfolio, prices) {
        return (0..table.num_actions()).map(|action| table.is_flat(action)).collect();
    }
    let is_locked = is_locked(portfolio);
    let is_legal = |action: usize| match &table.rows()[action] {
        None => true,
        Some(weights) => !is_locked && !touches_halted(portfolio, prices, weights.risky()),
    };
    (0..table.num_actions()).map(is_legal).collect()
}

fn must_close(portfolio: &Portfolio, prices: &Prices) -> bool {
    let held = portfolio.holdings().positions[0].bars_held;
    let is_due = portfolio.params().rules.max_hold_bars.is_some_and(|limit| held >= limit);
    held > 0 && is_due && prices.is_trading(0) && !portfolio.is_ruined()
}

fn is_locked(portfolio: &Portfolio) -> bool {
    let held = portfolio.holdings().positions[0].bars_held;
    let rules = &portfolio.params().rules;
    let is_young = held > 0 && rules.min_hold_bars.is_some_and(|least| held < least);
    let is_spent = rules.max_trades.is_some_and(|most| portfolio.num_trades() >= most);
    is_young || is_spent || portfolio.is_ruined()
}

fn touches_halted(portfolio: &Portfolio, prices: &Prices, risky: &[f64]) -> bool {
    let positions = &portfolio.holdings().positions;
    let touches = |index: usize| risky[index] != 0.0 || positions[index].quantity != 0.0;
    (0..risky.len()).any(|index| !prices.is_trading(index) && touches(index))
}
