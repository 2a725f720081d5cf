//! Stop-loss and take-profit inside a bar, in value units.
//!
//! A position's value falls when a long loses and when a short loses, so one comparison serves both
//! sides: the least growth of value inside the bar against the growth that reaches the allowed loss.

use burn::tensor::{Bool, Tensor};

use super::market::InsideBar;
use crate::config::PositionRules;

/// Where positions leave the market inside a bar.
pub(super) struct Exits {
    /// Which do: `[R, N]`.
    pub(super) is_hit: Tensor<2, Bool>,
    /// Growth of their value from the decision's close to the exit, 0 where none is: `[R, N]`.
    pub(super) growth: Tensor<2>,
}

/// Checks positions of `values` at the decision's close that gained `gains` since entry, the worse
/// case first.
///
/// # Shapes
/// `values`, `gains`: `[R, N]` fractions of initial equity
pub(super) fn exits(
    values: &Tensor<2>,
    gains: &Tensor<2>,
    bar: &InsideBar,
    rules: &PositionRules,
) -> Exits {
    let at = |change: &Tensor<2>| values.clone() * change.clone();
    let (at_open, at_high, at_low) = (at(&bar.open), at(&bar.high), at(&bar.low));
    let entry_size = (values.clone() - gains.clone()).abs();
    let is_open = values.clone().not_equal_elem(0.0).bool_and(bar.exists.clone().greater_elem(0.5));
    let mut is_hit = None;
    let mut growth = values.zeros_like();
    if let Some(gain) = rules.take_profit_frac {
        let target = entry_size.clone() * gain - gains.clone();
        let best = at_high.clone().max_pair(at_low.clone());
        let is_target = best.greater_equal(target.clone()).bool_and(is_open.clone());
        growth = growth.mask_where(is_target.clone(), target.max_pair(at_open.clone()));
        is_hit = Some(is_target);
    }
    if let Some(loss) = rules.stop_loss_frac {
        let stop = (entry_size * loss + gains.clone()).neg();
        let worst = at_high.min_pair(at_low);
        let is_stop = worst.lower_equal(stop.clone()).bool_and(is_open.clone());
        growth = growth.mask_where(is_stop.clone(), stop.min_pair(at_open));
        is_hit = Some(is_hit.map_or_else(|| is_stop.clone(), |hit| hit.bool_or(is_stop.clone())));
    }
    let is_hit = is_hit.unwrap_or_else(|| is_open.clone().bool_xor(is_open));
    Exits { is_hit, growth }
}
