//! Every order of a session and every execution of it, each counted once.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Happening, OrderState, Step};
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest};

/// A difference of quantities below this share of the order is rounding.
const QUANTITY_TOLERANCE: f64 = 1e-9;

/// One order and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderRecord {
    /// What was sent.
    pub request: OrderRequest,
    /// Where it stands.
    pub state: OrderState,
    /// Shares or contracts that have traded.
    pub filled: f64,
    /// When it was handed to the connection.
    pub sent_at: Timestamp,
}

impl OrderRecord {
    /// Signed quantity that may still trade; 0 if the order is over.
    #[must_use]
    pub fn open_quantity(&self) -> f64 {
        if !self.state.is_open() {
            return 0.0;
        }
        self.request.side.sign() * (self.request.quantity - self.filled).max(0.0)
    }
}

/// What a report of the venue meant for the account.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::trader) enum Outcome {
    /// It is known already.
    Known,
    /// Nothing but the state of the order changed.
    Noted {
        /// Whether the order is over now and was not before.
        has_ended: bool,
    },
    /// A new execution; the account changes by it.
    Traded {
        /// The fill, with its cost as far as it is known.
        fill: Fill,
        /// More than was ordered, by this quantity.
        excess: f64,
        /// Whether the order is over now and was not before.
        has_ended: bool,
    },
    /// It makes no sense for this order.
    Refused(String),
}

/// Gives orders their numbers and follows them to their end.
#[derive(Debug, Clone, Default)]
pub(in crate::trader) struct OrderDesk {
    last: u64,
    orders: BTreeMap<OrderId, OrderRecord>,
    /// Executions that the account has.
    executions: BTreeMap<String, Fill>,
    /// Costs that were told before their execution.
    early_costs: BTreeMap<String, f64>,
}

impl OrderDesk {
    /// The next number.
    pub(in crate::trader) fn number(&mut self) -> OrderId {
        self.last += 1;
        OrderId(self.last)
    }

    /// Whether a number was given to an order of ours, remembered or not.
    pub(in crate::trader) fn was_numbered(&self, id: OrderId) -> bool {
        id.0 > 0 && id.0 <= self.last
    }

    /// An order goes to the connection.
    pub(in crate::trader) fn send(&mut self, request: &OrderRequest, now: Timestamp) {
        let record = OrderRecord {
            request: request.clone(),
            state: OrderState::Sending,
            filled: 0.0,
            sent_at: now,
        };
        self.last = self.last.max(request.id.0);
        self.orders.insert(request.id, record);
    }

    /// All orders by number.
    pub(in crate::trader) fn orders(&self) -> impl Iterator<Item = &OrderRecord> {
        self.orders.values()
    }

    /// Orders of which more may trade.
    pub(in crate::trader) fn open(&self) -> impl Iterator<Item = &OrderRecord> {
        self.orders.values().filter(|order| order.state.is_open())
    }

    pub(in crate::trader) fn get(&self, id: OrderId) -> Option<&OrderRecord> {
        self.orders.get(&id)
    }

    /// Something other than a fill happens to an order.
    pub(in crate::trader) fn apply(&mut self, id: OrderId, happening: Happening) -> Outcome {
        let Some(order) = self.orders.get_mut(&id) else {
            return Outcome::Refused(format!("{happening:?} of order {id}, which was never sent"));
        };
        // Gone from the venue's list after a part has traded: the rest was canceled.
        let happening = match happening {
            Happening::SeenNowhere if order.filled > 0.0 => Happening::Canceled,
            other => other,
        };
        match order.state.after(happening) {
            Step::Ignored => Outcome::Known,
            Step::Refused => {
                Outcome::Refused(format!("{happening:?} of order {id}, which is {:?}", order.state))
            }
            Step::To(next) => {
                let has_ended = order.state.is_open() && !next.is_open();
                order.state = next;
                Outcome::Noted { has_ended }
            }
        }
    }

    /// An execution of an order of ours.
    pub(in crate::trader) fn fill(&mut self, mut fill: Fill) -> Outcome {
        if self.executions.contains_key(&fill.execution_id) {
            return Outcome::Known;
        }
        if !is_sound(&fill) {
            return Outcome::Refused(format!("execution {} is no trade", fill.execution_id));
        }
        if let Some(cost) = self.early_costs.remove(&fill.execution_id) {
            fill.cost = cost;
        }
        self.executions.insert(fill.execution_id.clone(), fill.clone());
        let Some(order) = self.orders.get_mut(&fill.order_id) else {
            return Outcome::Traded { fill, excess: 0.0, has_ended: false };
        };
        order.filled += fill.quantity;
        let rest = order.request.quantity - order.filled;
        let small = QUANTITY_TOLERANCE * order.request.quantity;
        let happening = match rest {
            rest if rest > small => Happening::PartFill,
            rest if rest >= -small => Happening::LastFill,
            _ => Happening::OverFill,
        };
        let was_open = order.state.is_open();
        if let Step::To(next) = order.state.after(happening) {
            order.state = next;
        }
        let excess = if happening == Happening::OverFill { -rest } else { 0.0 };
        Outcome::Traded { fill, excess, has_ended: was_open && !order.state.is_open() }
    }

    /// An execution that no order of ours asked for: a rule of the environment closed a position.
    pub(in crate::trader) fn exit(&mut self, fill: Fill) -> Outcome {
        if self.executions.contains_key(&fill.execution_id) {
            return Outcome::Known;
        }
        if !is_sound(&fill) {
            return Outcome::Refused(format!("execution {} is no trade", fill.execution_id));
        }
        self.executions.insert(fill.execution_id.clone(), fill.clone());
        Outcome::Traded { fill, excess: 0.0, has_ended: false }
    }

    /// What the costs of an execution change in the account's cash, and when it traded; `None` if they came before it.
    pub(in crate::trader) fn cost(
        &mut self,
        execution_id: &str,
        cost: f64,
    ) -> Option<(f64, Timestamp)> {
        let Some(fill) = self.executions.get_mut(execution_id) else {
            self.early_costs.insert(execution_id.to_owned(), cost);
            return None;
        };
        let change = fill.cost - cost;
        fill.cost = cost;
        Some((change, fill.time))
    }

    /// Whether the costs of an execution that the account has are still unknown, or nothing.
    pub(in crate::trader) fn is_without_cost(&self, execution_id: &str) -> bool {
        self.executions
            .get(execution_id)
            .is_some_and(|fill| fill.quantity > 0.0 && fill.cost == 0.0)
    }

    /// Replaces an execution; gives the old and the new one, or nothing if that was done before.
    pub(in crate::trader) fn correct(&mut self, wrong: &str, right: Fill) -> Option<(Fill, Fill)> {
        let id = right.execution_id.clone();
        if id != wrong && self.executions.contains_key(&id) {
            return None;
        }
        let old = self.executions.get(wrong)?.clone();
        if old == right {
            return None;
        }
        // The old name stays known, so that a late copy of it does not trade again.
        let taken_back = Fill { quantity: 0.0, cost: 0.0, ..old.clone() };
        self.executions.insert(wrong.to_owned(), taken_back);
        self.executions.insert(id, right.clone());
        if let Some(order) = self.orders.get_mut(&right.order_id) {
            order.filled += right.quantity - old.quantity;
        }
        Some((old, right))
    }

    /// Whether the account has this execution.
    pub(in crate::trader) fn has(&self, execution_id: &str) -> bool {
        self.executions.contains_key(execution_id)
    }

    /// Forgets orders that ended, and executions, from before `time`.
    pub(in crate::trader) fn forget_before(&mut self, time: Timestamp) {
        self.orders.retain(|_, order| order.state.is_open() || order.sent_at >= time);
        self.executions.retain(|_, fill| fill.time >= time);
    }
}

fn is_sound(fill: &Fill) -> bool {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    positive(fill.quantity) && positive(fill.price) && fill.cost.is_finite()
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
