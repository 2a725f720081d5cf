//! What the account would carry with the order and every open one filled.

use super::case::{Case, Outcome, sound_price};
use crate::risk::{BookLine, Denial};

/// Sums of weights that differ by less than this are the same: an order for exactly what the cash buys must pass.
const ROUNDING: f64 = 1e-9;

pub(super) fn symbol_weight(case: &Case<'_>) -> Result<Outcome, Denial> {
    let weight = case.quantity_after() * case.price / case.equity;
    let denial = |limit| Denial::SymbolWeight { symbol: case.symbol(), weight, limit };
    case.unless_within(weight.abs() - ROUNDING, case.limits.weight_abs_max, denial)
}

pub(super) fn gross_exposure(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.limits.gross_exposure_max.is_none() || case.is_reduction {
        return Ok(Outcome::Pass);
    }
    let gross_frac = sum_after(case, f64::abs)? / case.equity;
    let denial = |limit| Denial::GrossExposure { gross_frac, limit };
    case.unless_within(gross_frac - ROUNDING, case.limits.gross_exposure_max, denial)
}

pub(super) fn net_exposure(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.limits.net_exposure_max.is_none() || case.is_reduction {
        return Ok(Outcome::Pass);
    }
    let net_frac = sum_after(case, |value| value)? / case.equity;
    let denial = |limit| Denial::NetExposure { net_frac, limit };
    case.unless_within(net_frac.abs() - ROUNDING, case.limits.net_exposure_max, denial)
}

/// Before commissions.
pub(super) fn cash(case: &Case<'_>) -> Result<Outcome, Denial> {
    let Some(limit) = case.limits.cash_frac_min else { return Ok(Outcome::Pass) };
    if case.is_reduction {
        return Ok(Outcome::Pass);
    }
    let cash = case.book.cash.filter(|cash| cash.is_finite()).ok_or(Denial::CashUnknown)?;
    let price = case.line.worst_price(case.request).unwrap_or(f64::INFINITY);
    let cash_frac = (cash - case.request.signed_quantity() * price) / case.equity;
    if cash_frac + ROUNDING >= limit {
        return Ok(Outcome::Pass);
    }
    Err(Denial::Cash { cash_frac, limit })
}

/// The sum over all positions with this order filled, currency units.
fn sum_after(case: &Case<'_>, value: fn(f64) -> f64) -> Result<f64, Denial> {
    let after = |(place, line): (usize, &BookLine)| {
        if place == case.place {
            return Ok(value(case.quantity_after() * case.price));
        }
        // What is not held needs no price.
        if line.quantity == 0.0 {
            return Ok(0.0);
        }
        Ok(value(line.quantity * sound_price(line)?))
    };
    case.book.lines.iter().enumerate().map(after).sum()
}
