//! The account behind the double: names and lists of the venue on the books of the house.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::options::SimOptions;
use super::shapes;
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::{
    Brokerage, Fees, HouseEvent, HouseOrder, HouseRecord, VirtualMarket,
};
use crate::domain::{OrderKind, Side, Symbol, TimeInForce};

/// The client number of everybody else.
const FOREIGN: i64 = 9;

/// The account.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) house: Brokerage,
    pub(super) account: String,
    seed: u64,
    names: BTreeMap<u64, Name>,
    /// A word for open orders that nobody knows.
    pub(super) strange_status: Option<&'static str>,
    updates: Vec<Value>,
}

/// What the venue calls an order of the house.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) client_order_id: String,
    pub(super) class: Class,
}

/// How an order belongs to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Simple,
    /// The take-profit of a pair, and the number of its stop.
    Pair(u64),
    /// The stop of a pair, and the number of its take-profit.
    Leg(u64),
}

impl Desk {
    pub(super) fn new(options: &SimOptions) -> Self {
        let market = VirtualMarket::new(options.seed, options.calendar);
        Self {
            house: Brokerage::new(market, options.cash).with_fees(Fees::Free),
            account: options.account.clone(),
            seed: options.seed,
            names: BTreeMap::new(),
            strange_status: None,
            updates: Vec::new(),
        }
    }

    /// Lets time pass; gives the trade updates since the last call, oldest first.
    pub(super) fn advance(&mut self, now: Timestamp) -> Vec<Value> {
        for event in self.house.advance(now) {
            self.update(&event);
        }
        std::mem::take(&mut self.updates)
    }

    /// The venue's name of an order.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{:08x}-0000-4000-8000-{number:012x}", self.seed & 0xffff_ffff)
    }

    /// The order with a name of the venue.
    pub(super) fn number(&self, id: &str) -> Option<u64> {
        let number = u64::from_str_radix(id.rsplit('-').next()?, 16).ok()?;
        (self.names.contains_key(&number) && self.id(number) == id).then_some(number)
    }

    /// The order with a name of a client.
    pub(super) fn by_client(&self, client_order_id: &str) -> Option<u64> {
        let found = self.names.iter().find(|(_, name)| name.client_order_id == client_order_id);
        found.map(|(number, _)| *number)
    }

    pub(super) fn enter(&mut self, number: u64, name: Name) {
        self.names.insert(number, name);
    }

    pub(super) fn name(&self, number: u64) -> Option<&Name> {
        self.names.get(&number)
    }

    /// Every order of the account that is no leg, oldest first.
    pub(super) fn parents(&self) -> impl Iterator<Item = &HouseRecord> {
        self.house.orders().filter(|record| {
            self.names.get(&record.number).is_some_and(|name| !matches!(name.class, Class::Leg(_)))
        })
    }

    /// An order as lists have it, its leg inside.
    pub(super) fn order(&self, number: u64) -> Option<Value> {
        let record = self.house.order(number)?;
        let name = self.names.get(&number)?;
        let mut order = shapes::order(record, name, &self.id(number));
        if let (Some(word), true) = (self.strange_status, record.status.is_open()) {
            order["status"] = word.into();
        }
        if let Class::Pair(leg) = name.class {
            order["legs"] = json!([self.order(leg)?]);
        }
        Some(order)
    }

    /// Cancels an order, and the other one of its pair.
    pub(super) fn cancel(&mut self, now: Timestamp, number: u64) -> bool {
        let class = self.names.get(&number).map_or(Class::Simple, |name| name.class);
        let is_open = self.house.cancel(now, number);
        if let (Class::Pair(other) | Class::Leg(other), true) = (class, is_open) {
            self.house.cancel(now, other);
        }
        is_open
    }

    /// Somebody else trades on the account.
    pub(super) fn foreign(&mut self, symbol: Symbol, signed: f64) {
        let number = self.house.foreign(HouseOrder {
            reference: "foreign".to_owned(),
            client: FOREIGN,
            symbol,
            side: Side::of(signed),
            quantity: signed.abs(),
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Day,
            parent: None,
        });
        let client_order_id = format!("0f0e1611-{number:04x}");
        self.enter(number, Name { client_order_id, class: Class::Simple });
    }

    /// The last order of ours that has traded gets more than it asked for.
    pub(super) fn over_fill(&mut self, quantity: f64) {
        let traded = |record: &&HouseRecord| record.order.client != FOREIGN && record.filled > 0.0;
        let last = self.house.orders().filter(traded).map(|record| record.number).last();
        if let Some(number) = last {
            self.house.over_fill(number, quantity);
        }
    }

    fn update(&mut self, event: &HouseEvent) {
        let (number, word, time) = match event {
            HouseEvent::Accepted { number, time } => (*number, "new", *time),
            HouseEvent::Held { number, time } => (*number, "accepted", *time),
            HouseEvent::Filled { number, quantity, cumulative, time, .. } => {
                let wanted = self.house.order(*number).map_or(0.0, |r| r.order.quantity);
                let is_whole = *cumulative >= wanted - 1e-9 && *quantity > 0.0;
                (*number, if is_whole { "fill" } else { "partial_fill" }, *time)
            }
            HouseEvent::Canceled { number, time } => (*number, "canceled", *time),
            HouseEvent::Rejected { number, time, .. } => (*number, "rejected", *time),
            HouseEvent::Expired { number, time } => (*number, "expired", *time),
            HouseEvent::Commission { .. } => return,
        };
        let (Some(record), Some(name)) = (self.house.order(number), self.names.get(&number)) else {
            return;
        };
        let mut order = shapes::order(record, name, &self.id(number));
        let mut data = json!({"event": word, "timestamp": time, "at": time});
        match event {
            HouseEvent::Filled { execution, quantity, price, cumulative, average, .. } => {
                order["filled_qty"] = cumulative.to_string().into();
                order["filled_avg_price"] = average.to_string().into();
                order["status"] =
                    if word == "fill" { "filled" } else { "partially_filled" }.into();
                data["execution_id"] = format!("57ea-{execution}").into();
                data["price"] = price.to_string().into();
                data["qty"] = quantity.to_string().into();
            }
            HouseEvent::Accepted { .. } => {
                order["filled_qty"] = "0".into();
                order["status"] = "new".into();
            }
            _ => {}
        }
        data["order"] = order;
        self.updates.push(data);
    }
}
