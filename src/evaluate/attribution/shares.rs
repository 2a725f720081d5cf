//! Each execution at five prices: what the backtest would have paid, and what it really cost.

use super::account::{Cash, Deal};
use super::trace::{SeenRow, SessionTrace, TracedFill};
use super::{Backtest, Rules};
use crate::config::FillRule;
use crate::domain::Trade;
use crate::gym::quote_price;

/// The shares that really traded, under the suppositions of each counterfactual account.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Shares {
    /// At the time and price of the backtest.
    pub(super) modelled: Vec<Deal>,
    /// When the order arrived, at the backtest's price plus what the market had moved by then.
    pub(super) arrived: Vec<Deal>,
    /// When and at what price they traded.
    pub(super) filled: Vec<Deal>,
    /// What the backtest would have charged, when it would have.
    pub(super) modelled_costs: Vec<Cash>,
    /// What the venue charged, and what it posted.
    pub(super) charged: Vec<Cash>,
}

/// Where the backtest would have traded.
#[derive(Debug, Clone, Copy)]
struct Model {
    step: usize,
    price: f64,
    /// Close of the row that was decided on.
    reference: f64,
}

/// Shares of one decision in one direction: the backtest charges them as one order.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Order {
    step: usize,
    symbol_index: usize,
    is_exit: bool,
    is_buy: bool,
    price: f64,
    quantity: f64,
}

impl Shares {
    pub(super) fn of(trace: &SessionTrace, rerun: &Backtest, rules: &Rules) -> Self {
        let rows = trace.rows();
        let mut shares = Self::default();
        let mut orders: Vec<Order> = Vec::new();
        for fill in trace.fills() {
            let model = model(&fill, rows, rerun, rules);
            shares.deal(&fill, model, rows);
            let (step, price) = model.map_or_else(
                || (step_of(rows, &fill), fill.price),
                |model| (model.step, model.price),
            );
            gather(&mut orders, &fill, (step, price));
        }
        let charge = |order: &Order| Cash { step: order.step, amount: -cost(order, rows, rules) };
        shares.modelled_costs = orders.iter().map(charge).collect();
        let posted = trace.postings().iter().map(|(time, amount)| {
            let step = step_before(rows, *time);
            Cash { step, amount: *amount }
        });
        shares.charged.extend(posted);
        shares
    }

    fn deal(&mut self, fill: &TracedFill, model: Option<Model>, rows: &[SeenRow]) {
        let TracedFill { symbol_index, quantity, price, .. } = *fill;
        let filled = Deal { step: step_of(rows, fill), symbol_index, quantity, price };
        let (modelled, arrived) = match model {
            None => (filled, filled),
            Some(model) => {
                let modelled = Deal { step: model.step, price: model.price, ..filled };
                let arrived = match fill.arrival.filter(|(_, price)| price.is_finite()) {
                    Some((time, price)) => Deal {
                        step: step_before(rows, time).clamp(model.step, filled.step),
                        price: model.price + (price - model.reference),
                        ..filled
                    },
                    None => Deal { step: filled.step, ..modelled },
                };
                (modelled, arrived)
            }
        };
        self.modelled.push(modelled);
        self.arrived.push(arrived);
        self.filled.push(filled);
        self.charged.push(Cash { step: filled.step, amount: -fill.cost });
    }
}

/// What the backtest's rule would have made of the decision; none where it would not have traded.
fn model(fill: &TracedFill, rows: &[SeenRow], rerun: &Backtest, rules: &Rules) -> Option<Model> {
    let index = fill.symbol_index;
    if fill.is_exit {
        let step = step_of(rows, fill);
        let at =
            |exit: &&super::Exit| exit.symbol_index == index && exit.row_time == rows[step].time;
        let price = rerun.exits.iter().find(at)?.price;
        return Some(Model { step, price, reference: price });
    }
    let decided = fill.decided_at?;
    let step = rows.binary_search_by_key(&decided, |row| row.time).ok()?;
    let (before, after) = (&rows[step], rows.get(step + 1)?);
    let (last, next) = (before.bars.get(index)?.as_ref()?, after.bars.get(index)?.as_ref()?);
    let price = match rules.fill {
        FillRule::NextOpen => next.open,
        FillRule::NextClose => next.close,
        FillRule::SameClose => last.close,
        FillRule::Quotes(quotes) => quote_price(quotes, decided, next),
    };
    Some(Model { step, price, reference: last.close })
}

fn gather(orders: &mut Vec<Order>, fill: &TracedFill, (step, price): (usize, f64)) {
    let order = Order {
        step,
        symbol_index: fill.symbol_index,
        is_exit: fill.is_exit,
        is_buy: fill.quantity > 0.0,
        price,
        quantity: 0.0,
    };
    let known = orders.iter().position(|found| Order { quantity: 0.0, ..*found } == order);
    let index = known.unwrap_or_else(|| {
        orders.push(order);
        orders.len() - 1
    });
    orders[index].quantity += fill.quantity.abs();
}

fn cost(order: &Order, rows: &[SeenRow], rules: &Rules) -> f64 {
    let bar = rows[order.step].bars.get(order.symbol_index).and_then(Option::as_ref);
    rules.costs.cost(Trade {
        quantity: order.quantity,
        notional: order.quantity * order.price,
        bar_notional: bar.map_or(0.0, |bar| bar.volume * bar.close),
    })
}

/// The row before an execution; never before the decision that asked for it.
fn step_of(rows: &[SeenRow], fill: &TracedFill) -> usize {
    let decided = fill.decided_at.map_or(0, |time| {
        rows.partition_point(|row| row.time < time).min(rows.len().saturating_sub(2))
    });
    step_before(rows, fill.time).max(decided)
}

/// The last row before `time` that has a row after it.
fn step_before(rows: &[SeenRow], time: crate::base::Timestamp) -> usize {
    let before = rows.partition_point(|row| row.time < time);
    before.saturating_sub(1).min(rows.len().saturating_sub(2))
}
