//! What a test can make the venue do wrong.

use serde::{Deserialize, Serialize};

use super::super::matching::Charges;
use super::super::truth::Owner;
use super::orders::FIRST_FOREIGN;
use super::state::Exchange;
use super::trades::Deal;
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderKind, OrderRequest, Symbol, TimeInForce};
use crate::ports::OrderEnd;

/// Something that a venue should not do and real ones have done. Each becomes part of its truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// An order will be refused when it arrives.
    Reject {
        /// Which order; it need not be sent yet.
        order_id: OrderId,
        /// The venue's words.
        reason: String,
    },
    /// The next fill of an order will be only a part of what it could be.
    Partial {
        /// Which order; it need not be sent yet.
        order_id: OrderId,
        /// The part, above 0 and below 1.
        frac: f64,
    },
    /// After an order is canceled or expires, a part of the rest will trade all the same.
    LateFill {
        /// Which order; it need not be sent yet.
        order_id: OrderId,
        /// The part, above 0 to 1.
        frac: f64,
    },
    /// After an order is filled, more of it will trade.
    OverFill {
        /// Which order; it need not be sent yet.
        order_id: OrderId,
        /// How much more, a fraction of the order, above 0.
        frac: f64,
    },
    /// Somebody else sends a market order on the same account.
    Stray {
        /// What is traded.
        symbol: Symbol,
        /// Shares or contracts; negative for a sale.
        signed_quantity: f64,
    },
}

/// What is planned for one order.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    reject: Option<String>,
    part: Option<f64>,
    late_frac: Option<f64>,
    over_frac: Option<f64>,
}

impl Exchange {
    /// Plans something that goes wrong, or does it.
    pub(in crate::connectors::simulated) fn tamper(&mut self, tampering: Tampering) {
        match tampering {
            Tampering::Reject { order_id, reason } => self.plan(order_id).reject = Some(reason),
            Tampering::Partial { order_id, frac } => self.plan(order_id).part = Some(frac),
            Tampering::LateFill { order_id, frac } => self.plan(order_id).late_frac = Some(frac),
            Tampering::OverFill { order_id, frac } => self.plan(order_id).over_frac = Some(frac),
            Tampering::Stray { symbol, signed_quantity } => self.stray(symbol, signed_quantity),
        }
    }

    fn plan(&mut self, id: OrderId) -> &mut Plan {
        self.plans.entry(id).or_default()
    }

    pub(super) fn planned_reject(&mut self, id: OrderId) -> Option<String> {
        self.plans.get_mut(&id)?.reject.take()
    }

    pub(super) fn planned_part(&mut self, id: OrderId) -> Option<f64> {
        self.plans.get_mut(&id)?.part.take()
    }

    /// Trades after an order is over, if that is planned.
    pub(super) fn tamper_with_end(&mut self, id: OrderId, end: &OrderEnd, time: Timestamp) {
        let Some(record) = self.records.get(&id) else { return };
        let asked = record.order.request.quantity;
        let rest = asked - record.order.filled;
        let Some(plan) = self.plans.get_mut(&id) else { return };
        let quantity = match end {
            OrderEnd::Filled => plan.over_frac.take().map(|frac| frac * asked),
            OrderEnd::Canceled | OrderEnd::Expired => plan.late_frac.take().map(|frac| frac * rest),
            OrderEnd::Rejected(_) => None,
        };
        if let Some(quantity) = quantity.filter(|quantity| *quantity > 0.0) {
            self.fill_after_end(id, quantity, time);
        }
    }

    fn fill_after_end(&mut self, id: OrderId, quantity: f64, time: Timestamp) {
        let Some(record) = self.records.get(&id) else { return };
        let Some(index) = self.index(&record.order.request.symbol) else { return };
        let market = self.markets[index];
        let last = self.fills.iter().rev().find(|done| done.fill.order_id == id);
        let middle = market.top.filter(|_| market.is_quoted).map(|top| top.middle());
        let price = last.map(|done| done.fill.price).or(middle).unwrap_or(market.close);
        if price.is_finite() {
            self.fill_order(id, quantity, Deal { price, time, charges: Charges::All });
        }
    }

    fn stray(&mut self, symbol: Symbol, signed_quantity: f64) {
        let id = OrderId(FIRST_FOREIGN + self.num_foreign);
        self.num_foreign += 1;
        let (kind, time_in_force) = (OrderKind::Market, TimeInForce::Gtc);
        let market = OrderRequest::market(id, symbol, signed_quantity, self.clock);
        self.take(OrderRequest { kind, time_in_force, ..market }, Owner::Foreign);
        self.arrive_until(self.clock);
    }
}
