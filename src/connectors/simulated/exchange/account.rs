//! What the venue says when it is asked, and what is true.

use super::super::truth::{Owner, Truth};
use super::state::Exchange;
use crate::base::Timestamp;
use crate::domain::{OrderId, Symbol};
use crate::ports::{BrokerAccount, BrokerSnapshot, OrderEnd, VenueOrder};

impl Exchange {
    /// Everything on the account now, and what happened since `since`, that instant included. A request that was sent
    /// before is counted: it arrives before the question.
    pub(in crate::connectors::simulated) fn snapshot(&self, since: Timestamp) -> BrokerSnapshot {
        let open = self.orders.keys().filter_map(|id| self.open_order(*id));
        let executions = self.fills.iter().filter(|done| done.fill.time >= since);
        let records = self.records.iter();
        let ended = records.filter_map(|(id, record)| match &record.order.end {
            Some((end, time)) if *time >= since && record.order.owner == Owner::Ours => {
                Some((*id, end.clone()))
            }
            _ => None,
        });
        let ended_orders: Vec<(OrderId, OrderEnd)> = ended.collect();
        BrokerSnapshot {
            time: self.clock,
            account: BrokerAccount { cash: self.holdings.cash, positions: self.positions() },
            open_orders: open.collect(),
            executions: executions.map(|done| done.fill.clone()).collect(),
            ended_orders,
        }
    }

    fn open_order(&self, id: OrderId) -> Option<VenueOrder> {
        let order = &self.records.get(&id)?.order;
        Some(VenueOrder {
            order_id: (order.owner == Owner::Ours).then_some(id),
            symbol: order.request.symbol.clone(),
            side: order.request.side,
            quantity: order.request.quantity,
            filled: order.filled,
        })
    }

    fn positions(&self) -> Vec<(Symbol, f64)> {
        let quantities = self.holdings.positions.iter().map(|position| position.quantity);
        self.symbols.iter().cloned().zip(quantities).collect()
    }

    /// The complete record.
    pub(in crate::connectors::simulated) fn truth(&self) -> Truth {
        Truth {
            initial_cash: self.params.initial_equity,
            cash: self.holdings.cash,
            positions: self.positions(),
            orders: self.records.values().map(|record| record.order.clone()).collect(),
            fills: self.fills.clone(),
            postings: self.postings.clone(),
        }
    }
}
