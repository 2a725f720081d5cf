//! Lists of orders and executions.

use super::super::message::{Execution, ExecutionFilter, OrderState, Reply};
use super::book::Entry;
use super::front::{Desk, Line};
use super::span::{read_time, stamp};
use crate::connectors::simulated::brokerage::{HouseExecution, HouseRecord, HouseStatus};
use crate::domain::Side;

/// The broker's word for where an order stands.
pub(super) fn status_of(record: &HouseRecord) -> &'static str {
    match record.status {
        HouseStatus::Waiting | HouseStatus::Held => "PreSubmitted",
        HouseStatus::Working => "Submitted",
        HouseStatus::Filled => "Filled",
        HouseStatus::Canceled | HouseStatus::Expired => "Cancelled",
        HouseStatus::Rejected => "Inactive",
    }
}

impl Desk {
    /// Orders of this client; client 0 also takes over those that no client sent.
    pub(super) fn say_open_orders(&mut self, line: Line) {
        let client_id = self.client_id(line);
        if client_id == 0 {
            self.bind_all(line);
        }
        self.say_open(line, |entry| entry.order.client_id == client_id);
        self.say(line, Reply::OpenOrderEnd);
    }

    pub(super) fn say_all_open_orders(&mut self, line: Line) {
        self.say_open(line, |_| true);
        self.say(line, Reply::OpenOrderEnd);
    }

    pub(super) fn bind_orders(&mut self, line: Line, bind: bool) {
        if self.client_id(line) != 0 {
            self.error(line, -1, 321, "Error validating request.-'bI' : cause - Only the default client (i.e. 0) can auto bind orders.");
        } else if bind {
            self.bind_all(line);
        }
    }

    fn bind_all(&mut self, line: Line) {
        let unbound: Vec<u64> = self
            .book
            .all()
            .filter(|entry| entry.order.order_id == 0 && entry.order.client_id == 0)
            .map(|entry| entry.number)
            .collect();
        for number in unbound {
            let next = self.next_ids.entry(0).or_insert(1);
            let order_id = *next;
            *next += 1;
            let Some(entry) = self.book.change(number) else { continue };
            entry.order.order_id = order_id;
            let perm_id = entry.order.perm_id;
            self.say(line, Reply::OrderBound { perm_id, client_id: 0, order_id });
        }
    }

    fn say_open(&mut self, line: Line, is_wanted: impl Fn(&Entry) -> bool) {
        let is_open = |entry: &&Entry| {
            let record = self.house.order(entry.number);
            is_wanted(entry) && record.is_some_and(|record| record.status.is_open())
        };
        let numbers: Vec<u64> = self.book.all().filter(is_open).map(|entry| entry.number).collect();
        for number in numbers {
            self.say_order(line, number);
            self.say_status(line, number);
        }
    }

    pub(super) fn say_order(&mut self, line: Line, number: u64) {
        let (Some(entry), Some(record)) = (self.book.by_number(number), self.house.order(number))
        else {
            return;
        };
        let mut order = entry.order.clone();
        order.total_quantity = record.order.quantity;
        order.filled_quantity = record.filled;
        let state = OrderState { status: status_of(record).to_owned(), ..OrderState::default() };
        let contract = entry.contract.clone();
        let (order, state) = (Box::new(order), Box::new(state));
        self.say(line, Reply::OpenOrder { contract, order, state });
    }

    pub(super) fn say_status(&mut self, line: Line, number: u64) {
        let (Some(entry), Some(record)) = (self.book.by_number(number), self.house.order(number))
        else {
            return;
        };
        let reply = Reply::OrderStatus {
            order_id: entry.order.order_id,
            status: status_of(record).to_owned(),
            filled: record.filled,
            remaining: record.remaining(),
            average_price: record.average,
            perm_id: entry.order.perm_id,
            parent_id: entry.order.parent_id,
            last_price: record.last_price,
            client_id: entry.order.client_id,
            why_held: if record.status == HouseStatus::Waiting { "child" } else { "" }.to_owned(),
            market_cap_price: 0.0,
        };
        self.say(line, reply);
    }

    /// Orders that have ended since the day began, of all clients.
    pub(super) fn say_completed_orders(&mut self, line: Line) {
        let market = self.house.market();
        let zone = market.calendar().zone();
        let today = self.now.date_in(zone);
        let mut replies = Vec::new();
        for entry in self.book.all() {
            let Some(record) = self.house.order(entry.number) else { continue };
            let Some(ended) = record.ended_at.filter(|at| at.date_in(zone) == today) else {
                continue;
            };
            let completed_status = match record.status {
                HouseStatus::Filled => format!("Filled Size: {}", record.filled),
                HouseStatus::Canceled => "Cancelled by Trader".to_owned(),
                HouseStatus::Expired => "Cancelled by System: expired".to_owned(),
                _ => format!("Inactive: {}", record.reason),
            };
            let state = OrderState {
                status: status_of(record).to_owned(),
                completed_time: stamp(market, ended),
                completed_status,
                reject_reason: record.reason.clone(),
                ..OrderState::default()
            };
            let mut order = entry.order.clone();
            // Completed orders bear no id, only the broker's.
            order.order_id = 0;
            order.total_quantity = record.order.quantity;
            order.filled_quantity = record.filled;
            let contract = entry.contract.clone();
            let (order, state) = (Box::new(order), Box::new(state));
            replies.push(Reply::CompletedOrder { contract, order, state });
        }
        for reply in replies {
            self.say(line, reply);
        }
        self.say(line, Reply::CompletedOrdersEnd);
    }

    pub(super) fn say_executions(&mut self, line: Line, id: i32, filter: &ExecutionFilter) {
        let executions: Vec<HouseExecution> = self.house.executions().to_vec();
        for execution in &executions {
            if self.is_wanted(execution, filter) {
                self.say_execution(line, id, execution);
                self.say_commission(line, execution);
            }
        }
        self.say(line, Reply::ExecutionDataEnd { id });
    }

    fn is_wanted(&self, execution: &HouseExecution, filter: &ExecutionFilter) -> bool {
        let Some(entry) = self.book.by_number(execution.number) else { return false };
        let market = self.house.market();
        let zone = market.calendar().zone();
        let days = i64::from(filter.last_n_days.unwrap_or(1) - 1);
        let first = self.now.saturating_add_nanos(-days * 86_400_000_000_000).date_in(zone);
        let since = read_time(market, &filter.time);
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let side = if execution.side == Side::Buy { "BUY" } else { "SELL" };
        let date = execution.time.date_in(zone);
        let number = date.strftime("%Y%m%d").to_string().parse::<i32>().unwrap_or_default();
        let is_in_time = if filter.specific_dates.is_empty() {
            date >= first
        } else {
            filter.specific_dates.contains(&number)
        };
        is_in_time
            && since.is_none_or(|since| execution.time >= since)
            && (filter.client_id == 0 || filter.client_id == entry.order.client_id)
            && is(&filter.account, &entry.order.account)
            && is(&filter.symbol, &entry.contract.symbol)
            && is(&filter.side, side)
    }

    /// Tells of an execution; `id` is −1 if nobody asked.
    pub(super) fn say_execution(&mut self, line: Line, id: i32, execution: &HouseExecution) {
        let Some(entry) = self.book.by_number(execution.number) else { return };
        let reply = Reply::ExecutionData {
            id,
            contract: entry.contract.clone(),
            execution: Box::new(Execution {
                order_id: entry.order.order_id,
                client_id: entry.order.client_id,
                perm_id: entry.order.perm_id,
                exec_id: execution.execution.clone(),
                time: stamp(self.house.market(), execution.time),
                account: entry.order.account.clone(),
                exchange: "ARCA".to_owned(),
                side: if execution.side == Side::Buy { "BOT" } else { "SLD" }.to_owned(),
                shares: execution.quantity,
                price: execution.price,
                cumulative_quantity: execution.cumulative,
                average_price: execution.average,
                order_ref: entry.order.order_ref.clone(),
            }),
        };
        self.say(line, reply);
    }

    pub(super) fn say_commission(&mut self, line: Line, execution: &HouseExecution) {
        let reply = Reply::CommissionReport {
            exec_id: execution.execution.clone(),
            commission: execution.commission,
            currency: "USD".to_owned(),
            realized_pnl: execution.realized,
        };
        self.say(line, reply);
    }
}
