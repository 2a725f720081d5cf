//! Which actions an account may take.

use super::Account;
use crate::gym::{ActionTable, Quote};

/// One flag per action: may it be taken at the row that `quotes` belong to?
///
/// HOLD is always legal, except that a position at its longest hold must be closed. A row of weights
/// is illegal while the position is at less than its shortest hold, when the trades of the episode are
/// used up, after ruin, and when it would touch a symbol that has no bar now.
pub(super) fn legal_actions(account: &Account, quotes: &[Quote], table: &ActionTable) -> Vec<bool> {
    if must_close(account, quotes) {
        return (0..table.num_actions()).map(|action| table.is_flat(action)).collect();
    }
    let is_locked = is_locked(account);
    let legal = |action: usize| match &table.rows()[action] {
        None => true,
        Some(weights) => !is_locked && !touches_halted(account, quotes, weights.risky()),
    };
    (0..table.num_actions()).map(legal).collect()
}

fn must_close(account: &Account, quotes: &[Quote]) -> bool {
    let held = account.holdings().positions[0].bars_held;
    let is_due = account.params().rules.max_hold_bars.is_some_and(|limit| held >= limit);
    held > 0 && is_due && quotes[0].is_tradable && !account.is_ruined()
}

fn is_locked(account: &Account) -> bool {
    let held = account.holdings().positions[0].bars_held;
    let rules = &account.params().rules;
    let is_young = held > 0 && rules.min_hold_bars.is_some_and(|least| held < least);
    let is_spent = rules.max_trades.is_some_and(|most| account.num_trades() >= most);
    is_young || is_spent || account.is_ruined()
}

fn touches_halted(account: &Account, quotes: &[Quote], risky: &[f64]) -> bool {
    let positions = &account.holdings().positions;
    let touches = |s: usize| risky[s] != 0.0 || positions[s].quantity != 0.0;
    (0..risky.len()).any(|s| !quotes[s].is_tradable && touches(s))
}
