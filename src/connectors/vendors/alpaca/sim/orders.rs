//! Orders that are posted: what the venue takes and what it refuses.

use serde_json::Value;

use super::desk::{Class, Desk, Name};
use super::wire::Response;
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::{HouseOrder, HouseStatus};
use crate::domain::{OrderKind, Side, Symbol, TimeInForce};

const INVALID: i64 = 42_210_000;
const NOT_ALLOWED: i64 = 40_310_000;

/// Takes an order, or says why not.
pub(super) fn post(desk: &mut Desk, now: Timestamp, body: &[u8]) -> Result<u64, Response> {
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid("no JSON"))?;
    let client_order_id = text(&body, "client_order_id")
        .map_or_else(|| format!("c0ffee-{}", now.nanos()), ToOwned::to_owned);
    if client_order_id.len() > 128 {
        return Err(invalid("client_order_id must be at most 128 characters"));
    }
    if desk.by_client(&client_order_id).is_some() {
        return Err(Response::refusal(422, 40_010_001, "client_order_id must be unique"));
    }
    let order = read(&body, &client_order_id)?;
    if text(&body, "order_class") == Some("oco") {
        return pair(desk, now, &body, order);
    }
    available(desk, &order)?;
    let number = desk.house.place(now, order);
    accepted(desk, number)?;
    desk.enter(number, Name { client_order_id, class: Class::Simple });
    Ok(number)
}

fn pair(desk: &mut Desk, now: Timestamp, body: &Value, order: HouseOrder) -> Result<u64, Response> {
    let price = |part: &str, name: &str| number(body.get(part)?, name);
    let limit = price("take_profit", "limit_price").ok_or_else(|| invalid("no take_profit"))?;
    let stop = price("stop_loss", "stop_price").ok_or_else(|| invalid("no stop_loss"))?;
    let entry = desk.house.orders().filter(|record| {
        record.order.symbol == order.symbol
            && record.order.side != order.side
            && record.status == HouseStatus::Filled
    });
    let parent = entry.map(|record| record.number).last();
    if parent.is_none() || order.quantity.fract() != 0.0 {
        return Err(Response::refusal(403, NOT_ALLOWED, "oco orders need a position of whole shares"));
    }
    available(desk, &order)?;
    let client_order_id = order.reference.clone();
    let profit = HouseOrder { kind: OrderKind::Limit { limit_price: limit }, parent, ..order };
    let kind = match price("stop_loss", "limit_price") {
        Some(limit_price) => OrderKind::StopLimit { stop_price: stop, limit_price },
        None => OrderKind::Stop { stop_price: stop },
    };
    let guard = HouseOrder { kind, reference: String::new(), ..profit.clone() };
    let profit = desk.house.place(now, profit);
    accepted(desk, profit)?;
    let guard = desk.house.place(now, guard);
    desk.enter(profit, Name { client_order_id, class: Class::Pair(guard) });
    let own = format!("1e9-{guard:08x}");
    desk.enter(guard, Name { client_order_id: own, class: Class::Leg(profit) });
    Ok(profit)
}

fn accepted(desk: &Desk, number: u64) -> Result<(), Response> {
    match desk.house.order(number) {
        Some(record) if record.status == HouseStatus::Rejected => {
            Err(Response::refusal(403, NOT_ALLOWED, &record.reason))
        }
        _ => Ok(()),
    }
}

/// Shares of a long position can be sold once; what is beyond it cannot be sold in the same order.
fn available(desk: &Desk, order: &HouseOrder) -> Result<(), Response> {
    let held = desk.house.positions().get(&order.symbol).map_or(0.0, |p| p.quantity);
    if order.side == Side::Buy || held <= 0.0 {
        return Ok(());
    }
    let promised: f64 = desk
        .parents()
        .filter(|r| r.status.is_open() && r.order.symbol == order.symbol)
        .filter(|record| record.order.side == Side::Sell)
        .map(crate::connectors::simulated::brokerage::HouseRecord::remaining)
        .sum();
    let available = held - promised;
    if order.quantity > available + 1e-9 {
        let wanted = order.quantity;
        let text = format!(
            "insufficient qty available for order (requested: {wanted}, available: {available})"
        );
        return Err(Response::refusal(403, NOT_ALLOWED, &text));
    }
    Ok(())
}

fn read(body: &Value, reference: &str) -> Result<HouseOrder, Response> {
    let word = |name: &str| text(body, name).unwrap_or_default();
    let symbol: Symbol = word("symbol").parse().map_err(|_| invalid("invalid symbol"))?;
    let side = match word("side") {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        _ => return Err(invalid("invalid side")),
    };
    let quantity = number(body, "qty").filter(|quantity| *quantity > 0.0);
    let quantity = quantity.ok_or_else(|| invalid("qty must be > 0"))?;
    let price = |name: &str| number(body, name).map_or(Ok(0.0), |price| on_tick(name, price));
    let (limit_price, stop_price) = (price("limit_price")?, price("stop_price")?);
    let time_in_force = match word("time_in_force") {
        "day" | "opg" | "cls" => TimeInForce::Day,
        "gtc" => TimeInForce::Gtc,
        "ioc" => TimeInForce::Ioc,
        "fok" => TimeInForce::Fok,
        _ => return Err(invalid("invalid time_in_force")),
    };
    if quantity.fract() != 0.0 && word("time_in_force") != "day" {
        return Err(invalid("fractional orders must be DAY orders"));
    }
    let kind = match (word("type"), word("time_in_force")) {
        ("market", "opg") => OrderKind::MarketOnOpen,
        ("market", "cls") => OrderKind::MarketOnClose,
        ("market", _) => OrderKind::Market,
        ("limit", _) => OrderKind::Limit { limit_price },
        ("stop", _) => OrderKind::Stop { stop_price },
        ("stop_limit", _) => OrderKind::StopLimit { stop_price, limit_price },
        _ => return Err(invalid("invalid type")),
    };
    let reference = reference.to_owned();
    let parent = None;
    Ok(HouseOrder { reference, client: 0, symbol, side, quantity, kind, time_in_force, parent })
}

fn on_tick(name: &str, price: f64) -> Result<f64, Response> {
    let ticks = if price < 1.0 { price * 1e4 } else { price * 1e2 };
    if (ticks - ticks.round()).abs() < 1e-6 {
        return Ok(price);
    }
    let text = format!(
        "invalid {name} {price}. sub-penny increment does not fulfill minimum pricing criteria"
    );
    Err(invalid(&text))
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}

/// A number, as text or not.
fn number(body: &Value, name: &str) -> Option<f64> {
    let value = body.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn invalid(message: &str) -> Response {
    Response::refusal(422, INVALID, message)
}
