//! Dearer trading, and the cost at which nothing is left.

use serde::{Deserialize, Serialize};

use super::{Stand, StressError};
use crate::domain::{CostModel, Slippage};
use crate::evaluate::Trajectory;

/// Beyond this no break-even is looked for: a multiple, or basis points.
const LIMIT: f64 = 10_000.0;

/// Halvings of the bracket around the break-even; the last is below the rounding of an equity.
const HALVINGS: usize = 48;

/// The cost at which a strategy ends with what cash would have earned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakEven {
    /// Here.
    At(f64),
    /// Cash earns as much or more even if trading is free.
    LosesForFree,
    /// Not up to this cost.
    Above(f64),
}

/// The same costs, every part of them multiplied.
#[must_use]
pub fn scaled_costs(costs: CostModel, multiple: f64) -> CostModel {
    CostModel {
        commission_bps: costs.commission_bps * multiple,
        per_share: costs.per_share * multiple,
        minimum: costs.minimum * multiple,
        half_spread_bps: costs.half_spread_bps * multiple,
        slippage: match costs.slippage {
            Slippage::ConstantBps(bps) => Slippage::ConstantBps(bps * multiple),
            Slippage::Impact { coefficient_bps, exponent } => {
                Slippage::Impact { coefficient_bps: coefficient_bps * multiple, exponent }
            }
        },
    }
}

impl Stand<'_> {
    /// The multiple of the agent's own costs at which it earns no more than cash.
    pub(super) fn break_even_multiple(&self) -> Result<BreakEven, StressError> {
        let costs = self.params().costs;
        self.break_even(&|multiple| scaled_costs(costs, multiple))
    }

    /// The cost in basis points of traded notional, in place of all others, at which the agent earns
    /// no more than cash.
    pub(super) fn break_even_bps(&self) -> Result<BreakEven, StressError> {
        self.break_even(&|bps| CostModel { half_spread_bps: bps, ..CostModel::FREE })
    }

    /// Doubles the cost until the gain is lost, then halves the bracket.
    fn break_even(&self, costs: &dyn Fn(f64) -> CostModel) -> Result<BreakEven, StressError> {
        let gain = |cost: f64| Ok::<f64, StressError>(gain_over_cash(&self.run_at(costs(cost))?));
        if gain(0.0)? <= 0.0 {
            return Ok(BreakEven::LosesForFree);
        }
        let (mut low, mut high) = (0.0, 1.0);
        while gain(high)? > 0.0 {
            if high >= LIMIT {
                return Ok(BreakEven::Above(high));
            }
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if gain(middle)? > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(BreakEven::At(0.5 * (low + high)))
    }
}

/// Growth less that of cash over the same bars.
fn gain_over_cash(trajectory: &Trajectory) -> f64 {
    let cash: f64 = trajectory.steps.iter().map(|step| 1.0 + step.account.cash_return).product();
    trajectory.final_equity() / trajectory.initial_equity - cash
}
