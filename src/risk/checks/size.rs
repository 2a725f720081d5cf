//! How large an order is.

use super::case::{Case, Outcome};
use crate::risk::Denial;

/// A position that is being closed may be larger than any new order: getting out stays possible.
pub(super) fn order_quantity(case: &Case<'_>) -> Result<Outcome, Denial> {
    let quantity = case.request.quantity;
    let denial = |limit| Denial::OrderQuantity { quantity, limit };
    case.unless_within(quantity, case.limits.order_quantity_max, denial)
}

pub(super) fn order_notional(case: &Case<'_>) -> Result<Outcome, Denial> {
    let notional = notional(case);
    let denial = |limit| Denial::OrderValue { notional, limit };
    case.unless_within(notional, case.limits.order_notional_max, denial)
}

pub(super) fn order_notional_frac(case: &Case<'_>) -> Result<Outcome, Denial> {
    let order_frac = notional(case) / case.equity;
    let denial = |limit| Denial::OrderNotional { order_frac, limit };
    case.unless_within(order_frac, case.limits.order_notional_frac_max, denial)
}

/// At the highest of the prices that it may trade at.
fn notional(case: &Case<'_>) -> f64 {
    let kind = case.request.kind;
    let prices = [kind.limit_price(), kind.stop_price(), case.line.worst_price(case.request)];
    let price = prices.into_iter().flatten().fold(case.price, f64::max);
    case.request.quantity * price
}
