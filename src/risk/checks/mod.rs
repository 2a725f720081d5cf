//! The checks, each a comparison of two numbers.

mod case;
mod exposure;
mod freshness;
mod halts;
mod pace;
mod price;
mod size;
mod tail;

use case::Check;
pub(super) use case::{Case, Outcome};

/// All checks in the order in which they are made; the first denial is the answer. The pace comes last: only an order
/// that passes all others waits.
pub(super) const CHECKS: [Check; 21] = [
    halts::trading_halted,
    halts::symbol_halted,
    halts::position_agrees,
    freshness::exchange_open,
    freshness::data_in_doubt,
    freshness::clock_skew,
    freshness::quote_age,
    freshness::bar_age,
    size::order_quantity,
    size::order_notional,
    size::order_notional_frac,
    price::collar,
    price::spread,
    exposure::symbol_weight,
    exposure::gross_exposure,
    exposure::net_exposure,
    exposure::cash,
    tail::value_at_risk,
    pace::duplicate,
    pace::per_second,
    pace::per_minute,
];
