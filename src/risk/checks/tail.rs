//! What the account could lose in a day.

use super::case::{Case, Outcome, sound_price};
use crate::risk::{BookLine, Denial};

/// Losses that differ by less than this are the same: weights are products of prices and quantities.
const ROUNDING: f64 = 1e-12;

/// Estimates once and compares with both limits.
pub(super) fn value_at_risk(case: &Case<'_>) -> Result<Outcome, Denial> {
    let (var_limit, cvar_limit) = (case.limits.var_frac_max, case.limits.cvar_frac_max);
    if case.is_reduction || !case.limits.limits_tail() {
        return Ok(Outcome::Pass);
    }
    let weight = |place: usize, line: &BookLine| {
        if place == case.place {
            return Ok(case.quantity_after() * case.price / case.equity);
        }
        if line.quantity == 0.0 {
            return Ok(0.0);
        }
        Ok(line.quantity * sound_price(line)? / case.equity)
    };
    let mut scratch = case.scratch.borrow_mut();
    case.market.in_order(&case.book.lines, weight, &mut scratch.weights)?;
    let tail = case
        .tails
        .estimate(&mut scratch)
        .map_err(|short| Denial::HistoryShort { days: short.days, needed: short.needed })?;
    let denial = |limit| Denial::ValueAtRisk { var_frac: tail.var_frac, limit };
    case.unless_within(tail.var_frac - ROUNDING, var_limit, denial)?;
    let denial = |limit| Denial::ExpectedShortfall { cvar_frac: tail.cvar_frac, limit };
    case.unless_within(tail.cvar_frac - ROUNDING, cvar_limit, denial)
}
