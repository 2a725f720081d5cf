//! Whether the market is open, and how old what is known of it is.

use super::case::{Case, Outcome};
use crate::config::OutsideHours;
use crate::domain::{BookTop, OrderKind, TimeInForce};
use crate::risk::{Denial, market};

/// An order for the next opening auction may go out while the exchange is closed, and so may one that is good for the
/// next bar of a day or longer: neither can trade before the exchange is open.
pub(super) fn exchange_open(case: &Case<'_>) -> Result<Outcome, Denial> {
    let is_for_next_session = case.request.kind == OrderKind::MarketOnOpen
        || (case.request.time_in_force == TimeInForce::Bar
            && case.market.timeframe.seconds().is_none());
    let is_allowed = case.limits.outside_hours != Some(OutsideHours::Deny);
    if case.is_reduction || is_allowed || is_for_next_session {
        return Ok(Outcome::Pass);
    }
    match case.market.is_open(case.hours, case.now) {
        Ok(true) => Ok(Outcome::Pass),
        Ok(false) => Err(Denial::ExchangeClosed { time: case.now }),
        Err(_) => Err(Denial::CalendarUnknown { time: case.now }),
    }
}

pub(super) fn data_in_doubt(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.is_reduction || !case.state.doubtful.contains(&case.request.symbol) {
        return Ok(Outcome::Pass);
    }
    Err(Denial::DataInDoubt { symbol: case.symbol() })
}

pub(super) fn clock_skew(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.is_reduction || case.limits.clock_skew_s_max.is_none() {
        return Ok(Outcome::Pass);
    }
    let skew_s = case.skew_s.ok_or(Denial::ClockUnknown)?;
    let denial = |limit| Denial::ClockSkew { skew_s, limit };
    case.unless_within(skew_s.abs(), case.limits.clock_skew_s_max, denial)
}

pub(super) fn quote_age(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.is_reduction || case.limits.quote_age_s_max.is_none() {
        return Ok(Outcome::Pass);
    }
    let top = sound_top(case)?;
    let age_s = market::seconds_between(top.time, case.now);
    let denial = |limit| Denial::QuoteStale { symbol: case.symbol(), age_s, limit };
    case.unless_within(age_s, case.limits.quote_age_s_max, denial)
}

pub(super) fn bar_age(case: &Case<'_>) -> Result<Outcome, Denial> {
    if case.is_reduction || case.limits.bar_age_intervals_max.is_none() {
        return Ok(Outcome::Pass);
    }
    let unknown = || Denial::BarUnknown { symbol: case.symbol() };
    let bar_time = case.line.bar_time.ok_or_else(unknown)?;
    let intervals = case.market.intervals_between(case.hours, bar_time, case.now);
    let denial = |limit| Denial::BarStale { symbol: case.symbol(), intervals, limit };
    case.unless_within(intervals, case.limits.bar_age_intervals_max, denial)
}

/// The best prices, if they are prices.
pub(super) fn sound_top(case: &Case<'_>) -> Result<BookTop, Denial> {
    let top = case.line.top.ok_or_else(|| Denial::QuoteUnknown { symbol: case.symbol() })?;
    if top.is_sound() {
        return Ok(top);
    }
    Err(Denial::QuoteInvalid { symbol: case.symbol(), bid: top.bid, ask: top.ask })
}
