//! Orders on their way out.

use serde_json::Value;

use super::desk::{AlpacaBroker, broker_error};
use crate::connectors::vendors::alpaca::broker::reference::Numbers;
use crate::connectors::vendors::alpaca::broker::request::{as_pair, body, pair_body};
use crate::connectors::vendors::alpaca::broker::rest::{Call, Loss};
use crate::connectors::vendors::alpaca::broker::wire::WireOrder;
use crate::domain::{OrderId, OrderKind, OrderRequest};
use crate::ports::{BrokerError, BrokerEvent, RejectReason};

impl AlpacaBroker {
    /// Sends an order; a protective one waits for its other half until the next call.
    pub(super) fn send_or_pair(&mut self, order: OrderRequest) -> Result<(), BrokerError> {
        if let Some(half) = self.half.take() {
            if as_pair(&half, &order).is_some() {
                return self.send_pair(&half, &order);
            }
            self.half = Some(half);
            self.send_half();
        }
        let may_pair = order.protects.is_some()
            && !matches!(
                order.kind,
                OrderKind::Market | OrderKind::MarketOnOpen | OrderKind::MarketOnClose
            );
        if may_pair {
            self.half = Some(order);
            return Ok(());
        }
        self.send(&order)
    }

    /// Sends a protective order whose other half did not come. Nobody waits for the outcome: it is told by
    /// events, and a lost answer by a break of the link, which asks for a comparison.
    pub(super) fn send_half(&mut self) {
        let Some(half) = self.half.take() else { return };
        match self.send(&half) {
            Ok(()) => {}
            Err(BrokerError::Unknown { .. }) => self.tear(),
            Err(error) => self.reject(half.id, error.to_string()),
        }
    }

    /// Says that everything must be compared.
    pub(super) fn tear(&mut self) {
        let time = self.line.venue_now();
        if self.is_up {
            self.events.push(BrokerEvent::LinkLost { time });
            self.events.push(BrokerEvent::LinkRestored { time });
        }
    }

    fn send(&mut self, order: &OrderRequest) -> Result<(), BrokerError> {
        match body(order, self.tracker.names()) {
            Ok(body) => self.post(body, &[order.id]),
            Err(reason) => {
                self.reject(order.id, reason);
                Ok(())
            }
        }
    }

    fn send_pair(&mut self, half: &OrderRequest, other: &OrderRequest) -> Result<(), BrokerError> {
        let Some((profit, stop)) = as_pair(half, other) else { return Ok(()) };
        let numbers = Numbers { order: profit.id, stop: Some(stop.id) };
        let ids = [half.id, other.id];
        match pair_body(profit, stop, self.tracker.names()) {
            Ok(body) => {
                self.pairs.extend(ids.map(|id| (id, numbers)));
                let sent = self.post(body, &ids);
                if matches!(sent, Err(BrokerError::NotSent { .. })) {
                    // The caller hears of the second one.
                    self.reject(half.id, "the pair was not sent".to_owned());
                }
                sent
            }
            Err(reason) => {
                ids.into_iter().for_each(|id| self.reject(id, reason.clone()));
                Ok(())
            }
        }
    }

    /// Sends once. What the venue refuses is an event; what may have arrived is an error that says so.
    fn post(&mut self, body: Value, ids: &[OrderId]) -> Result<(), BrokerError> {
        let text = match self.line.order(&Call::post_order(body)) {
            Ok(text) => text,
            Err(Loss::Refused { message, .. }) if message.contains("client_order_id") => {
                // An order with this name is there, which nobody here remembers.
                return Err(BrokerError::Unknown { detail: message });
            }
            Err(Loss::Refused { status, message, .. }) => {
                let reason = format!("{status}: {message}");
                ids.iter().for_each(|id| self.reject(*id, reason.clone()));
                return Ok(());
            }
            Err(loss) => return Err(broker_error(loss)),
        };
        let order: WireOrder = serde_json::from_str(&text).map_err(|error| {
            let detail = format!("the answer to an order has another shape: {error}");
            BrokerError::Unknown { detail }
        })?;
        self.tell(&order);
        if ids.iter().any(|id| self.tracker.venue_id(*id).is_none()) {
            let detail = "the answer to an order names another one".to_owned();
            return Err(BrokerError::Unknown { detail });
        }
        Ok(())
    }

    fn reject(&mut self, order_id: OrderId, reason: String) {
        let time = self.line.venue_now();
        let reason = RejectReason::Venue(reason);
        self.events.push(BrokerEvent::Rejected { order_id, reason, time });
    }
}
