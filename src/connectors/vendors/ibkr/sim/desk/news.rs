//! What happened at the house, told to those whom it concerns; and mistakes of the broker.

use super::super::message::{Reply, WireOrder};
use super::book::{Book, Entry};
use super::front::{Desk, Line};
use super::span::stamp;
use crate::connectors::simulated::brokerage::{HouseEvent, HouseOrder};
use crate::domain::{OrderKind, Side, Symbol, TimeInForce};

impl Desk {
    pub(super) fn tell(&mut self, events: Vec<HouseEvent>) {
        for event in events {
            self.tell_one(event);
        }
    }

    fn tell_one(&mut self, event: HouseEvent) {
        match event {
            HouseEvent::Accepted { number, .. } => self.tell_order(number),
            HouseEvent::Held { number, .. } => self.tell_held(number),
            HouseEvent::Filled { number, execution, .. } => self.tell_fill(number, &execution),
            HouseEvent::Commission { execution, .. } => {
                let found = self.house.executions().iter().find(|e| e.execution == execution);
                let Some(found) = found.cloned() else { return };
                for line in self.owners(found.number) {
                    self.say_commission(line, &found);
                }
                self.tell_account(&found.symbol);
            }
            HouseEvent::Canceled { number, .. } | HouseEvent::Expired { number, .. } => {
                for line in self.owners(number) {
                    self.say_status(line, number);
                    let id = self.order_id(number);
                    self.error(line, id, 202, "Order Canceled - reason:");
                }
            }
            HouseEvent::Rejected { number, reason, .. } => {
                for line in self.owners(number) {
                    let id = self.order_id(number);
                    self.error(line, id, 201, &format!("Order rejected - reason:{reason}"));
                    self.say_status(line, number);
                }
            }
        }
    }

    fn tell_order(&mut self, number: u64) {
        for line in self.owners(number) {
            self.say_order(line, number);
            self.say_status(line, number);
        }
    }

    fn tell_held(&mut self, number: u64) {
        let Some(record) = self.house.order(number) else { return };
        let market = self.house.market();
        let open = market.coming_session(self.now).map(|session| stamp(market, session.open));
        let word = if record.order.side == Side::Buy { "BUY" } else { "SELL" };
        let text = format!(
            "Order Message:\n{word} {} {}\nWarning: Your order will not be placed at the exchange until {}.",
            record.order.quantity,
            record.order.symbol,
            open.unwrap_or_default(),
        );
        for line in self.owners(number) {
            let id = self.order_id(number);
            self.error(line, id, 399, &text);
            self.say_order(line, number);
            self.say_status(line, number);
        }
    }

    fn tell_fill(&mut self, number: u64, execution: &str) {
        let found = self.house.executions().iter().find(|e| e.execution == execution).cloned();
        let Some(found) = found else { return };
        for line in self.owners(number) {
            self.say_execution(line, -1, &found);
            self.say_order(line, number);
            self.say_status(line, number);
        }
        let key = self.book.by_number(number).map(|e| (e.order.client_id, e.order.order_id));
        if let Some(quantity) = key.and_then(|key| self.over_fills.remove(&key)) {
            self.over_fill(number, quantity);
        }
    }

    /// Who is told of an order: its client.
    fn owners(&self, number: u64) -> Vec<Line> {
        let Some(entry) = self.book.by_number(number) else { return Vec::new() };
        let is_owner = |client: i32| client == entry.order.client_id;
        let owners = self.clients.iter().filter(|(_, client)| is_owner(client.id));
        owners.map(|(line, _)| *line).collect()
    }

    fn order_id(&self, number: u64) -> i32 {
        self.book.by_number(number).map_or(0, |entry| entry.order.order_id)
    }

    /// An order trades too much: now if it has traded, otherwise with its first trade.
    pub(crate) fn over_fill_order(&mut self, client_id: i32, order_id: i32, quantity: f64) {
        let number = self.book.by_id(client_id, order_id).map(|entry| entry.number);
        let has_traded = number
            .and_then(|number| self.house.order(number))
            .is_some_and(|record| record.filled > 0.0);
        match number {
            Some(number) if has_traded => self.over_fill(number, quantity),
            _ => {
                self.over_fills.insert((client_id, order_id), quantity);
            }
        }
    }

    fn over_fill(&mut self, number: u64, quantity: f64) {
        self.house.over_fill(number, quantity);
        self.advance(self.now);
    }

    /// Somebody else sends a market order by hand: client 0, without an order id.
    pub(crate) fn foreign_order(&mut self, symbol: &str, signed: f64) {
        let Ok(symbol) = symbol.parse::<Symbol>() else { return };
        if signed == 0.0 || !signed.is_finite() {
            return;
        }
        let number = self.house.orders().count() as u64 + 1;
        let contract = self.contract_of(&symbol);
        let side = Side::of(signed);
        let order = WireOrder {
            perm_id: Book::perm_id(number),
            action: if side == Side::Buy { "BUY" } else { "SELL" }.to_owned(),
            total_quantity: signed.abs(),
            order_type: "MKT".to_owned(),
            tif: "DAY".to_owned(),
            transmit: true,
            account: self.account(),
            ..WireOrder::default()
        };
        self.book.add(Entry { number, order, contract });
        self.house.foreign(HouseOrder {
            reference: String::new(),
            client: 0,
            symbol,
            side,
            quantity: signed.abs(),
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Day,
            parent: None,
        });
        self.advance(self.now);
    }

    /// Corrects an execution and tells its client.
    pub(crate) fn correct(&mut self, exec_id: &str, price_change: f64) {
        let Some(corrected) = self.house.correct(exec_id, price_change) else { return };
        for line in self.owners(corrected.number) {
            self.say_execution(line, -1, &corrected);
            self.say_commission(line, &corrected);
        }
        self.tell_account(&corrected.symbol);
    }

    /// Refuses an order before it gets to the house.
    pub(crate) fn reject(&mut self, line: Line, order_id: i32, code: i32, text: &str) {
        self.error(line, order_id, code, text);
    }

    /// The order that a message is about: client id and order id.
    pub(crate) fn order_of(reply: &Reply) -> Option<(i32, i32)> {
        match reply {
            Reply::OpenOrder { order, .. } => Some((order.client_id, order.order_id)),
            Reply::OrderStatus { client_id, order_id, .. } => Some((*client_id, *order_id)),
            Reply::ExecutionData { execution, .. } => {
                Some((execution.client_id, execution.order_id))
            }
            _ => None,
        }
    }
}
