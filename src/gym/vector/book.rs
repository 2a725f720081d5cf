//! The books of N accounts and what a bar does to them.

use burn::tensor::{Device, Tensor};

use super::exits::{Exits, OpenPositions, exits};
use super::market::Bar;
use super::orders::CostTensors;
use crate::config::FillRule;
use crate::gym::reference::{EQUITY_FLOOR_FRAC, MIN_CLOSED_FRAC};
use crate::gym::{EnvParams, position_block};

/// Keeps the ratio to an entry value finite where nothing is held.
pub(in crate::gym) const MIN_ENTRY_VALUE: f64 = 1e-12;

/// What N accounts hold, in fractions of initial equity.
///
/// The gain since entry is kept rather than the entry value: it is small, so f32 carries more of it.
///
/// # Shapes
/// `[1, N]` but for `values`, `gains` and `bars_held`, which are `[R, N]`, R = A − 1.
#[derive(Debug, Clone)]
pub(in crate::gym) struct Book {
    pub(in crate::gym) cash: Tensor<2>,
    /// Value of each position at the last close, shorts negative.
    pub(in crate::gym) values: Tensor<2>,
    /// Value of each position less its value at the average entry price.
    pub(in crate::gym) gains: Tensor<2>,
    pub(in crate::gym) bars_held: Tensor<2>,
    pub(in crate::gym) equity: Tensor<2>,
    pub(in crate::gym) peak: Tensor<2>,
    /// Decisions of the episode that changed a position.
    pub(in crate::gym) num_trades: Tensor<2>,
    /// Value of each position at its best price less its value, at least 0: `[R, N]`; present if
    /// there is a trailing stop.
    pub(in crate::gym) lead: Option<Tensor<2>>,
}

/// Profit and loss that became final over a bar, each `[1, N]`.
#[derive(Debug, Clone)]
pub(in crate::gym) struct Booking {
    /// Change of equity less the change of unrealized gains, a fraction of initial equity.
    pub(in crate::gym) amount: Tensor<2>,
    /// 1 where a trade took a hundredth or more off a position, closed or turned it.
    pub(in crate::gym) has_closed: Tensor<2>,
}

/// What one bar did to the accounts, each `[1, N]`.
pub(in crate::gym) struct BarResult {
    pub(in crate::gym) book: Book,
    /// Change of equity, a fraction of initial equity.
    pub(in crate::gym) pnl: Tensor<2>,
    /// Change of equity, a fraction of equity before.
    pub(in crate::gym) portfolio_return: Tensor<2>,
    /// Traded notional over equity before.
    pub(in crate::gym) turnover: Tensor<2>,
    /// Present if `EnvParams::tracks_bookings`.
    pub(in crate::gym) booking: Option<Booking>,
}

impl Book {
    /// All cash.
    pub(super) fn new(
        params: &EnvParams,
        num_symbols: usize,
        num_envs: usize,
        device: &Device,
    ) -> Self {
        let zeros = Tensor::zeros([num_symbols, num_envs], device);
        let ones = Tensor::ones([1, num_envs], device);
        Self {
            cash: ones.clone(),
            values: zeros.clone(),
            gains: zeros.clone(),
            lead: params.rules.trailing_stop_frac.map(|_| zeros.clone()),
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
            lead: self.lead.map(to_zero),
        }
    }

    /// Loss since the highest equity: `[1, N]`.
    pub(in crate::gym) fn drawdown(&self) -> Tensor<2> {
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
    pub(in crate::gym) fn pass_bar(
        self,
        change: Tensor<2>,
        bar: &Bar,
        params: &EnvParams,
        costs: &CostTensors,
    ) -> BarResult {
        let is_late = params.fill == FillRule::NextClose;
        let before_fill = if is_late { self.check_exits(bar, params) } else { None };
        let change = match &before_fill {
            Some(exits) => change.mask_fill(exits.is_hit.clone(), 0.0),
            None => change,
        };
        let lead = self.lead.clone();
        let lead = if is_late { lead.map(|lead| raised(lead, &self.values, bar)) } else { lead };
        let mut filled = self.fill(change, lead, bar);
        let exits = if is_late { before_fill } else { filled.check_exits(bar, params) };
        if !is_late {
            filled.lead = filled.lead.map(|lead| raised(lead, &filled.values, bar));
        }
        let flows = Flows::new(&filled, exits.as_ref(), bar, costs);
        let closing = params.tracks_bookings().then(|| {
            let gains = self.gains.clone().sum_dim(0);
            (gains, filled.has_closed(&self.values, exits.as_ref()))
        });
        let mut result = self.settle(filled, exits, flows, bar, params);
        let gains_after = || result.book.gains.clone().sum_dim(0);
        let booking = closing.map(|(gains, has_closed)| Booking {
            amount: result.pnl.clone() + gains - gains_after(),
            has_closed,
        });
        result.booking = booking;
        result
    }

    fn check_exits(&self, bar: &Bar, params: &EnvParams) -> Option<Exits> {
        let lead = self.lead.as_ref();
        let positions = OpenPositions { values: &self.values, gains: &self.gains, lead };
        bar.inside.as_ref().map(|inside| exits(&positions, inside, &params.rules))
    }

    /// What is kept of a position keeps its gain; what is new to it gains or loses from the fill on.
    fn fill(&self, change: Tensor<2>, lead: Option<Tensor<2>>, bar: &Bar) -> Filled {
        let slip = change.clone() * bar.fill.clone();
        let values = self.values.clone() + change.clone();
        let is_flat = self.values.clone().equal_elem(0.0);
        let kept = values.clone() / self.values.clone().mask_fill(is_flat, 1.0);
        let kept = kept.clamp_min(0.0).clamp_max(1.0);
        let new = values.clone() - self.values.clone() * kept.clone();
        let gains = self.gains.clone() * kept - new * bar.fill.clone();
        let lead = lead.map(|lead| self.scaled_lead(lead, &values, bar));
        Filled { values, gains, lead, paid: change.clone() + slip.clone(), change, slip }
    }

    /// A position keeps its best price while it keeps its side; a new one begins with its fill.
    fn scaled_lead(&self, lead: Tensor<2>, values: &Tensor<2>, bar: &Bar) -> Tensor<2> {
        let is_flat = self.values.clone().equal_elem(0.0);
        let scale = values.clone() / self.values.clone().mask_fill(is_flat, 1.0);
        let is_kept = (values.clone() * self.values.clone()).greater_elem(0.0);
        (values.clone() * bar.fill.clone()).mask_where(is_kept, lead * scale)
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
        let mut lead = filled.lead.map(|lead| lead - growth.clone());
        if let Some(exits) = exits {
            lead = lead.map(|lead| lead.mask_fill(exits.is_hit.clone(), 0.0));
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
            lead,
        };
        BarResult {
            book,
            portfolio_return: pnl.clone() / self.equity.clone(),
            pnl,
            turnover: flows.notional / self.equity,
            booking: None,
        }
    }
}

/// Lifts the best price to the best inside the bar.
fn raised(lead: Tensor<2>, values: &Tensor<2>, bar: &Bar) -> Tensor<2> {
    let Some(inside) = &bar.inside else { return lead };
    let at_high = values.clone() * inside.high.clone();
    let at_low = values.clone() * inside.low.clone();
    lead.max_pair(at_high.max_pair(at_low))
}

/// Positions after the orders of a bar, at the decision's close, each `[R, N]`.
struct Filled {
    values: Tensor<2>,
    gains: Tensor<2>,
    lead: Option<Tensor<2>>,
    /// Ordered change of value at the decision's close.
    change: Tensor<2>,
    /// Signed value of the orders at the fill.
    paid: Tensor<2>,
    /// Signed value lost because the fill is not at the decision's close.
    slip: Tensor<2>,
}

impl Filled {
    fn check_exits(&self, bar: &Bar, params: &EnvParams) -> Option<Exits> {
        let lead = self.lead.as_ref();
        let positions = OpenPositions { values: &self.values, gains: &self.gains, lead };
        bar.inside.as_ref().map(|inside| exits(&positions, inside, &params.rules))
    }

    /// 1 where a trade took a hundredth or more off a position, closed or turned it: `[1, N]`.
    fn has_closed(&self, values_before: &Tensor<2>, exits: Option<&Exits>) -> Tensor<2> {
        let is_opposite = (self.change.clone() * values_before.clone()).lower_elem(0.0);
        let least = values_before.clone().abs() * MIN_CLOSED_FRAC;
        let is_large = self.change.clone().abs().greater_equal(least);
        let mut is_closed = is_opposite.bool_and(is_large);
        if let Some(exits) = exits {
            is_closed = is_closed.bool_or(exits.is_hit.clone());
        }
        is_closed.float().sum_dim(0).clamp_max(1.0)
    }
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
