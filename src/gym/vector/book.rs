//! The books of N accounts and what a bar does to them.

use burn::tensor::{Device, Tensor};

use super::exits::{Exits, exits};
use super::market::Bar;
use super::orders::CostTensors;
use crate::config::FillRule;
use crate::gym::reference::EQUITY_FLOOR_FRAC;
use crate::gym::{EnvParams, position_block};

/// Keeps the ratio to an entry value finite where nothing is held.
const MIN_BASIS: f64 = 1e-12;

/// What N accounts hold, in fractions of initial equity.
///
/// # Shapes
/// `[1, N]` but for `values`, `basis` and `bars_held`, which are `[R, N]`, R = A − 1.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) cash: Tensor<2>,
    /// Value of each position at the last close, shorts negative.
    pub(super) values: Tensor<2>,
    /// Value of each position at its average entry price, shorts negative.
    pub(super) basis: Tensor<2>,
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
            basis: zeros.clone(),
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
            basis: to_zero(self.basis),
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
        let gain = self.values.clone() - self.basis.clone();
        let unrealized = gain / self.basis.clone().abs().clamp_min(MIN_BASIS);
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
        let check = |values: &Tensor<2>, basis: &Tensor<2>| {
            bar.inside.as_ref().map(|inside| exits(values, basis, inside, &params.rules))
        };
        let is_late = params.fill == FillRule::NextClose;
        let before_fill = if is_late { check(&self.values, &self.basis) } else { None };
        let change = match &before_fill {
            Some(exits) => change.mask_fill(exits.is_hit.clone(), 0.0),
            None => change,
        };
        let (after, basis, paid) = self.fill(&change, bar);
        let exits = if is_late { before_fill } else { check(&after, &basis) };
        let flows = Flows::new(change, paid, exits, bar, costs);
        self.settle(after, basis, flows, bar, params)
    }

    /// Values and basis after the fill, and what was paid for it.
    fn fill(&self, change: &Tensor<2>, bar: &Bar) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
        let paid = change.clone() + change.clone() * bar.fill.clone();
        let after = self.values.clone() + change.clone();
        let is_new = (self.values.clone() * after.clone()).lower_equal_elem(0.0);
        let is_larger = after.clone().abs().greater(self.values.clone().abs());
        let ratio = after.clone() / self.values.clone().mask_fill(is_new.clone(), 1.0);
        let basis = (self.basis.clone() * ratio)
            .mask_where(is_larger, self.basis.clone() + paid.clone())
            .mask_where(is_new, after.clone() + after.clone() * bar.fill.clone());
        (after, basis, paid)
    }

    fn settle(
        self,
        after: Tensor<2>,
        basis: Tensor<2>,
        flows: Flows,
        bar: &Bar,
        params: &EnvParams,
    ) -> BarResult {
        let grown = after.clone() * bar.growth.clone();
        let mut values = after.clone() + grown.clone();
        let mut gains = grown;
        let mut basis = basis;
        let mut spent = flows.paid;
        if let Some(exits) = flows.exits {
            gains = gains.mask_where(exits.is_hit.clone(), exits.value.clone() - after);
            values = values.mask_fill(exits.is_hit.clone(), 0.0);
            basis = basis.mask_fill(exits.is_hit, 0.0);
            spent = spent - exits.value;
        }
        let gains = (gains - flows.change * bar.fill.clone()).sum_dim(0);
        let cash = self.cash - spent.sum_dim(0) - flows.cost.clone();
        let mut carry = cash.clone() * bar.cash_return.clone();
        if params.borrow_rate_per_bar != 0.0 {
            carry = carry + values.clone().clamp_max(0.0).sum_dim(0) * params.borrow_rate_per_bar;
        }
        let pnl = gains - flows.cost + carry.clone();
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
            basis,
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

/// The trades of one bar.
struct Flows {
    /// Ordered change of value at the decision's close, `[R, N]`.
    change: Tensor<2>,
    /// Signed value of the orders at the fill, `[R, N]`.
    paid: Tensor<2>,
    exits: Option<Exits>,
    /// Commission, spread and slippage, `[1, N]`.
    cost: Tensor<2>,
    /// Traded value, `[1, N]`.
    notional: Tensor<2>,
    /// 1 where an order was filled, `[1, N]`.
    has_traded: Tensor<2>,
}

impl Flows {
    fn new(
        change: Tensor<2>,
        paid: Tensor<2>,
        exits: Option<Exits>,
        bar: &Bar,
        costs: &CostTensors,
    ) -> Self {
        let notional = paid.clone().abs();
        let mut cost = costs.cost(change.clone().abs(), &notional, bar);
        let mut traded = notional.sum_dim(0);
        let has_traded = traded.clone().greater_elem(0.0).float();
        if let Some(exits) = &exits {
            let sold = exits.value.clone().abs();
            traded = traded + sold.clone().sum_dim(0);
            cost = cost + costs.cost(exits.size.clone(), &sold, bar);
        }
        Self { change, paid, exits, cost, notional: traded, has_traded }
    }
}
