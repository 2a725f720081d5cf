//! How fast orders come, and whether the same comes again.

use super::case::{Case, Outcome};
use crate::risk::{Denial, market};

const SECOND_NANOS: i64 = 1_000_000_000;

pub(super) fn duplicate(case: &Case<'_>) -> Result<Outcome, Denial> {
    let Some(limit) = case.limits.duplicate_window_s else { return Ok(Outcome::Pass) };
    if case.is_reduction {
        return Ok(Outcome::Pass);
    }
    let age_s = |time| market::seconds_between(time, case.now);
    let mut recent = case.state.recent.within(|time| age_s(time) < limit);
    match recent.find(|order| order.is_like(case.request)) {
        Some(order) => Err(Denial::Duplicate { age_s: age_s(order.time), limit }),
        None => Ok(Outcome::Pass),
    }
}

pub(super) fn per_second(case: &Case<'_>) -> Result<Outcome, Denial> {
    pace(case, case.limits.orders_per_s_max, 1)
}

pub(super) fn per_minute(case: &Case<'_>) -> Result<Outcome, Denial> {
    pace(case, case.limits.orders_per_minute_max, 60)
}

/// The order waits until the oldest of those that fill the window has left it, but not for long.
fn pace(case: &Case<'_>, limit: Option<u32>, window_s: i64) -> Result<Outcome, Denial> {
    let Some(limit) = limit else { return Ok(Outcome::Pass) };
    let orders = case.state.orders_within(case.now, window_s);
    if orders < limit as usize {
        return Ok(Outcome::Pass);
    }
    let oldest = case.state.recent.first_of_last(limit as usize);
    let until = oldest.unwrap_or(case.now).saturating_add_nanos(window_s * SECOND_NANOS);
    if until <= case.deadline {
        return Ok(Outcome::Wait(until));
    }
    Err(Denial::OrderRate { orders, limit, window_s })
}
