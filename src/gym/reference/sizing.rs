//! How large an order is.

/// Orders below this fraction of equity are not sent, unless they close a position: they would be
/// rounding, not decisions.
pub const MIN_ORDER_FRAC: f64 = 5e-6;

/// Quantities to trade so that each symbol reaches its target weight, sized at `prices`.
///
/// `quantity = (weight · equity − holding · price) / price`, signed; 0 where the change would be
/// below [`MIN_ORDER_FRAC`] of equity and the target is not 0.
///
/// # Units
/// `weights`: fractions of equity, cash not included; `prices`: currency units per share;
/// `holdings` and the result: shares, shorts negative.
///
/// # Panics
/// If the slices differ in length.
#[must_use]
pub fn order_quantities(
    weights: &[f64],
    equity: f64,
    prices: &[f64],
    holdings: &[f64],
) -> Vec<f64> {
    assert_eq!(weights.len(), prices.len(), "invariant: one weight per symbol");
    assert_eq!(holdings.len(), prices.len(), "invariant: one holding per symbol");
    let quantity = |((&weight, &price), &holding): ((&f64, &f64), &f64)| {
        if weight == 0.0 {
            return -holding;
        }
        let change = weight * equity - holding * price;
        if change.abs() < MIN_ORDER_FRAC * equity { 0.0 } else { change / price }
    };
    weights.iter().zip(prices).zip(holdings).map(quantity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weight: f64, holding: f64, expected: f64) {
        let found = order_quantities(&[weight], 1000.0, &[10.0], &[holding]);
        assert!((found[0] - expected).abs() < 1e-12, "{found:?} != {expected}");
    }

    #[test]
    fn orders_reach_the_target() {
        check(0.5, 0.0, 50.0);
        check(0.5, 20.0, 30.0);
        check(-1.0, 20.0, -120.0);
        check(0.0, 20.0, -20.0);
        check(0.0, 0.0001, -0.0001);
    }

    #[test]
    fn dust_is_not_traded() {
        check(0.5, 49.9996, 0.0);
        check(0.5, 49.999, 0.001);
    }
}
