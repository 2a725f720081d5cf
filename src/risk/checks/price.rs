//! Whether an order could trade at an absurd price.

use super::case::{Case, Outcome};
use super::freshness::sound_top;
use crate::domain::{BookTop, OrderKind};
use crate::risk::{Denial, market};

/// A price of 3 % off must pass a collar of 3 %.
const ROUNDING: f64 = 1e-12;

/// A limit or stop price must be near what the market pays. An order that only makes a position smaller may have a price
/// that the market would have to come to, and a protective stop may be far away: that is its purpose.
pub(super) fn collar(case: &Case<'_>) -> Result<Outcome, Denial> {
    let Some(limit) = case.limits.price_collar_frac else { return Ok(Outcome::Pass) };
    let kind = case.request.kind;
    let prices = if case.is_reduction {
        [kind.limit_price().filter(|_| kind.stop_price().is_none()), None]
    } else {
        [kind.limit_price(), kind.stop_price()]
    };
    for price in prices.into_iter().flatten() {
        let reference = match reference(case) {
            Err(_) if case.is_reduction => return Ok(Outcome::Pass),
            reference => reference?,
        };
        let off_frac = price / reference - 1.0;
        let is_patient = off_frac * case.request.side.sign() <= 0.0;
        let is_near = off_frac.abs() <= limit + ROUNDING;
        let is_harmless = is_near || (case.is_reduction && is_patient);
        if !is_harmless {
            return Err(Denial::PriceCollar { price, reference, off_frac, limit });
        }
    }
    Ok(Outcome::Pass)
}

/// What nobody bounds by a price trades at the other side of the book.
pub(super) fn spread(case: &Case<'_>) -> Result<Outcome, Denial> {
    let is_bounded = !matches!(case.request.kind, OrderKind::Market | OrderKind::Stop { .. });
    if case.is_reduction || is_bounded || case.limits.spread_frac_max.is_none() {
        return Ok(Outcome::Pass);
    }
    let top = sound_top(case)?;
    let spread_frac = (top.ask - top.bid) / top.middle();
    let denial = |limit| Denial::Spread { symbol: case.symbol(), spread_frac, limit };
    case.unless_within(spread_frac - ROUNDING, case.limits.spread_frac_max, denial)
}

/// The middle of a fresh quote, else the close of a fresh bar, currency units.
fn reference(case: &Case<'_>) -> Result<f64, Denial> {
    let top = case.line.top.filter(BookTop::is_sound);
    let known = [
        top.map(|top| (top.middle(), top.time)),
        case.line.bar_time.map(|time| (case.price, time)),
    ];
    let Some(limit) = case.limits.reference_age_s_max else {
        return Ok(known[0].map_or(case.price, |(price, _)| price));
    };
    let age = |time| market::seconds_between(time, case.now);
    let known = known.into_iter().flatten();
    let known = known.map(|(price, time)| (price, age(time)));
    let youngest = known.min_by(|a, b| a.1.total_cmp(&b.1));
    match youngest {
        Some((price, age_s)) if age_s <= limit => Ok(price),
        Some((_, age_s)) => Err(Denial::ReferenceStale { symbol: case.symbol(), age_s, limit }),
        None => Err(Denial::ReferenceUnknown { symbol: case.symbol() }),
    }
}
