//! From what the venue says to events, each fact told once.
//!
//! The stream of updates tells at least once and may lose some; lists over REST tell all. Both are brought
//! to one name of an execution: the venue's order and the quantity that had traded of it afterwards,
//! `ORDER/12.5`. The stream's own `execution_id` appears in no list. No I/O, no clock.

use std::collections::{BTreeMap, BTreeSet};

use super::reference::References;
use super::wire::{Activity, Quantity, Standing, Update, WireOrder, side, standing};
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, Side, Symbol};
use crate::ports::{BrokerEvent, OrderEnd, RejectReason};

/// Words of the venue that are kept for people.
const NOTES_MAX: usize = 100;

/// Every order of this session that the venue has spoken of.
#[derive(Debug)]
pub(super) struct Tracker {
    names: References,
    /// By the venue's number.
    orders: BTreeMap<String, Known>,
    numbers: BTreeMap<OrderId, String>,
    executions: BTreeMap<String, Fill>,
    /// The stream's names of executions, and ours.
    streamed: BTreeMap<String, String>,
    /// Orders of which the venue may know more than was told.
    suspects: BTreeSet<String>,
    /// Orders of others.
    foreign: BTreeSet<String>,
    notes: BTreeSet<String>,
    new_notes: Vec<String>,
    is_torn: bool,
}

/// An order of ours as far as the venue has spoken.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    order_id: OrderId,
    symbol: Symbol,
    side: Side,
    /// The sum of all executions that were told.
    traded: Quantity,
    /// What the venue says has traded, the most of all its words.
    claimed: Quantity,
    is_accepted: bool,
    has_ended: bool,
    /// How many executions were taken back; the quantities count anew then.
    busts: u32,
}

impl Tracker {
    pub(super) fn new(names: References) -> Self {
        Self {
            names,
            orders: BTreeMap::new(),
            numbers: BTreeMap::new(),
            executions: BTreeMap::new(),
            streamed: BTreeMap::new(),
            suspects: BTreeSet::new(),
            foreign: BTreeSet::new(),
            notes: BTreeSet::new(),
            new_notes: Vec::new(),
            is_torn: false,
        }
    }

    /// Our names of orders.
    pub(super) const fn names(&self) -> &References {
        &self.names
    }

    /// Learns whose an order and its legs are; `None` for somebody else's.
    pub(super) fn learn(&mut self, order: &WireOrder) -> Option<OrderId> {
        if let Some(numbers) = self.names.read(&order.client_order_id) {
            self.know(order, numbers.order);
            let legs = order.legs.iter().flatten();
            if let Some(stop) = numbers.stop
                && let Some(leg) = legs.into_iter().find(|leg| leg.is_stop())
            {
                self.know(leg, stop);
            }
        }
        let own = self.order_id(&order.id);
        if own.is_none() {
            self.foreign.insert(order.id.clone());
        }
        own
    }

    fn know(&mut self, order: &WireOrder, order_id: OrderId) {
        if self.orders.contains_key(&order.id) {
            return;
        }
        let (Ok(symbol), Some(side)) = (order.symbol.parse(), side(&order.side)) else {
            return self
                .note(format!("order {order_id} is of `{}` `{}`", order.side, order.symbol));
        };
        let known = Known {
            order_id,
            symbol,
            side,
            traded: Quantity::default(),
            claimed: Quantity::default(),
            is_accepted: false,
            has_ended: false,
            busts: 0,
        };
        self.foreign.remove(&order.id);
        self.orders.insert(order.id.clone(), known);
        self.numbers.insert(order_id, order.id.clone());
    }

    /// Our number of an order of the venue.
    pub(super) fn order_id(&self, venue_id: &str) -> Option<OrderId> {
        self.orders.get(venue_id).map(|known| known.order_id)
    }

    /// Whether an order was seen and is not ours, as far as is known.
    pub(super) fn is_foreign(&self, venue_id: &str) -> bool {
        self.foreign.contains(venue_id)
    }

    /// The venue's numbers of all orders of which more may come.
    pub(super) fn open(&self) -> Vec<String> {
        let open = self.orders.iter().filter(|(_, known)| !known.has_ended);
        open.map(|(venue_id, _)| venue_id.clone()).collect()
    }

    /// The venue's number of an order of ours.
    pub(super) fn venue_id(&self, order_id: OrderId) -> Option<&str> {
        self.numbers.get(&order_id).map(String::as_str)
    }

    /// Whether nothing more is expected of an order.
    pub(super) fn has_ended(&self, order_id: OrderId) -> bool {
        let known = self.venue_id(order_id).and_then(|venue_id| self.orders.get(venue_id));
        known.is_some_and(|known| known.has_ended)
    }

    /// News of the stream.
    pub(super) fn update(&mut self, update: &Update) -> Vec<BrokerEvent> {
        let order = &update.order;
        if self.learn(order).is_none() {
            return Vec::new();
        }
        let time = update.timestamp.or(update.at).or_else(|| order.time()).unwrap_or_default();
        let mut events = Vec::new();
        match update.event.as_str() {
            "fill" | "partial_fill" => {
                events.extend(self.accept(&order.id, time));
                events.extend(self.streamed_fill(update, time));
                if standing(&order.status) == Some(Standing::Filled) {
                    events.extend(self.end(&order.id, OrderEnd::Filled, time));
                }
            }
            "trade_bust" | "trade_correct" => events.extend(self.correct(update, time)),
            "order_cancel_rejected" => events.extend(
                self.order_id(&order.id)
                    .map(|order_id| BrokerEvent::CancelRefused { order_id, time }),
            ),
            "new" | "accepted" | "pending_new" | "held" | "accepted_for_bidding" => {
                events.extend(self.accept(&order.id, time));
            }
            "canceled" | "expired" | "rejected" | "replaced" => {
                events.extend(self.end(&order.id, end(order, &update.event), time));
            }
            "pending_cancel"
            | "pending_replace"
            | "stopped"
            | "calculated"
            | "suspended"
            | "done_for_day"
            | "order_replace_rejected"
            | "restated" => {}
            other => {
                self.note(format!("unknown event `{other}`"));
                self.suspects.insert(order.id.clone());
            }
        }
        self.suspect(order);
        events
    }

    /// An order as a list or an answer has it.
    pub(super) fn order(&mut self, order: &WireOrder, now: Timestamp) -> Vec<BrokerEvent> {
        let mut events = Vec::new();
        self.learn(order);
        for order in std::iter::once(order).chain(order.legs.iter().flatten()) {
            let time = order.time().unwrap_or(now);
            if !self.orders.contains_key(&order.id) {
                continue;
            }
            match self.standing(order) {
                Standing::Open => events.extend(self.accept(&order.id, time)),
                ended => {
                    let word =
                        if ended == Standing::Canceled { "canceled" } else { &*order.status };
                    if ended == Standing::Filled {
                        events.extend(self.accept(&order.id, time));
                    }
                    events.extend(self.end(&order.id, end(order, word), time));
                }
            }
            self.suspect(order);
        }
        events
    }

    /// What a status means; a word that is not known counts as open, since more may trade then.
    pub(super) fn standing(&mut self, order: &WireOrder) -> Standing {
        standing(&order.status).unwrap_or_else(|| {
            self.note(format!("unknown status `{}`", order.status));
            Standing::Open
        })
    }

    /// Executions as the list of activities has them, oldest first; those of others are left out.
    pub(super) fn fills(&self, activities: &[Activity]) -> Vec<Fill> {
        let mut seen: BTreeMap<(&str, Quantity), u32> = BTreeMap::new();
        let mut rows: BTreeSet<&str> = BTreeSet::new();
        let mut fills = Vec::new();
        for row in activities {
            let Some(known) = self.orders.get(&row.order_id) else { continue };
            if !rows.insert(&row.id) {
                continue;
            }
            let before = seen.entry((&row.order_id, row.cum_qty)).or_default();
            fills.push(Fill {
                execution_id: execution_id(&row.order_id, row.cum_qty, *before),
                order_id: known.order_id,
                symbol: known.symbol.clone(),
                side: known.side,
                quantity: row.qty.shares(),
                price: row.price.0,
                cost: 0.0,
                time: row.transaction_time,
            });
            *before += 1;
        }
        fills
    }

    /// Counts executions that a list has and the stream has not told.
    pub(super) fn missed(&mut self, fills: Vec<Fill>) -> Vec<BrokerEvent> {
        let new = fills.into_iter().filter_map(|fill| {
            let venue_id = fill.execution_id.split('/').next()?.to_owned();
            self.count(&venue_id, fill)
        });
        new.collect()
    }

    /// Orders of which more has traded than was told, by the venue's numbers.
    pub(super) fn suspects(&self) -> &BTreeSet<String> {
        &self.suspects
    }

    /// An order was looked up, and all that is known of it was told.
    pub(super) fn cleared(&mut self, venue_id: &str) {
        self.suspects.remove(venue_id);
        if let Some(known) = self.orders.get_mut(venue_id) {
            known.claimed = known.traded;
        }
    }

    /// Whether something came that only a comparison of everything can mend; told once.
    pub(super) fn take_torn(&mut self) -> bool {
        std::mem::take(&mut self.is_torn)
    }

    /// Words that are not known here, each once.
    #[cfg(test)]
    pub(super) const fn notes(&self) -> &BTreeSet<String> {
        &self.notes
    }

    /// Those that nobody was told of.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.new_notes)
    }

    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < NOTES_MAX && self.notes.insert(note.clone()) {
            self.new_notes.push(note);
        }
    }

    fn accept(&mut self, venue_id: &str, time: Timestamp) -> Option<BrokerEvent> {
        let known = self.orders.get_mut(venue_id)?;
        if known.is_accepted || known.has_ended {
            return None;
        }
        known.is_accepted = true;
        Some(BrokerEvent::Accepted { order_id: known.order_id, time })
    }

    fn end(&mut self, venue_id: &str, end: OrderEnd, time: Timestamp) -> Option<BrokerEvent> {
        let known = self.orders.get_mut(venue_id)?;
        if known.has_ended {
            return None;
        }
        known.has_ended = true;
        let order_id = known.order_id;
        match end {
            OrderEnd::Filled => None,
            OrderEnd::Canceled => Some(BrokerEvent::Canceled { order_id, time }),
            OrderEnd::Expired => Some(BrokerEvent::Expired { order_id, time }),
            OrderEnd::Rejected(reason) => Some(BrokerEvent::Rejected { order_id, reason, time }),
        }
    }

    fn streamed_fill(&mut self, update: &Update, time: Timestamp) -> Option<BrokerEvent> {
        let venue_id = &update.order.id;
        let known = self.orders.get(venue_id)?;
        let name = execution_id(venue_id, update.order.filled(), known.busts);
        let (Some(quantity), Some(price)) = (update.qty, update.price) else {
            // Old frames carry no quantity; the list does.
            self.suspects.insert(venue_id.clone());
            return None;
        };
        let fill = Fill {
            execution_id: name.clone(),
            order_id: known.order_id,
            symbol: known.symbol.clone(),
            side: known.side,
            quantity: quantity.shares(),
            price: price.0,
            cost: 0.0,
            time,
        };
        if let Some(streamed) = &update.execution_id {
            self.streamed.insert(streamed.clone(), name);
        }
        self.count(venue_id, fill)
    }

    fn count(&mut self, venue_id: &str, fill: Fill) -> Option<BrokerEvent> {
        let known = self.orders.get_mut(venue_id)?;
        if let Some(before) = self.executions.get(&fill.execution_id) {
            if (before.quantity, before.price) != (fill.quantity, fill.price) {
                let name = &fill.execution_id;
                let note = format!("execution {name} was told twice with different numbers");
                self.note(note);
                self.is_torn = true;
            }
            return None;
        }
        known.traded = known.traded.plus(Quantity::of(fill.quantity));
        if known.claimed <= known.traded {
            self.suspects.remove(venue_id);
        }
        self.executions.insert(fill.execution_id.clone(), fill.clone());
        Some(BrokerEvent::Filled(fill))
    }

    fn correct(&mut self, update: &Update, time: Timestamp) -> Option<BrokerEvent> {
        let venue_id = &update.order.id;
        let named = update.previous_execution_id.as_ref().or(update.execution_id.as_ref());
        let wrong = named.and_then(|name| self.streamed.get(name)).cloned();
        let old = wrong.and_then(|name| Some((self.executions.get(&name)?.clone(), name)));
        let (Some((old, wrong)), Some(known)) = (old, self.orders.get_mut(venue_id)) else {
            self.note(format!("`{}` of an execution that is not known", update.event));
            self.is_torn = true;
            return None;
        };
        let is_bust = update.event == "trade_bust";
        let quantity = update.qty.filter(|_| !is_bust).map_or(0.0, Quantity::shares);
        let price = update.price.map_or(old.price, |price| price.0);
        let fill = Fill { quantity, price, time, ..old.clone() };
        if (fill.quantity, fill.price) == (old.quantity, old.price) {
            return None;
        }
        known.busts += u32::from(is_bust && old.quantity > 0.0);
        let change = Quantity::of(quantity).minus(Quantity::of(old.quantity));
        known.traded = known.traded.plus(change);
        known.claimed = known.traded;
        self.executions.insert(wrong.clone(), fill.clone());
        Some(BrokerEvent::Corrected { execution_id: wrong, fill })
    }

    /// Remembers an order of which the venue says more than was told.
    fn suspect(&mut self, order: &WireOrder) {
        if let Some(known) = self.orders.get_mut(&order.id) {
            known.claimed = known.claimed.max(order.filled());
            if known.claimed > known.traded {
                self.suspects.insert(order.id.clone());
            }
        }
    }
}

/// The name of an execution in stream and lists alike; quantities of before a bust count apart.
fn execution_id(venue_id: &str, traded: Quantity, busts: u32) -> String {
    match busts {
        0 => format!("{venue_id}/{traded}"),
        busts => format!("{venue_id}/{traded}/{busts}"),
    }
}

/// How an order ended, by a word of the venue.
pub(super) fn end(order: &WireOrder, word: &str) -> OrderEnd {
    match word {
        "expired" => OrderEnd::Expired,
        "rejected" => {
            let reason = order.reject_reason.clone().filter(|reason| !reason.is_empty());
            let reason = reason.unwrap_or_else(|| "the venue gave no reason".to_owned());
            OrderEnd::Rejected(RejectReason::Venue(reason))
        }
        "filled" => OrderEnd::Filled,
        _ => OrderEnd::Canceled,
    }
}

#[cfg(test)]
#[path = "tracker_tests.rs"]
mod tests;
