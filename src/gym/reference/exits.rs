//! Stop-loss, trailing stop and take-profit inside a bar.

use super::Position;
use crate::config::PositionRules;
use crate::gym::Quote;

/// Why something was traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionKind {
    /// The policy asked for it.
    Order,
    /// The position lost too much.
    StopLoss,
    /// The position fell too far from its best price.
    TrailingStop,
    /// The position gained enough.
    TakeProfit,
}

/// One trade of one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Execution {
    /// Which symbol, cash not counted.
    pub symbol_index: usize,
    /// Why.
    pub kind: ExecutionKind,
    /// Shares, sales negative.
    pub quantity: f64,
    /// Currency units per share.
    pub price: f64,
    /// Commission, spread and slippage, currency units.
    pub cost: f64,
    /// Whether it took a hundredth or more off a position, closed or turned it.
    pub has_closed: bool,
}

/// Where a position leaves the market inside `bar`, if it does. The worse case is checked first.
///
/// A stop is filled at the worse of its price and the open, a target at the better of the two.
#[must_use]
pub fn protective_exit(
    position: &Position,
    bar: &Quote,
    rules: &PositionRules,
) -> Option<(ExecutionKind, f64)> {
    if position.quantity == 0.0 || !bar.is_tradable {
        return None;
    }
    let entry = position.entry_price;
    let is_long = position.quantity > 0.0;
    if let Some((kind, stop)) = nearest_stop(position, rules) {
        let is_hit = if is_long { bar.low <= stop } else { bar.high >= stop };
        if is_hit {
            let price = if is_long { stop.min(bar.open) } else { stop.max(bar.open) };
            return Some((kind, price));
        }
    }
    let gain = rules.take_profit_frac?;
    let (target, is_hit) = if is_long {
        (entry * (1.0 + gain), bar.high >= entry * (1.0 + gain))
    } else {
        (entry * (1.0 - gain), bar.low <= entry * (1.0 - gain))
    };
    let price = if is_long { target.max(bar.open) } else { target.min(bar.open) };
    is_hit.then_some((ExecutionKind::TakeProfit, price))
}

/// The price of the stop that is reached first.
fn nearest_stop(position: &Position, rules: &PositionRules) -> Option<(ExecutionKind, f64)> {
    let side = position.quantity.signum();
    let from = |price: f64, frac: f64| price * (1.0 - side * frac);
    let fixed = rules.stop_loss_frac.map(|loss| from(position.entry_price, loss));
    let trailing = rules.trailing_stop_frac.map(|fall| from(position.best_price, fall));
    match (fixed, trailing) {
        (Some(fixed), Some(trailing)) if side * fixed < side * trailing => {
            Some((ExecutionKind::TrailingStop, trailing))
        }
        (Some(fixed), _) => Some((ExecutionKind::StopLoss, fixed)),
        (None, trailing) => trailing.map(|price| (ExecutionKind::TrailingStop, price)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quantity: f64, bar: [f64; 4], expected: Option<(ExecutionKind, f64)>) {
        let [open, high, low, close] = bar;
        let bar = Quote { open, high, low, close, bar_notional: 0.0, is_tradable: true };
        let best_price = if quantity == 0.0 { 0.0 } else { 100.0 };
        let position = Position { quantity, entry_price: 100.0, best_price, bars_held: 1 };
        let rules = PositionRules {
            stop_loss_frac: Some(0.05),
            take_profit_frac: Some(0.1),
            ..PositionRules::default()
        };
        assert_eq!(protective_exit(&position, &bar, &rules), expected, "{quantity} {bar:?}");
    }

    #[test]
    fn exits_by_hand() {
        use ExecutionKind::{StopLoss, TakeProfit};
        check(1.0, [100.0, 105.0, 96.0, 101.0], None);
        check(1.0, [100.0, 101.0, 94.0, 99.0], Some((StopLoss, 95.0)));
        check(1.0, [93.0, 96.0, 92.0, 95.0], Some((StopLoss, 93.0)));
        check(1.0, [100.0, 110.5, 99.0, 105.0], Some((TakeProfit, 110.00000000000001)));
        check(1.0, [112.0, 113.0, 108.0, 109.0], Some((TakeProfit, 112.0)));
        check(1.0, [100.0, 120.0, 90.0, 100.0], Some((StopLoss, 95.0)));
        check(-1.0, [100.0, 105.5, 99.0, 101.0], Some((StopLoss, 105.0)));
        check(-1.0, [107.0, 108.0, 99.0, 101.0], Some((StopLoss, 107.0)));
        check(-1.0, [100.0, 101.0, 89.0, 95.0], Some((TakeProfit, 90.0)));
        check(-1.0, [85.0, 91.0, 84.0, 90.0], Some((TakeProfit, 85.0)));
        check(0.0, [1.0, 200.0, 1.0, 100.0], None);
    }

    #[test]
    fn a_trailing_stop_follows_the_best_price() {
        let rules = PositionRules {
            stop_loss_frac: Some(0.05),
            trailing_stop_frac: Some(0.1),
            ..PositionRules::default()
        };
        let bar = |open: f64, high: f64, low: f64| Quote {
            open,
            high,
            low,
            close: open,
            bar_notional: 0.0,
            is_tradable: true,
        };
        for side in [1.0, -1.0] {
            // Mirrored at 100, so that one table serves both sides.
            let at = |price: f64| 100.0 + side * (price - 100.0);
            let seen = |open: f64, best: f64, worst: f64| {
                let (a, b) = (at(best), at(worst));
                bar(at(open), a.max(b), a.min(b))
            };
            let mut position = Position::default();
            position.fill(side, 100.0);
            // 10 % from the entry is farther than the fixed stop at 5 %.
            let found = protective_exit(&position, &seen(100.0, 101.0, 94.0), &rules);
            assert_eq!(found.map(|(kind, _)| kind), Some(ExecutionKind::StopLoss));
            position.pass(&seen(100.0, 120.0, 96.0));
            assert!((position.best_price - at(120.0)).abs() < 1e-12);
            let stop = at(120.0) * (1.0 - side * 0.1);
            let found = protective_exit(&position, &seen(118.0, 119.0, 90.0), &rules).unwrap();
            assert_eq!(found.0, ExecutionKind::TrailingStop);
            assert!((found.1 - stop).abs() < 1e-9, "{found:?} {stop}");
            // A second purchase leaves the best price as it is; a close forgets it.
            position.fill(side, at(110.0));
            assert!((position.best_price - at(120.0)).abs() < 1e-12);
            position.fill(-2.0 * side, at(110.0));
            assert_eq!(position, Position::default());
        }
    }
}
