//! Orders arrive, are canceled and end.

use super::super::truth::{Owner, TruthOrder};
use super::state::{Exchange, Order, Phase, Record};
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderKind, OrderRequest, TimeInForce};
use crate::ports::{BrokerError, BrokerEvent, OrderEnd, RejectReason};

/// Numbers from here on are orders that somebody else sent on the same account.
pub(in crate::connectors::simulated) const FIRST_FOREIGN: u64 = 1 << 62;

impl Exchange {
    /// Whether an order can be sent at all.
    pub(in crate::connectors::simulated) fn check(
        &self,
        request: &OrderRequest,
    ) -> Result<(), BrokerError> {
        let numbers =
            [Some(request.quantity), request.kind.limit_price(), request.kind.stop_price()];
        if !numbers.into_iter().flatten().all(f64::is_finite) {
            return Err(BrokerError::NotSent {
                detail: "a quantity or price is no number".to_owned(),
            });
        }
        let symbol = request.symbol.clone();
        let Some(index) = self.index(&symbol) else {
            return Err(BrokerError::UnknownSymbol { symbol });
        };
        let market = &self.markets[index];
        if market.time.is_none() && market.top.is_none() {
            return Err(BrokerError::NoMarket { symbol });
        }
        if request.id <= self.last_order || request.id.0 >= FIRST_FOREIGN {
            return Err(BrokerError::OrderNumber { found: request.id, last: self.last_order });
        }
        Ok(())
    }

    /// Takes an order that [`Exchange::check`] let pass.
    pub(in crate::connectors::simulated) fn submit(&mut self, request: OrderRequest) {
        self.last_order = request.id;
        self.take(request, Owner::Ours);
        self.arrive_until(self.clock);
    }

    pub(super) fn take(&mut self, request: OrderRequest, owner: Owner) {
        let Some(index) = self.index(&request.symbol) else { return };
        let (id, sent_at, active_from) = (request.id, self.clock, self.arrival());
        let expires_at = match (request.kind, request.time_in_force) {
            (OrderKind::MarketOnOpen, _) => Some(self.hours.close_of_next_open(active_from)),
            (OrderKind::MarketOnClose, _) | (_, TimeInForce::Day) => {
                Some(self.hours.close_after(active_from))
            }
            _ => None,
        };
        let remaining = request.quantity;
        let truth = TruthOrder { request: request.clone(), owner, sent_at, filled: 0.0, end: None };
        self.records.insert(id, Record { order: truth, num_fills: 0, paid: (0.0, 0.0) });
        let phase = Phase::Sent;
        let order = Order {
            request,
            index,
            phase,
            active_from,
            expires_at,
            is_triggered: false,
            remaining,
        };
        self.orders.insert(id, order);
    }

    /// Lets the orders arrive that are due, in the order in which they were sent.
    pub(super) fn arrive_until(&mut self, time: Timestamp) {
        let is_due = |order: &Order| order.phase == Phase::Sent && order.active_from <= time;
        let due: Vec<OrderId> =
            self.orders.iter().filter(|(_, order)| is_due(order)).map(|(id, _)| *id).collect();
        for id in due {
            self.arrive(id);
        }
    }

    fn arrive(&mut self, id: OrderId) {
        let Some(order) = self.orders.get(&id) else { return };
        let (time, is_ours) = (order.active_from, id.0 < FIRST_FOREIGN);
        let refusal = refusal(&order.request).or_else(|| self.planned_reject(id));
        let refusal = refusal.or_else(|| self.chance_reject());
        if let Some(reason) = refusal.or_else(|| self.refuses_family(id)) {
            self.finish(id, OrderEnd::Rejected(RejectReason::Venue(reason)), time);
            return;
        }
        if is_ours {
            self.outbox.push(BrokerEvent::Accepted { order_id: id, time });
        }
        if let Some(order) = self.orders.get_mut(&id) {
            order.phase =
                if order.request.protects.is_some() { Phase::Dormant } else { Phase::Working };
        }
        self.wake(id, time);
        self.meet_last_quote(id);
    }

    fn chance_reject(&mut self) -> Option<String> {
        let prob = self.rules.reject_prob;
        (prob > 0.0 && self.rng.uniform() < prob).then(|| "refused by chance".to_owned())
    }

    /// Asks for a cancel, which takes as long as an order to arrive.
    pub(in crate::connectors::simulated) fn cancel(&mut self, id: OrderId) {
        self.cancels.push((self.arrival(), id));
        self.cancel_until(self.clock);
    }

    pub(super) fn cancel_until(&mut self, time: Timestamp) {
        let (due, later) = self.cancels.iter().partition(|(arrival, _)| *arrival <= time);
        self.cancels = later;
        let due: Vec<(Timestamp, OrderId)> = due;
        for (time, id) in due {
            if self.orders.contains_key(&id) && id.0 < FIRST_FOREIGN {
                self.finish(id, OrderEnd::Canceled, time);
            } else {
                self.outbox.push(BrokerEvent::CancelRefused { order_id: id, time });
            }
        }
    }

    /// Cancels every open order of ours at once; returns how many.
    pub(in crate::connectors::simulated) fn cancel_all(&mut self) -> usize {
        let open: Vec<OrderId> =
            self.orders.range(..OrderId(FIRST_FOREIGN)).map(|(id, _)| *id).collect();
        let mut num_canceled = 0;
        for id in open {
            if self.orders.contains_key(&id) {
                num_canceled += 1;
                self.finish(id, OrderEnd::Canceled, self.clock);
            }
        }
        num_canceled
    }

    /// Ends the orders whose time is over at `time`.
    pub(super) fn expire_until(&mut self, time: Timestamp) {
        let ends = |order: &Order| order.expires_at.filter(|end| *end <= time);
        let over: Vec<(OrderId, Timestamp)> =
            self.orders.iter().filter_map(|(id, order)| Some((*id, ends(order)?))).collect();
        for (id, time) in over {
            self.finish(id, OrderEnd::Expired, time);
        }
    }

    /// Ends an order, tells of it, and lets its family know.
    pub(super) fn finish(&mut self, id: OrderId, end: OrderEnd, time: Timestamp) {
        if self.orders.remove(&id).is_none() {
            return;
        }
        let is_ours = id.0 < FIRST_FOREIGN;
        let event = match &end {
            OrderEnd::Filled => None,
            OrderEnd::Canceled => Some(BrokerEvent::Canceled { order_id: id, time }),
            OrderEnd::Expired => Some(BrokerEvent::Expired { order_id: id, time }),
            OrderEnd::Rejected(reason) => {
                Some(BrokerEvent::Rejected { order_id: id, reason: reason.clone(), time })
            }
        };
        self.outbox.extend(event.filter(|_| is_ours));
        self.tamper_with_end(id, &end, time);
        if let Some(record) = self.records.get_mut(&id) {
            record.order.end = Some((end, time));
        }
        self.wake(id, time);
    }
}

/// What no venue would take.
fn refusal(request: &OrderRequest) -> Option<String> {
    let is_sound = |value: f64| value.is_finite() && value > 0.0;
    if !is_sound(request.quantity) {
        return Some(format!("quantity must be above 0, was {}", request.quantity));
    }
    let prices = [request.kind.limit_price(), request.kind.stop_price()];
    let bad = prices.into_iter().flatten().find(|price| !is_sound(*price));
    bad.map(|price| format!("price must be above 0, was {price}"))
}
