//! Stop-loss and take-profit inside a bar.

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
    if let Some(loss) = rules.stop_loss_frac {
        let (stop, is_hit) = if is_long {
            (entry * (1.0 - loss), bar.low <= entry * (1.0 - loss))
        } else {
            (entry * (1.0 + loss), bar.high >= entry * (1.0 + loss))
        };
        if is_hit {
            let price = if is_long { stop.min(bar.open) } else { stop.max(bar.open) };
            return Some((ExecutionKind::StopLoss, price));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quantity: f64, bar: [f64; 4], expected: Option<(ExecutionKind, f64)>) {
        let [open, high, low, close] = bar;
        let bar = Quote { open, high, low, close, bar_notional: 0.0, is_tradable: true };
        let position = Position { quantity, entry_price: 100.0, bars_held: 1 };
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
}
