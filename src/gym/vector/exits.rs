//! Stop-loss, trailing stop and take-profit inside a bar, in value units.
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

/// Positions at the decision's close.
///
/// # Shapes
/// Each `[R, N]`, fractions of initial equity.
pub(super) struct OpenPositions<'a> {
    /// Value, shorts negative.
    pub(super) values: &'a Tensor<2>,
    /// Gain since entry.
    pub(super) gains: &'a Tensor<2>,
    /// Value at the best price less value; present if there is a trailing stop.
    pub(super) lead: Option<&'a Tensor<2>>,
}

impl OpenPositions<'_> {
    /// Growth of value at which the nearer of the stops stands.
    fn stop(&self, entry_size: Tensor<2>, rules: &PositionRules) -> Option<Tensor<2>> {
        let fixed = rules.stop_loss_frac.map(|loss| (entry_size * loss + self.gains.clone()).neg());
        let trailing = rules.trailing_stop_frac.zip(self.lead).map(|(fall, lead)| {
            let best = (self.values.clone() + lead.clone()).abs();
            lead.clone() - best * fall
        });
        match (fixed, trailing) {
            (Some(fixed), Some(trailing)) => Some(fixed.max_pair(trailing)),
            (fixed, trailing) => fixed.or(trailing),
        }
    }
}

/// Checks positions against the prices inside the bar, the worse case first.
pub(super) fn exits(
    positions: &OpenPositions<'_>,
    bar: &InsideBar,
    rules: &PositionRules,
) -> Exits {
    let (values, gains) = (positions.values, positions.gains);
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
    if let Some(stop) = positions.stop(entry_size, rules) {
        let worst = at_high.min_pair(at_low);
        let is_stop = worst.lower_equal(stop.clone()).bool_and(is_open.clone());
        growth = growth.mask_where(is_stop.clone(), stop.min_pair(at_open));
        is_hit = Some(is_hit.map_or_else(|| is_stop.clone(), |hit| hit.bool_or(is_stop.clone())));
    }
    let is_hit = is_hit.unwrap_or_else(|| is_open.clone().bool_xor(is_open));
    Exits { is_hit, growth }
}
