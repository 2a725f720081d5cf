//! From actions to orders, and what they cost.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::book::Book;
use super::market::Bar;
use crate::domain::Slippage;
use crate::gym::{ActionTable, EnvParams, MIN_ORDER_FRAC};

/// No change of holdings is as large as this many times equity: the threshold of HOLD.
const NEVER: f32 = 1e30;

/// The table of actions on the device.
///
/// # Shapes
/// `columns`: `[2R, K]`: target weights, then the least change that is traded, as fractions of equity.
#[derive(Debug, Clone)]
pub(in crate::gym) struct OrderTable {
    pub(in crate::gym) columns: Tensor<2>,
    num_symbols: usize,
}

impl OrderTable {
    /// Uploads the table.
    pub(super) fn new(table: &ActionTable, device: &Device) -> Self {
        let num_symbols = table.num_assets() - 1;
        let num_actions = table.num_actions();
        let mut values = vec![0.0; 2 * num_symbols * num_actions];
        for (action, weights) in table.rows().iter().enumerate() {
            for s in 0..num_symbols {
                let weight = weights.as_ref().map(|weights| weights.risky()[s]);
                let threshold = match weight {
                    None => NEVER,
                    Some(0.0) => 0.0,
                    Some(_) => MIN_ORDER_FRAC as f32,
                };
                values[s * num_actions + action] = weight.unwrap_or_default() as f32;
                values[(num_symbols + s) * num_actions + action] = threshold;
            }
        }
        let data = TensorData::new(values, [2 * num_symbols, num_actions]);
        Self { columns: Tensor::from_data(data, device), num_symbols }
    }

    /// The change of value that each action asks for, at the decision's close.
    ///
    /// # Shapes
    /// `actions`: `[N]` → `[R, N]`, fractions of initial equity
    pub(super) fn changes(&self, actions: Tensor<1, Int>, book: &Book, bar: &Bar) -> Tensor<2> {
        let columns = self.columns.clone().select(1, actions); // [2R, N]
        let weights = columns.clone().narrow(0, 0, self.num_symbols);
        let thresholds = columns.narrow(0, self.num_symbols, self.num_symbols);
        let change = weights * book.equity.clone() - book.values.clone();
        let is_dust = change.clone().abs().lower(thresholds * book.equity.clone());
        let change = change.mask_fill(is_dust, 0.0);
        match &bar.fillable {
            Some(fillable) => change * fillable.clone(),
            None => change,
        }
    }
}

/// The change of value that reaches target weights, at the decision's close.
///
/// # Shapes
/// `weights`: `[R, N]`, fractions of equity → `[R, N]`, fractions of initial equity
pub(super) fn change_to(weights: Tensor<2>, book: &Book, bar: &Bar) -> Tensor<2> {
    let is_wanted = weights.clone().not_equal_elem(0.0).float();
    let change = weights * book.equity.clone() - book.values.clone();
    let is_dust = change.clone().abs().lower(is_wanted * book.equity.clone() * MIN_ORDER_FRAC);
    let change = change.mask_fill(is_dust, 0.0);
    match &bar.fillable {
        Some(fillable) => change * fillable.clone(),
        None => change,
    }
}

/// The cost model in units of initial equity.
#[derive(Debug, Clone)]
pub(in crate::gym) struct CostTensors {
    pub(in crate::gym) commission: f64,
    pub(in crate::gym) minimum: f64,
    /// Half-spread and constant slippage.
    pub(in crate::gym) spread: f64,
    /// The half-spread's part of `spread`.
    half_spread: f64,
    pub(in crate::gym) impact_coefficient: f64,
    pub(in crate::gym) impact_exponent: f64,
}

impl CostTensors {
    /// Takes the rates out of the settings.
    pub(super) fn new(params: &EnvParams) -> Self {
        let costs = &params.costs;
        let (constant_bps, coefficient_bps, exponent) = match costs.slippage {
            Slippage::ConstantBps(bps) => (bps, 0.0, 1.0),
            Slippage::Impact { coefficient_bps, exponent } => (0.0, coefficient_bps, exponent),
        };
        Self {
            commission: costs.commission_bps * 1e-4,
            minimum: costs.minimum / params.initial_equity,
            spread: (costs.half_spread_bps + constant_bps) * 1e-4,
            half_spread: costs.half_spread_bps * 1e-4,
            impact_coefficient: coefficient_bps * 1e-4,
            impact_exponent: exponent,
        }
    }

    /// What trades cost together, each an order of its own.
    ///
    /// # Shapes
    /// `change`: signed value at the decision's close, `notional`: absolute value at the fill, both
    /// `[R, N]`, fractions of initial equity → `[1, N]`
    pub(super) fn cost(&self, change: &Tensor<2>, notional: &Tensor<2>, bar: &Bar) -> Tensor<2> {
        let traded = notional.clone().sum_dim(0);
        if let Some(factors) = &bar.factors {
            let spread = factors.cost.clone() * self.half_spread
                + factors.slippage.clone() * (self.spread - self.half_spread);
            let cost = traded.clone() * spread
                + self.commission(change, notional, traded, bar) * factors.cost.clone();
            let impact = self.impact(notional, bar);
            return match impact {
                Some(impact) => cost + impact * factors.slippage.clone(),
                None => cost,
            };
        }
        let cost = traded.clone() * self.spread + self.commission(change, notional, traded, bar);
        match self.impact(notional, bar) {
            Some(impact) => cost + impact,
            None => cost,
        }
    }

    /// Slippage that grows with the size of an order: `[1, N]`.
    fn impact(&self, notional: &Tensor<2>, bar: &Bar) -> Option<Tensor<2>> {
        let (inverse, unknown) = bar.impact.as_ref()?;
        let participation = notional.clone() * inverse.clone() + unknown.clone();
        let impact = power(participation, self.impact_exponent) * self.impact_coefficient;
        Some((notional.clone() * impact).sum_dim(0))
    }

    fn commission(
        &self,
        change: &Tensor<2>,
        notional: &Tensor<2>,
        traded: Tensor<2>,
        bar: &Bar,
    ) -> Tensor<2> {
        if self.minimum == 0.0 && bar.share_cost.is_none() {
            return traded * self.commission;
        }
        let mut commission = notional.clone() * self.commission;
        if let Some(share_cost) = &bar.share_cost {
            commission = commission + change.clone().abs() * share_cost.clone();
        }
        let has_traded = notional.clone().greater_elem(0.0).float();
        (commission.clamp_min(self.minimum) * has_traded).sum_dim(0)
    }
}

fn power(base: Tensor<2>, exponent: f64) -> Tensor<2> {
    if exponent == 0.5 { base.sqrt() } else { base.powf_scalar(exponent) }
}
