//! The checks, each a comparison of two numbers.

use super::{Book, Denial};
use crate::config::Trade;
use crate::domain::{OrderRequest, Symbol};

/// What every check sees.
pub(super) struct Case<'a> {
    pub(super) request: &'a OrderRequest,
    pub(super) book: &'a Book,
    pub(super) limits: &'a Trade,
}

type Check = fn(&Case<'_>) -> Result<(), Denial>;

/// All checks in the order in which they are made; the first denial is the answer.
pub(super) const CHECKS: [Check; 4] =
    [quantity_valid, equity_positive, order_notional, gross_exposure];

fn quantity_valid(case: &Case<'_>) -> Result<(), Denial> {
    let quantity = case.request.quantity;
    if quantity.is_finite() && quantity > 0.0 {
        return Ok(());
    }
    Err(Denial::QuantityInvalid { quantity })
}

fn equity_positive(case: &Case<'_>) -> Result<(), Denial> {
    equity(case.book).map(|_| ())
}

/// A pure reduction of a position is never too large: getting out stays possible.
fn order_notional(case: &Case<'_>) -> Result<(), Denial> {
    let price = price(case.book, &case.request.symbol)?;
    let order_frac = case.request.quantity * price / equity(case.book)?;
    let limit = case.limits.max_order_frac;
    if order_frac <= limit || is_reduction(case) {
        return Ok(());
    }
    Err(Denial::OrderNotional { order_frac, limit })
}

/// An order that lowers the exposure passes even while the account stands above its limit.
fn gross_exposure(case: &Case<'_>) -> Result<(), Denial> {
    let equity = equity(case.book)?;
    let before = gross(case.book)?;
    let held = held(case) * price(case.book, &case.request.symbol)?;
    let after = before - held.abs() + (held + signed_notional(case)?).abs();
    let (gross_frac, limit) = (after / equity, case.limits.max_gross_exposure);
    if gross_frac <= limit || after <= before {
        return Ok(());
    }
    Err(Denial::GrossExposure { gross_frac, limit })
}

fn equity(book: &Book) -> Result<f64, Denial> {
    let equity = book.equity.filter(|e| !e.is_nan()).ok_or(Denial::EquityUnknown)?;
    if equity.is_finite() && equity > 0.0 {
        return Ok(equity);
    }
    Err(Denial::EquityNotPositive { equity })
}

fn price(book: &Book, symbol: &Symbol) -> Result<f64, Denial> {
    let price = book
        .line(symbol)
        .and_then(|line| line.price)
        .ok_or_else(|| Denial::PriceUnknown { symbol: symbol.clone() })?;
    if price.is_finite() && price > 0.0 {
        return Ok(price);
    }
    Err(Denial::PriceInvalid { symbol: symbol.clone(), price })
}

fn gross(book: &Book) -> Result<f64, Denial> {
    let held = book.lines.iter().filter(|line| line.quantity != 0.0);
    held.map(|line| Ok((line.quantity * price(book, &line.symbol)?).abs())).sum()
}

fn held(case: &Case<'_>) -> f64 {
    case.book.line(&case.request.symbol).map_or(0.0, |line| line.quantity)
}

fn signed_notional(case: &Case<'_>) -> Result<f64, Denial> {
    let price = price(case.book, &case.request.symbol)?;
    Ok(case.request.side.sign() * case.request.quantity * price)
}

fn is_reduction(case: &Case<'_>) -> bool {
    let held = held(case);
    let after = held + case.request.side.sign() * case.request.quantity;
    after.abs() < held.abs() && after * held >= 0.0
}
