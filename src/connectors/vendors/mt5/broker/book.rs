//! From deals to events, each told once; no I/O, no clock.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::wire::Deal;
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, Side, Symbol};
use crate::ports::{BrokerEvent, OrderEnd, VenueOrder};

/// A market order that has not traded in full by then will not, seconds.
const SETTLE_S: f64 = 10.0;
const NOTHING: f64 = 1e-9;

/// The orders of this process and the deals that were told.
#[derive(Debug)]
pub(super) struct Book {
    names: Names,
    orders: BTreeMap<OrderId, Sent>,
    told: BTreeSet<i64>,
}

/// An order that left.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    symbol: Symbol,
    side: Side,
    lots: f64,
    traded: f64,
    at_s: f64,
    has_ended: bool,
}

impl Book {
    pub(super) const fn new(names: Names) -> Self {
        Self { names, orders: BTreeMap::new(), told: BTreeSet::new() }
    }

    /// An order leaves.
    pub(super) fn send(
        &mut self,
        id: OrderId,
        (symbol, side): (Symbol, Side),
        lots: f64,
        at_s: f64,
    ) {
        let sent = Sent { symbol, side, lots, traded: 0.0, at_s, has_ended: false };
        self.orders.insert(id, sent);
    }

    /// The server refused it.
    pub(super) fn refuse(&mut self, id: OrderId) {
        self.orders.remove(&id);
    }

    /// Whether something is still awaited.
    pub(super) fn is_waiting(&self) -> bool {
        self.orders.values().any(|sent| !sent.has_ended)
    }

    /// Trades of ours, oldest first.
    pub(super) fn fills(&self, deals: &[Deal]) -> Vec<Fill> {
        let mut seen = BTreeSet::new();
        deals.iter().filter(|deal| seen.insert(deal.ticket)).filter_map(|d| self.fill(d)).collect()
    }

    fn fill(&self, deal: &Deal) -> Option<Fill> {
        let order_id = self.names.read(deal.magic, &deal.comment)?;
        let side = match deal.kind.as_str() {
            "BUY" => Side::Buy,
            "SELL" => Side::Sell,
            _ => return None,
        };
        Some(Fill {
            execution_id: deal.ticket.to_string(),
            order_id,
            symbol: deal.symbol.parse().ok()?,
            side,
            quantity: deal.volume,
            price: deal.price,
            cost: (-deal.commission).max(0.0),
            time: Timestamp::from_nanos(deal.time_msc.saturating_mul(1_000_000)),
        })
    }

    /// News in a list of deals.
    pub(super) fn hear(&mut self, deals: &[Deal]) -> Vec<BrokerEvent> {
        let mut events = Vec::new();
        for (deal, fill) in
            deals.iter().filter_map(|deal| Some((deal, self.fill(deal)?))).collect::<Vec<_>>()
        {
            if !self.told.insert(deal.ticket) {
                continue;
            }
            if let Some(sent) = self.orders.get_mut(&fill.order_id) {
                sent.traded += fill.quantity;
                sent.has_ended |= sent.traded >= sent.lots - NOTHING;
            }
            events.push(BrokerEvent::Filled(fill));
        }
        events
    }

    /// Market orders whose time is over: what has not traded never will.
    pub(super) fn settle(&mut self, seconds: f64, time: Timestamp) -> Vec<BrokerEvent> {
        let mut events = Vec::new();
        for (order_id, sent) in &mut self.orders {
            if !sent.has_ended && seconds - sent.at_s >= SETTLE_S {
                sent.has_ended = true;
                events.push(BrokerEvent::Canceled { order_id: *order_id, time });
            }
        }
        events
    }

    /// Orders that may still trade: exposure, as far as anybody knows.
    pub(super) fn open(&self) -> Vec<VenueOrder> {
        let open = self.orders.iter().filter(|(_, sent)| !sent.has_ended);
        let order = |(order_id, sent): (&OrderId, &Sent)| VenueOrder {
            order_id: Some(*order_id),
            symbol: sent.symbol.clone(),
            side: sent.side,
            quantity: sent.lots,
            filled: sent.traded,
        };
        open.map(order).collect()
    }

    /// How orders ended, those of an earlier process by their deals.
    pub(super) fn ended(&self, fills: &[Fill]) -> Vec<(OrderId, OrderEnd)> {
        let traded: BTreeSet<OrderId> = fills.iter().map(|fill| fill.order_id).collect();
        let ids: BTreeSet<OrderId> = traded.iter().chain(self.orders.keys()).copied().collect();
        let end = |id: OrderId| match self.orders.get(&id) {
            Some(sent) if !sent.has_ended => None,
            Some(sent) if sent.traded < sent.lots - NOTHING => {
                traded.contains(&id).then_some((id, OrderEnd::Canceled))
            }
            Some(_) | None => Some((id, OrderEnd::Filled)),
        };
        ids.into_iter().filter_map(end).collect()
    }
}
