//! The books of N accounts and what a bar does to them.

use burn::tensor::{Device, Tensor};

use super::exits::{Exits, exits};
use super::market::Bar;
use super::orders::CostTensors;
use crate::config::FillRule;
use crate::gym::reference::EQUITY_FLOOR_FRAC;
use crate::gym::{EnvParams, position_block};

/// Keeps the ratio to an entry value finite where nothing is held.
const MIN_ENTRY_VALUE: f64 = 1e-12;

/// What N accounts hold, in fractions of initial equity.
///
/// The gain since entry is kept rather than the entry value: it is small, so f32 carries more of it.
///
/// # Shapes
/// `[1, N]` but for `values`, `gains` and `bars_held`, which are `[R, N]`, R = A − 1.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) cash: Tensor<2>,
    /// Value of each position at the last close, shorts negative.
    pub(super) values: Tensor<2>,
    /// Value of each position less its value at the average entry price.
    pub(super) gains: Tensor<2>,
    pub(super) bars_held: Tensor<2>,
    pub(super) equity: Tensor<2>,
    pub(super) peak: Tensor<2>,
    /// Decisions of the episode that changed a position.
    pub(super) num_trades: Tensor<2>,
}

/// What one bar did to the accounts, each `[1, N]`.
pub(super) struct BarResult {
    pub(super) book: Book,
    /// Change of equity, a fraction of initial equity.
    pub(super) pnl: Tensor<2>,
    /// Change of equity, a fraction of equity before.
    pub(super) portfolio_return: Tensor<2>,
    /// Traded notional over equity before.
    pub(super) turnover: Tensor<2>,
}

impl Book {
    /// All cash.
    pub(super) fn new(num_symbols: usize, num_envs: usize, device: &Device) -> Self {
        let zeros = Tensor::zeros([num_symbols, num_envs], device);
        let ones = Tensor::ones([1, num_envs], device);
        Self {
            cash: ones.clone(),
            values: zeros.clone(),
            gains: zeros.clone(),
            bars_held: zeros,
            equity: ones.clone(),
            peak: ones,
            num_trades: Tensor::zeros([1, num_envs], device),
        }
    }

    /// Starts anew where `is_over` is 1; `goes_on` is its complement.
    pub(super) fn reset(self, is_over: &Tensor<2>, goes_on: &Tensor<2>) -> Self {
        let to_one = |x: Tensor<2>| x * goes_on.clone() + is_over.clone();
        let to_zero = |x: Tensor<2>| x * goes_on.clone();
        Self {
            cash: to_one(self.cash),
            values: to_zero(self.values),
            gains: to_zero(self.gains),
            bars_held: to_zero(self.bars_held),
            equity: to_one(self.equity),
            peak: to_one(self.peak),
            num_trades: to_zero(self.num_trades),
        }
    }

    /// Loss since the highest equity: `[1, N]`.
    pub(super) fn drawdown(&self) -> Tensor<2> {
        (self.peak.clone() - self.equity.clone()) / self.peak.clone()
    }

    /// The position block: `[P, N]`.
    pub(super) fn position_block(&self) -> Tensor<2> {
        let equity = self.equity.clone().clamp_min(EQUITY_FLOOR_FRAC);
        let weights = Tensor::cat(vec![self.cash.clone(), self.values.clone()], 0) / equity;
        let entry_size = (self.values.clone() - self.gains.clone()).abs();
        let unrealized = self.gains.clone() / entry_size.clamp_min(MIN_ENTRY_VALUE);
        position_block(weights, unrealized, self.bars_held.clone(), self.drawdown())
    }

    /// Fills orders for `change` of value and lives through the bar.
    ///
    /// # Shapes
    /// `change`: `[R, N]`, at the decision's close
    pub(super) fn pass_bar(
        self,
        change: Tensor<2>,
        bar: &Bar,
        params: &EnvParams,
        costs: &CostTensors,
    ) -> BarResult {
        let check = |values: &Tensor<2>, gains: &Tensor<2>| {
            bar.inside.as_ref().map(|inside| exits(values, gains, inside, &params.rules))
        };
        let is_late = params.fill == FillRule::NextClose;
        let before_fill = if is_late { check(&self.values, &self.gains) } else { None };
        let change = match &before_fill {
            Some(exits) => change.mask_fill(exits.is_hit.clone(), 0.0),
            None => change,
        };
        let filled = self.fill(change, bar);
        let exits = if is_late { before_fill } else { check(&filled.values, &filled.gains) };
        let flows = Flows::new(&filled, exits.as_ref(), bar, costs);
        self.settle(filled, exits, flows, bar, params)
    }

    /// What is kept of a position keeps its gain; what is new to it gains or loses from the fill on.
    fn fill(&self, change: Tensor<2>, bar: &Bar) -> Filled {
        let slip = change.clone() * bar.fill.clone();
        let values = self.values.clone() + change.clone();
        let is_flat = self.values.clone().equal_elem(0.0);
        let kept = values.clone() / self.values.clone().mask_fill(is_flat, 1.0);
        let kept = kept.clamp_min(0.0).clamp_max(1.0);
        let new = values.clone() - self.values.clone() * kept.clone();
        let gains = self.gains.clone() * kept - new * bar.fill.clone();
        Filled { values, gains, paid: change.clone() + slip.clone(), change, slip }
    }

    fn settle(
        self,
        filled: Filled,
        exits: Option<Exits>,
        flows: Flows,
        bar: &Bar,
        params: &EnvParams,
    ) -> BarResult {
        let mut growth = filled.values.clone() * bar.growth.clone();
        let mut values = filled.values + growth.clone();
        let mut gains = filled.gains + growth.clone();
        if let Some(exits) = exits {
            growth = growth.mask_where(exits.is_hit.clone(), exits.growth);
            values = values.mask_fill(exits.is_hit.clone(), 0.0);
            gains = gains.mask_fill(exits.is_hit, 0.0);
        }
        let cash = self.cash - flows.spent;
        let mut carry = cash.clone() * bar.cash_return.clone();
        if params.borrow_rate_per_bar != 0.0 {
            carry = carry + values.clone().clamp_max(0.0).sum_dim(0) * params.borrow_rate_per_bar;
        }
        let pnl = (growth - filled.slip).sum_dim(0) - flows.cost + carry.clone();
        let cash = cash + carry;
        let equity = cash.clone() + values.clone().sum_dim(0);
        let is_held = values.clone().not_equal_elem(0.0).float();
        let is_same_side = (values.clone() * self.values).greater_elem(0.0).float();
        let book = Self {
            bars_held: (self.bars_held * is_same_side + 1.0) * is_held,
            peak: self.peak.max_pair(equity.clone()),
            num_trades: self.num_trades + flows.has_traded,
            cash,
            values,
            gains,
            equity,
        };
        BarResult {
            book,
            portfolio_return: pnl.clone() / self.equity.clone(),
            pnl,
            turnover: flows.notional / self.equity,
        }
    }
}

/// Positions after the orders of a bar, at the decision's close, each `[R, N]`.
struct Filled {
    values: Tensor<2>,
    gains: Tensor<2>,
    /// Ordered change of value at the decision's close.
    change: Tensor<2>,
    /// Signed value of the orders at the fill.
    paid: Tensor<2>,
    /// Signed value lost because the fill is not at the decision's close.
    slip: Tensor<2>,
}

/// The money of one bar, each `[1, N]`.
struct Flows {
    /// Commission, spread and slippage.
    cost: Tensor<2>,
    /// Cash spent on orders and costs, less the proceeds of exits.
    spent: Tensor<2>,
    /// Traded value.
    notional: Tensor<2>,
    /// 1 where an order was filled.
    has_traded: Tensor<2>,
}

impl Flows {
    fn new(filled: &Filled, exits: Option<&Exits>, bar: &Bar, costs: &CostTensors) -> Self {
        let ordered = filled.paid.clone().abs();
        let mut notional = ordered.clone().sum_dim(0);
        let has_traded = notional.clone().greater_elem(0.0).float();
        let mut cost = costs.cost(&filled.change, &ordered, bar);
        let mut spent = filled.paid.clone().sum_dim(0);
        if let Some(exits) = exits {
            let is_hit = exits.is_hit.clone().float();
            let closed = filled.values.clone() * is_hit;
            let proceeds = closed.clone() + exits.growth.clone();
            let sold = proceeds.clone().abs();
            notional = notional + sold.clone().sum_dim(0);
            cost = cost + costs.cost(&closed, &sold, bar);
            spent = spent - proceeds.sum_dim(0);
        }
        Self { spent: spent + cost.clone(), cost, notional, has_traded }
    }
}
