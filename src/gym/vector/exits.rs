//! Stop-loss and take-profit inside a bar, in value units.
//!
//! A position's value falls when a long loses and when a short loses, so one comparison serves both
//! sides: the least value inside the bar against the entry value less the allowed loss.

use burn::tensor::{Bool, Tensor};

use super::market::InsideBar;
use crate::config::PositionRules;

/// Where positions leave the market inside a bar.
pub(super) struct Exits {
    /// Which do: `[R, N]`.
    pub(super) is_hit: Tensor<2, Bool>,
    /// What they are sold for, 0 where none is: `[R, N]`, shorts negative.
    pub(super) value: Tensor<2>,
    /// Their value at the decision's close, at least 0, 0 where none is: `[R, N]`.
    pub(super) size: Tensor<2>,
}

/// Checks positions of `values` (at the decision's close) entered for `basis`, worst case first.
///
/// # Shapes
/// `values`, `basis`: `[R, N]` fractions of initial equity, shorts negative
pub(super) fn exits(
    values: &Tensor<2>,
    basis: &Tensor<2>,
    bar: &InsideBar,
    rules: &PositionRules,
) -> Exits {
    let at = |change: &Tensor<2>| values.clone() + values.clone() * change.clone();
    let (at_open, at_high, at_low) = (at(&bar.open), at(&bar.high), at(&bar.low));
    let entry_size = basis.clone().abs();
    let is_open = values.clone().not_equal_elem(0.0).bool_and(bar.exists.clone().greater_elem(0.5));
    let mut is_hit = is_open.clone().bool_and(is_open.clone().bool_not());
    let mut value = values.zeros_like();
    if let Some(gain) = rules.take_profit_frac {
        let target = basis.clone() + entry_size.clone() * gain;
        let best = at_high.clone().max_pair(at_low.clone());
        let is_target = best.greater_equal(target.clone()).bool_and(is_open.clone());
        value = value.mask_where(is_target.clone(), target.max_pair(at_open.clone()));
        is_hit = is_target;
    }
    if let Some(loss) = rules.stop_loss_frac {
        let stop = basis.clone() - entry_size * loss;
        let worst = at_high.min_pair(at_low);
        let is_stop = worst.lower_equal(stop.clone()).bool_and(is_open);
        value = value.mask_where(is_stop.clone(), stop.min_pair(at_open));
        is_hit = is_hit.bool_or(is_stop);
    }
    let size = values.clone().abs() * is_hit.clone().float();
    Exits { is_hit, value, size }
}
