//! What a venue takes as quantity and price.

use crate::config::Instrument;
use crate::domain::Side;

/// A quotient this close below a whole number counts as that number: 0.3 / 0.1 is 3.
const WHOLE_TOLERANCE: f64 = 1e-9;

/// The largest multiple of the lot that is not above `quantity` (at least 0), so that a position ends between what is
/// held and what is wanted.
pub(super) fn fit_quantity(instrument: &Instrument, quantity: f64) -> f64 {
    if instrument.lot > 0.0 { steps_down(quantity, instrument.lot).min(quantity) } else { quantity }
}

/// Whether an order is large enough; without a price nobody knows, and it is not.
pub(super) fn is_large_enough(
    instrument: &Instrument,
    quantity: f64,
    reference_price: Option<f64>,
) -> bool {
    instrument.notional_min <= 0.0
        || reference_price.is_some_and(|price| quantity * price >= instrument.notional_min)
}

/// A limit price: down for a buy, up for a sale, so that no trade is worse than wished.
pub(super) fn fit_limit_price(instrument: &Instrument, side: Side, price: f64) -> f64 {
    match side {
        Side::Buy => down(price, instrument.tick),
        Side::Sell => up(price, instrument.tick),
    }
}

/// A stop price: down for a buy, up for a sale, so that it is reached no later than wished.
pub(super) fn fit_stop_price(instrument: &Instrument, side: Side, price: f64) -> f64 {
    fit_limit_price(instrument, side, price)
}

fn down(price: f64, tick: f64) -> f64 {
    // Below one tick there is no price to go down to.
    if tick > 0.0 { steps_down(price, tick).max(tick) } else { price }
}

fn up(price: f64, tick: f64) -> f64 {
    if tick > 0.0 { times((price / tick - WHOLE_TOLERANCE).ceil(), tick) } else { price }
}

fn steps_down(value: f64, step: f64) -> f64 {
    times((value / step + WHOLE_TOLERANCE).floor(), step)
}

/// `count · step`, as a decimal would have it where the step is one in a whole number: 3 · 0.1 is 0.3.
fn times(count: f64, step: f64) -> f64 {
    let parts = step.recip().round();
    if step < 1.0 && (step * parts - 1.0).abs() < 1e-12 { count / parts } else { count * step }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instrument(lot: f64, tick: f64, notional_min: f64) -> Instrument {
        Instrument { lot, tick, notional_min, venue: None }
    }

    #[test]
    fn quantities_go_down_to_lots() {
        let check = |lot, quantity, expected: f64| {
            assert_eq!(fit_quantity(&instrument(lot, 0.0, 0.0), quantity), expected);
        };
        check(0.0, 3.7, 3.7);
        check(1.0, 3.7, 3.0);
        check(1.0, 0.7, 0.0);
        check(0.1, 0.3, 0.3);
        check(0.001, 0.0129999, 0.012);
        check(100.0, 99.999_999_999_99, 99.999_999_999_99);
        check(100.0, 250.0, 200.0);
    }

    #[test]
    fn prices_go_to_the_cautious_side() {
        let check = |tick, side, price, expected: f64| {
            let instrument = instrument(0.0, tick, 0.0);
            assert_eq!(fit_limit_price(&instrument, side, price), expected);
            assert_eq!(fit_stop_price(&instrument, side, price), expected);
        };
        check(0.0, Side::Buy, 10.123, 10.123);
        check(0.01, Side::Buy, 10.129, 10.12);
        check(0.01, Side::Sell, 10.121, 10.13);
        check(0.01, Side::Buy, 0.3, 0.3);
        check(0.01, Side::Sell, 0.3, 0.3);
        check(0.25, Side::Buy, 4500.3, 4500.25);
        check(0.25, Side::Sell, 4500.3, 4500.5);
        check(5.0, Side::Buy, 3.0, 5.0);
    }

    #[test]
    fn small_orders_and_unknown_prices_are_not_sent() {
        let check = |least, quantity, price, expected| {
            assert_eq!(is_large_enough(&instrument(0.0, 0.0, least), quantity, price), expected);
        };
        check(0.0, 1e-9, None, true);
        check(10.0, 1.0, Some(10.0), true);
        check(10.0, 0.99, Some(10.0), false);
        check(10.0, 100.0, None, false);
    }
}
