//! What a trade costs: the one cost model of gym, evaluation and the simulated venue.

/// How far the fill lies from the reference price, beyond the half-spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slippage {
    /// Always the same.
    ConstantBps(f64),
    /// `coefficient_bps · (notional / bar notional) ^ exponent`; exponent 0.5 is the square-root law.
    Impact {
        /// Basis points when the order is as large as the bar's whole volume.
        coefficient_bps: f64,
        /// The power of the participation rate.
        exponent: f64,
    },
}

/// Commission, half-spread and slippage, all paid in cash when the trade fills.
///
/// # Units
/// Basis points of the traded notional; `per_share` and `minimum` in currency units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostModel {
    /// Commission on notional.
    pub commission_bps: f64,
    /// Commission per share.
    pub per_share: f64,
    /// Least commission of an order that trades at all.
    pub minimum: f64,
    /// Half of the quoted spread.
    pub half_spread_bps: f64,
    /// Slippage beyond the half-spread.
    pub slippage: Slippage,
}

/// The traded amounts that costs depend on, all non-negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Shares or contracts.
    pub quantity: f64,
    /// Quantity times fill price, currency units.
    pub notional: f64,
    /// Volume times close of the bar that the order is sized on, currency units; 0 if unknown.
    pub bar_notional: f64,
}

impl CostModel {
    /// Trading for nothing.
    pub const FREE: Self = Self {
        commission_bps: 0.0,
        per_share: 0.0,
        minimum: 0.0,
        half_spread_bps: 0.0,
        slippage: Slippage::ConstantBps(0.0),
    };

    /// The cost of one trade in currency units; 0 for a trade of 0.
    ///
    /// `max(minimum, commission_bps·notional + per_share·quantity) + (half_spread + slippage)·notional`.
    /// Impact with an unknown bar notional counts as full participation: not knowing is dear.
    #[must_use]
    pub fn cost(&self, trade: Trade) -> f64 {
        if trade.notional == 0.0 {
            return 0.0;
        }
        let commission =
            self.commission_bps * 1e-4 * trade.notional + self.per_share * trade.quantity;
        let slippage_bps = match self.slippage {
            Slippage::ConstantBps(bps) => bps,
            Slippage::Impact { coefficient_bps, exponent } => {
                coefficient_bps * participation(trade).powf(exponent)
            }
        };
        commission.max(self.minimum) + (self.half_spread_bps + slippage_bps) * 1e-4 * trade.notional
    }
}

fn participation(trade: Trade) -> f64 {
    if trade.bar_notional > 0.0 { trade.notional / trade.bar_notional } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(model: CostModel, quantity: f64, notional: f64, expected: f64) {
        let cost = model.cost(Trade { quantity, notional, bar_notional: 1e6 });
        assert!((cost - expected).abs() < 1e-9, "{cost} != {expected}");
    }

    #[test]
    fn costs_by_hand() {
        let bps = CostModel { commission_bps: 1.0, half_spread_bps: 1.0, ..CostModel::FREE };
        check(bps, 10.0, 10_000.0, 2.0);
        check(CostModel { slippage: Slippage::ConstantBps(2.0), ..bps }, 10.0, 10_000.0, 4.0);
        check(CostModel { per_share: 0.005, minimum: 1.0, ..CostModel::FREE }, 100.0, 5e3, 1.0);
        check(CostModel { per_share: 0.005, minimum: 1.0, ..CostModel::FREE }, 1000.0, 5e4, 5.0);
        check(CostModel { minimum: 1.0, ..CostModel::FREE }, 0.0, 0.0, 0.0);
        let impact = Slippage::Impact { coefficient_bps: 100.0, exponent: 0.5 };
        check(CostModel { slippage: impact, ..CostModel::FREE }, 1.0, 1e4, 10.0);
    }
}
