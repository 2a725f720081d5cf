//! Stop-loss and take-profit orders that the venue holds for every open position.

use crate::config::PositionRules;
use crate::domain::Bar;
use crate::gym::Position;
use crate::ports::Protection;

/// Where a position leaves the market inside `bar`, if it does. The worse case is checked first.
///
/// A stop is filled at the worse of its price and the open, a target at the better of the two.
pub(super) fn protective_exit(
    position: &Position,
    bar: &Bar,
    rules: &PositionRules,
) -> Option<(Protection, f64)> {
    if position.quantity == 0.0 {
        return None;
    }
    stop_loss(position, bar, rules)
        .map(|price| (Protection::StopLoss, price))
        .or_else(|| take_profit(position, bar, rules).map(|price| (Protection::TakeProfit, price)))
}

fn stop_loss(position: &Position, bar: &Bar, rules: &PositionRules) -> Option<f64> {
    let loss = rules.stop_loss_frac?;
    if position.quantity > 0.0 {
        let stop = position.entry_price * (1.0 - loss);
        return (bar.low <= stop).then_some(stop.min(bar.open));
    }
    let stop = position.entry_price * (1.0 + loss);
    (bar.high >= stop).then_some(stop.max(bar.open))
}

fn take_profit(position: &Position, bar: &Bar, rules: &PositionRules) -> Option<f64> {
    let gain = rules.take_profit_frac?;
    if position.quantity > 0.0 {
        let target = position.entry_price * (1.0 + gain);
        return (bar.high >= target).then_some(target.max(bar.open));
    }
    let target = position.entry_price * (1.0 - gain);
    (bar.low <= target).then_some(target.min(bar.open))
}
