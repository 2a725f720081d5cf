//! Orders that come in: checked, parked, placed, changed, canceled.

use super::super::message::{ContractKey, OrderState, Reply, Request, WireOrder};
use super::book::{Book, Entry};
use super::front::{Desk, Line, Parked};
use crate::connectors::simulated::brokerage::{Fees, HouseOrder};
use crate::domain::{OrderKind, Side, Symbol, TimeInForce};

/// Why an order is refused: code and text.
type Refusal = (i32, String);

impl Desk {
    /// Carries out a request about orders; gives back what is not one.
    pub(super) fn handle_orders(&mut self, line: Line, request: Request) -> Option<Request> {
        let writes = matches!(
            request,
            Request::PlaceOrder { .. } | Request::CancelOrder { .. } | Request::GlobalCancel
        );
        if writes && self.options.is_read_only {
            let id = match &request {
                Request::PlaceOrder { id, .. } | Request::CancelOrder { id } => *id,
                _ => -1,
            };
            let text = "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode.";
            self.error(line, id, 321, text);
            return None;
        }
        match request {
            Request::PlaceOrder { id, contract, mut order } => {
                order.order_id = id;
                order.client_id = self.client_id(line);
                if let Err((code, text)) = self.take_order(line, contract, *order) {
                    self.error(line, id, code, &text);
                }
            }
            Request::CancelOrder { id } => self.cancel_order(line, id),
            Request::GlobalCancel => {
                let open: Vec<u64> = self
                    .house
                    .orders()
                    .filter(|record| record.status.is_open())
                    .map(|record| record.number)
                    .collect();
                for number in open {
                    self.house.cancel(self.now, number);
                }
                self.advance(self.now);
            }
            Request::OpenOrders => self.say_open_orders(line),
            Request::AllOpenOrders => self.say_all_open_orders(line),
            Request::AutoOpenOrders { bind } => self.bind_orders(line, bind),
            Request::Executions { id, filter } => self.say_executions(line, id, &filter),
            Request::CompletedOrders { .. } => self.say_completed_orders(line),
            request => return Some(request),
        }
        None
    }

    fn take_order(
        &mut self,
        line: Line,
        asked: ContractKey,
        order: WireOrder,
    ) -> Result<(), Refusal> {
        let unknown = || (200, "No security definition has been found for the request".to_owned());
        let (symbol, contract) = self.resolve(&asked).ok_or_else(unknown)?;
        check(&order)?;
        kind_of(&order)?;
        if order.what_if {
            self.say_what_if(line, &symbol, contract, order);
            return Ok(());
        }
        let (client_id, order_id) = (order.client_id, order.order_id);
        if let Some(entry) = self.book.by_id(client_id, order_id) {
            return self.modify_order(entry.number, &symbol, order);
        }
        let is_parked = |parked: &Parked| {
            parked.order.client_id == client_id && parked.order.order_id == order_id
        };
        let next = self.next_ids.entry(client_id).or_insert(1);
        self.parked.retain(|parked| !is_parked(parked));
        *next = (*next).max(order_id.saturating_add(1));
        self.parked.push(Parked { contract, order: order.clone() });
        if order.transmit { self.transmit(&order) } else { Ok(()) }
    }

    /// Sends an order and those of its family that wait for it.
    fn transmit(&mut self, order: &WireOrder) -> Result<(), Refusal> {
        let family = if order.parent_id == 0 { order.order_id } else { order.parent_id };
        let is_of = |parked: &Parked| {
            let other = &parked.order;
            other.client_id == order.client_id
                && (other.order_id == order.order_id
                    || other.order_id == family
                    || other.parent_id == family)
        };
        let (mine, rest) = std::mem::take(&mut self.parked).into_iter().partition(is_of);
        self.parked = rest;
        let mut family: Vec<Parked> = mine;
        family.sort_by_key(|parked| (parked.order.parent_id != 0, parked.order.order_id));
        let mut outcome = Ok(());
        for parked in family {
            let result = self.send_order(parked);
            outcome = outcome.and(result);
        }
        self.advance(self.now);
        outcome
    }

    fn send_order(&mut self, parked: Parked) -> Result<(), Refusal> {
        let Parked { contract, mut order } = parked;
        let parent = match order.parent_id {
            0 => None,
            id => {
                let found = self.book.by_id(order.client_id, id).map(|entry| entry.number);
                Some(found.ok_or_else(|| {
                    (135, "Can't find order with id =".to_owned() + &id.to_string())
                })?)
            }
        };
        let (kind, time_in_force) = kind_of(&order)?;
        let symbol = contract.symbol.replace(' ', ".").parse::<Symbol>();
        let symbol = symbol.map_err(|error| (200, error.to_string()))?;
        let house_order = HouseOrder {
            reference: order.order_ref.clone(),
            client: i64::from(order.client_id),
            symbol,
            side: side_of(&order),
            quantity: order.total_quantity,
            kind,
            time_in_force,
            parent,
        };
        // The entry must be there before anything is told of the order.
        let number = self.house.orders().count() as u64 + 1;
        order.perm_id = Book::perm_id(number);
        if order.account.is_empty() {
            order.account = self.account();
        }
        self.book.add(Entry { number, order, contract });
        self.house.place(self.now, house_order);
        Ok(())
    }

    fn modify_order(
        &mut self,
        number: u64,
        symbol: &Symbol,
        order: WireOrder,
    ) -> Result<(), Refusal> {
        let Some(record) = self.house.order(number) else { return Ok(()) };
        if !record.status.is_open() {
            let is_filled = record.filled > 0.0;
            let (code, text) = if is_filled {
                (104, "Cannot modify a filled order.")
            } else {
                (103, "Duplicate order id")
            };
            return Err((code, text.to_owned()));
        }
        if record.order.symbol != *symbol || record.order.side != side_of(&order) {
            let text = "Order being modified does not match original order";
            return Err((105, text.to_owned()));
        }
        let (kind, _) = kind_of(&order)?;
        if !self.house.modify(self.now, number, order.total_quantity, kind) {
            return Err((201, "Order rejected - reason:the change is not possible".to_owned()));
        }
        if let Some(entry) = self.book.change(number) {
            let old = entry.order.clone();
            entry.order = WireOrder { perm_id: old.perm_id, account: old.account, ..order };
        }
        self.advance(self.now);
        Ok(())
    }

    fn cancel_order(&mut self, line: Line, id: i32) {
        let client_id = self.client_id(line);
        let before = self.parked.len();
        self.parked
            .retain(|parked| (parked.order.client_id, parked.order.order_id) != (client_id, id));
        let Some(number) = self.book.by_id(client_id, id).map(|entry| entry.number) else {
            if before == self.parked.len() {
                let text = format!("OrderId {id} that needs to be cancelled is not found.");
                self.error(line, id, 10147, &text);
            }
            return;
        };
        if !self.house.cancel(self.now, number) {
            let status = self.house.order(number).map_or("", super::lists::status_of);
            let text = format!(
                "OrderId {id} that needs to be cancelled cannot be cancelled, state: {status}."
            );
            self.error(line, id, 10148, &text);
        }
        self.advance(self.now);
    }

    fn say_what_if(
        &mut self,
        line: Line,
        symbol: &Symbol,
        contract: ContractKey,
        order: WireOrder,
    ) {
        let price = self.house.market().last(symbol, self.now);
        let value = price * order.total_quantity;
        let held = self.house.positions().get(symbol).map_or(0.0, |position| position.quantity);
        let after = (held + side_of(&order).sign() * order.total_quantity).abs() - held.abs();
        let (initial, maintenance, equity) = self.margins(0.0);
        let (initial_after, maintenance_after, _) = self.margins(after * price);
        let commission = Fees::PerShare.of(order.total_quantity, value);
        let state = OrderState {
            status: "PreSubmitted".to_owned(),
            init_margin_before: Some(initial),
            maint_margin_before: Some(maintenance),
            equity_with_loan_before: Some(equity),
            init_margin_change: Some(initial_after - initial),
            maint_margin_change: Some(maintenance_after - maintenance),
            equity_with_loan_change: Some(0.0),
            init_margin_after: Some(initial_after),
            maint_margin_after: Some(maintenance_after),
            equity_with_loan_after: Some(equity),
            commission: Some(commission),
            min_commission: None,
            max_commission: None,
            commission_currency: "USD".to_owned(),
            ..OrderState::default()
        };
        let order = Box::new(order);
        self.say(line, Reply::OpenOrder { contract, order, state: Box::new(state) });
    }
}

/// What the gateway itself refuses.
fn check(order: &WireOrder) -> Result<(), Refusal> {
    if order.total_quantity <= 0.0 {
        return Err((434, "The order size cannot be zero.".to_owned()));
    }
    if order.total_quantity.fract() != 0.0 {
        return Err((10243, "Fractional-sized order cannot be placed via API.".to_owned()));
    }
    let is_off = |price: f64| ((price * 100.0).round() - price * 100.0).abs() > 1e-6;
    if [order.limit_price, order.aux_price].into_iter().flatten().any(is_off) {
        let text = "The price does not conform to the minimum price variation for this contract.";
        return Err((110, text.to_owned()));
    }
    Ok(())
}

fn side_of(order: &WireOrder) -> Side {
    if order.action == "BUY" { Side::Buy } else { Side::Sell }
}

/// Kind and time in force of an order.
fn kind_of(order: &WireOrder) -> Result<(OrderKind, TimeInForce), Refusal> {
    let price = |price: Option<f64>, name: &str| {
        price.ok_or_else(|| {
            (321, format!("Error validating request.-'bN' : cause - {name} is missing"))
        })
    };
    let is_on_open = order.tif == "OPG";
    let kind = match order.order_type.as_str() {
        "MKT" if is_on_open => OrderKind::MarketOnOpen,
        "MKT" => OrderKind::Market,
        "MOC" => OrderKind::MarketOnClose,
        "LMT" if !is_on_open => {
            OrderKind::Limit { limit_price: price(order.limit_price, "the limit price")? }
        }
        "STP" => OrderKind::Stop { stop_price: price(order.aux_price, "the stop price")? },
        "STP LMT" => OrderKind::StopLimit {
            stop_price: price(order.aux_price, "the stop price")?,
            limit_price: price(order.limit_price, "the limit price")?,
        },
        _ => {
            let text = "Unsupported order type for this exchange and security type.";
            return Err((387, text.to_owned()));
        }
    };
    let time_in_force = match order.tif.as_str() {
        "GTC" => TimeInForce::Gtc,
        "IOC" => TimeInForce::Ioc,
        "FOK" => TimeInForce::Fok,
        _ => TimeInForce::Day,
    };
    Ok((kind, time_in_force))
}
