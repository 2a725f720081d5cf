//! What became of every order: messages of the broker in, events of the venue out.
//!
//! Quantities come from executions alone. A status is a hint: it may be missing, and it may come
//! twice. Fills are told before the acceptance of their order where they come first.

use std::collections::BTreeMap;

use ibapi::orders::{
    CommissionReport, ExecutionData, ExecutionSide, OrderData, OrderStatus, OrderStatusKind,
};
use jiff::tz::TimeZone;

use super::super::codes::{Effect, effect};
use super::super::values::{self, Moment};
use super::{Executions, References, Trade, stem};
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderRequest, Side, Symbol};
use crate::ports::{BrokerEvent, OrderEnd, RejectReason};

/// So long executions may lag behind a status that tells of them, seconds.
const LAG_S: f64 = 5.0;

/// Orders of one session at the broker.
#[derive(Debug)]
pub(in super::super) struct Tracker {
    references: References,
    account: String,
    currency: String,
    client_id: i32,
    zone: TimeZone,
    /// Names of the contracts that are traded, by their id.
    symbols: BTreeMap<i32, Symbol>,
    orders: BTreeMap<OrderId, Tracked>,
    by_wire: BTreeMap<i32, OrderId>,
    executions: Executions,
    doubts: Vec<Doubt>,
}

/// Something that only a comparison with the venue can clear up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Doubt(pub(in super::super) String);

#[derive(Debug, Clone)]
struct Tracked {
    wire: i32,
    quantity: Option<f64>,
    is_accepted: bool,
    is_held: bool,
    /// The venue was asked, and knows nothing of it.
    is_missing: bool,
    /// The venue said that so much was filled, and when.
    hint: Option<(f64, f64)>,
    end: Option<OrderEnd>,
}

impl Tracker {
    /// Orders of an account, of which none is known yet.
    pub(in super::super) fn new(
        references: References,
        account: &str,
        currency: &str,
        client_id: i32,
        symbols: BTreeMap<i32, Symbol>,
    ) -> Self {
        Self {
            references,
            account: account.to_owned(),
            currency: currency.to_owned(),
            client_id,
            zone: TimeZone::UTC,
            symbols,
            orders: BTreeMap::new(),
            by_wire: BTreeMap::new(),
            executions: Executions::default(),
            doubts: Vec::new(),
        }
    }

    /// Reads times without a zone in this one.
    pub(in super::super) fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// The references of the session.
    pub(in super::super) const fn references(&self) -> &References {
        &self.references
    }

    /// The executions of the session's orders.
    pub(in super::super) const fn executions(&self) -> &Executions {
        &self.executions
    }

    /// An order is about to be sent under a number.
    pub(in super::super) fn submitting(&mut self, request: &OrderRequest, wire: i32) {
        let tracked = Tracked { quantity: Some(request.quantity), ..Tracked::new(wire) };
        self.orders.insert(request.id, tracked);
        self.by_wire.insert(wire, request.id);
    }

    /// It did not leave, for sure.
    pub(in super::super) fn not_sent(&mut self, id: OrderId) {
        if let Some(order) = self.orders.remove(&id) {
            self.by_wire.remove(&order.wire);
        }
    }

    /// The highest number of an order that was sent or seen.
    pub(in super::super) fn last(&self) -> Option<OrderId> {
        self.orders.keys().next_back().copied()
    }

    /// Whether a number was used.
    pub(in super::super) fn has(&self, id: OrderId) -> bool {
        self.orders.contains_key(&id)
    }

    /// The number on the wire; none if this client did not send the order.
    pub(in super::super) fn wire(&self, id: OrderId) -> Option<i32> {
        self.orders.get(&id).map(|order| order.wire)
    }

    /// The order that has a number on the wire.
    pub(in super::super) fn order(&self, wire: i32) -> Option<OrderId> {
        self.by_wire.get(&wire).copied()
    }

    /// How an order ended, if it did.
    pub(in super::super) fn end(&self, id: OrderId) -> Option<OrderEnd> {
        let order = self.orders.get(&id)?;
        if order.quantity.is_some_and(|quantity| self.filled(id) >= quantity - 1e-9) {
            return Some(OrderEnd::Filled);
        }
        order.end.clone()
    }

    /// Every order that may be open, with its number on the wire.
    pub(in super::super) fn open(&self) -> Vec<(OrderId, i32)> {
        let open = self.orders.iter().filter(|(id, _)| self.end(**id).is_none());
        open.map(|(id, order)| (*id, order.wire)).collect()
    }

    /// How orders ended that were seen to end.
    pub(in super::super) fn ends(&self) -> impl Iterator<Item = (OrderId, OrderEnd)> {
        self.orders.keys().filter_map(|&id| Some((id, self.end(id)?)))
    }

    /// Every order that the venue should list.
    pub(in super::super) fn expected(&self) -> impl Iterator<Item = OrderId> {
        let listed = self.orders.iter().filter(|(_, order)| !order.is_missing);
        listed.map(|(id, _)| *id).filter(|id| self.end(*id).is_none())
    }

    /// The venue was asked often enough, and does not list an order: it is not waited for again.
    pub(in super::super) fn missing(&mut self, id: OrderId) {
        if let Some(order) = self.orders.get_mut(&id) {
            order.is_missing = true;
        }
    }

    /// What has traded of an order.
    pub(in super::super) fn filled(&self, id: OrderId) -> f64 {
        let of_order = self.executions.fills().filter(|fill| fill.order_id == id);
        of_order.map(|fill| fill.quantity).sum()
    }

    /// What must be compared with the venue.
    pub(in super::super) fn take_doubts(&mut self) -> Vec<Doubt> {
        std::mem::take(&mut self.doubts)
    }

    /// The order as the venue has it.
    pub(in super::super) fn open_order(
        &mut self,
        data: &OrderData,
        now: Moment,
    ) -> Vec<BrokerEvent> {
        let order = &data.order;
        if order.what_if || !self.is_mine(&order.account) {
            return Vec::new();
        }
        let Some(id) = self.references.read(&order.order_ref) else { return Vec::new() };
        let is_of_client = order.client_id == 0 || order.client_id == self.client_id;
        if data.order_id > 0 && is_of_client {
            let tracked = self.orders.entry(id).or_insert_with(|| Tracked::new(data.order_id));
            tracked.wire = data.order_id;
            let quantity =
                values::quantity(order.total_quantity).filter(|&quantity| quantity > 0.0);
            tracked.quantity = tracked.quantity.or(quantity);
            self.by_wire.insert(data.order_id, id);
        }
        self.state(id, &data.order_state.status, &data.order_state.reject_reason, now)
    }

    /// Where an order stands.
    pub(in super::super) fn status(
        &mut self,
        status: &OrderStatus,
        now: Moment,
    ) -> Vec<BrokerEvent> {
        if status.client_id != 0 && status.client_id != self.client_id {
            return Vec::new();
        }
        let Some(&id) = self.by_wire.get(&status.order_id) else { return Vec::new() };
        if let (Some(order), Some(filled)) =
            (self.orders.get_mut(&id), values::quantity(status.filled))
        {
            let is_more = order.hint.is_none_or(|(known, _)| filled > known);
            if is_more {
                order.hint = Some((filled, now.at));
            }
        }
        self.state(id, &status.status, &status.why_held, now)
    }

    /// A trade.
    pub(in super::super) fn execution(
        &mut self,
        data: &ExecutionData,
        now: Moment,
    ) -> Vec<BrokerEvent> {
        let execution = &data.execution;
        if !self.is_mine(&execution.account_number) {
            return Vec::new();
        }
        let Some(order_id) = self.references.read(&execution.order_reference) else {
            return Vec::new();
        };
        match self.trade(order_id, data, now.time) {
            Ok(trade) => self.executions.take(trade),
            Err(doubt) => {
                self.doubts.push(doubt);
                Vec::new()
            }
        }
    }

    /// What a trade cost.
    pub(in super::super) fn commission(
        &mut self,
        report: &CommissionReport,
        now: Moment,
    ) -> Option<BrokerEvent> {
        let (name, cost) = self.readable_cost(report)?;
        self.executions.cost(&name, cost, now.time)
    }

    /// The name of an execution and what it cost; none if that is unset, or in another currency.
    pub(in super::super) fn readable_cost(
        &self,
        report: &CommissionReport,
    ) -> Option<(String, f64)> {
        let is_ours = report.currency.is_empty() || report.currency == self.currency;
        // The library reads an absent cost as 0, which no currency goes with.
        let is_absent = report.currency.is_empty() && report.commission == 0.0;
        let cost = values::known(report.commission).filter(|_| is_ours && !is_absent)?;
        Some((stem(&report.execution_id).0.to_owned(), cost))
    }

    /// Something was said of an order.
    pub(in super::super) fn notice(
        &mut self,
        wire: i32,
        code: i32,
        text: &str,
        now: Moment,
    ) -> Vec<BrokerEvent> {
        let Some(&id) = self.by_wire.get(&wire) else { return Vec::new() };
        let is_accepted = self.orders.get(&id).is_some_and(|order| order.is_accepted);
        let said = format!("{code} {text}");
        let rejected = || OrderEnd::Rejected(RejectReason::Venue(said.clone()));
        match effect(code) {
            Some(Effect::OrderRejected) if code == 321 && is_accepted => Vec::new(),
            Some(Effect::OrderRejected) => self.finish(id, rejected(), now),
            Some(Effect::OrderCanceled) => self.finish(id, canceled(text), now),
            // The order that was not found may be the entry of one that was just sent.
            Some(Effect::CancelRefused) if code == 135 && !is_accepted => {
                self.finish(id, rejected(), now)
            }
            Some(Effect::CancelRefused) => {
                vec![BrokerEvent::CancelRefused { order_id: id, time: now.time }]
            }
            Some(Effect::OrderHint) => {
                if let Some(order) = self.orders.get_mut(&id) {
                    order.is_held |= code == 399;
                }
                let is_held = code == 399 && text.contains("will not be placed");
                if is_held { self.accept(id, now) } else { Vec::new() }
            }
            Some(Effect::LookUp | Effect::TooFast) => {
                self.doubts.push(Doubt(said));
                Vec::new()
            }
            Some(_) => Vec::new(),
            None if is_accepted || (2100..2200).contains(&code) => Vec::new(),
            None => self.finish(id, rejected(), now),
        }
    }

    /// Time has passed: executions that a status promised should be there.
    pub(in super::super) fn tick(&mut self, at: f64) {
        let late: Vec<OrderId> = self
            .orders
            .iter()
            .filter(|(id, order)| {
                order.hint.is_some_and(|(filled, since)| {
                    at - since > LAG_S && filled > self.filled(**id) + 1e-9
                })
            })
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            let Some(order) = self.orders.get_mut(&id) else { continue };
            let hint = order.hint.map_or(0.0, |(filled, _)| filled);
            // Once for every higher number.
            order.hint = Some((hint, f64::INFINITY));
            self.doubts.push(Doubt(format!(
                "order {id} has status {hint} filled, and executions of {} for {LAG_S} s",
                self.filled(id)
            )));
        }
    }

    /// Reads a trade of one of our orders.
    pub(in super::super) fn trade(
        &self,
        order_id: OrderId,
        data: &ExecutionData,
        now: Timestamp,
    ) -> Result<Trade, Doubt> {
        let execution = &data.execution;
        let name = &execution.execution_id;
        let (stem, revision) = stem(name);
        let doubt = |what: &str| Doubt(format!("execution {name} has no {what}"));
        let quantity = values::quantity(execution.shares).ok_or_else(|| doubt("quantity"))?;
        let price = values::price(execution.price);
        // A quantity of 0 takes an execution back, at whatever price.
        let price = price.or((quantity == 0.0).then_some(0.0)).ok_or_else(|| doubt("price"))?;
        let symbol = self.symbol(data.contract.contract_id, data.contract.symbol.as_str());
        let fill = Fill {
            execution_id: stem.to_owned(),
            order_id,
            symbol: symbol.ok_or_else(|| doubt("symbol"))?,
            side: match execution.side {
                ExecutionSide::Bought => Side::Buy,
                ExecutionSide::Sold => Side::Sell,
            },
            quantity,
            price,
            cost: 0.0,
            time: values::instant(&execution.time, &self.zone).unwrap_or(now),
        };
        Ok(Trade { revision, fill })
    }

    /// Our name of a contract: stocks of classes are written with a space there.
    pub(in super::super) fn symbol(&self, contract_id: i32, name: &str) -> Option<Symbol> {
        let known = self.symbols.get(&contract_id).filter(|_| contract_id != 0);
        known.cloned().or_else(|| name.replace(' ', ".").parse().ok())
    }

    /// Whether a row is of our account; a row without one is of the only one there is.
    pub(in super::super) fn is_mine(&self, account: &str) -> bool {
        account.is_empty() || account == self.account
    }

    /// Takes executions of an answer in, whose events nobody has heard.
    pub(in super::super) fn learn(&mut self, trade: Trade) -> Vec<BrokerEvent> {
        self.executions.take(trade)
    }

    /// The same for a cost.
    pub(in super::super) fn learn_cost(
        &mut self,
        name: &str,
        cost: f64,
        now: Moment,
    ) -> Option<BrokerEvent> {
        self.executions.cost(name, cost, now.time)
    }

    fn state(
        &mut self,
        id: OrderId,
        status: &OrderStatusKind,
        reason: &str,
        now: Moment,
    ) -> Vec<BrokerEvent> {
        match status {
            OrderStatusKind::PreSubmitted
            | OrderStatusKind::Submitted
            | OrderStatusKind::PendingCancel => self.accept(id, now),
            OrderStatusKind::Cancelled | OrderStatusKind::ApiCancelled => {
                self.finish(id, canceled(reason), now)
            }
            OrderStatusKind::Inactive if !self.orders.get(&id).is_some_and(|it| it.is_held) => {
                let reason = if reason.is_empty() { "no reason given" } else { reason };
                let reason = RejectReason::Venue(format!("the order is inactive: {reason}"));
                self.finish(id, OrderEnd::Rejected(reason), now)
            }
            OrderStatusKind::Filled
            | OrderStatusKind::Inactive
            | OrderStatusKind::ApiPending
            | OrderStatusKind::PendingSubmit
            | OrderStatusKind::Unknown(_) => Vec::new(),
        }
    }

    fn accept(&mut self, id: OrderId, now: Moment) -> Vec<BrokerEvent> {
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        order.is_missing = false;
        if order.is_accepted || order.end.is_some() {
            return Vec::new();
        }
        order.is_accepted = true;
        vec![BrokerEvent::Accepted { order_id: id, time: now.time }]
    }

    /// The end of an order, told once; an order that its executions fill ended by them.
    fn finish(&mut self, id: OrderId, end: OrderEnd, now: Moment) -> Vec<BrokerEvent> {
        if self.end(id).is_some() {
            return Vec::new();
        }
        let Some(order) = self.orders.get_mut(&id) else { return Vec::new() };
        order.end = Some(end.clone());
        let (order_id, time) = (id, now.time);
        vec![match end {
            OrderEnd::Rejected(reason) => BrokerEvent::Rejected { order_id, reason, time },
            OrderEnd::Expired => BrokerEvent::Expired { order_id, time },
            OrderEnd::Canceled | OrderEnd::Filled => BrokerEvent::Canceled { order_id, time },
        }]
    }
}

impl Tracked {
    const fn new(wire: i32) -> Self {
        Self {
            wire,
            quantity: None,
            is_accepted: false,
            is_held: false,
            is_missing: false,
            hint: None,
            end: None,
        }
    }
}

/// An order that ends by its time is canceled with such a text.
fn canceled(text: &str) -> OrderEnd {
    if text.to_lowercase().contains("expired") { OrderEnd::Expired } else { OrderEnd::Canceled }
}
