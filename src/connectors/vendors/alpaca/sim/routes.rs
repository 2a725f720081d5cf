//! What is answered on which path.

use serde_json::{Value, json};

use super::desk::Desk;
use super::wire::{Request, Response};
use super::{market, orders, shapes};
use crate::base::{Timestamp, parse_date};
use crate::domain::{Calendar, Symbol};

/// A symbol that nobody trades.
const UNKNOWN: &str = "ZZZZ";

/// Answers a request.
pub(super) fn answer(desk: &mut Desk, request: &Request, now: Timestamp) -> Response {
    let path = request.path.as_str();
    match (request.method.as_str(), path) {
        ("GET", "/v2/account") => Response::json(&shapes::account(desk, now)),
        ("GET", "/v2/positions") => Response::json(&shapes::positions(desk, now)),
        ("GET", "/v2/clock") => clock(desk, now),
        ("GET", "/v2/calendar") => calendar(desk.house.market().calendar(), request),
        ("GET", "/v2/orders") => list(desk, request),
        ("GET", "/v2/account/activities/FILL") => activities(desk, request),
        ("GET", "/v2/stocks/bars") => market::bars(desk.house.market(), request, now),
        ("GET", "/v2/stocks/quotes/latest") => market::latest(desk.house.market(), request, now),
        ("POST", "/v2/orders") => match orders::post(desk, now, &request.body) {
            Ok(number) => one(desk, Some(number)),
            Err(refusal) => refusal,
        },
        ("GET", "/v2/orders:by_client_order_id") => {
            let name = request.query("client_order_id").unwrap_or_default();
            let number = desk.by_client(name);
            one(desk, number)
        }
        (method, path) => match (method, path.rsplit_once('/')) {
            ("GET", Some(("/v2/orders", id))) => one(desk, desk.number(id)),
            ("DELETE", Some(("/v2/orders", id))) => cancel(desk, id, now),
            ("GET", Some(("/v2/assets", symbol))) => asset(symbol),
            _ => not_found(),
        },
    }
}

fn not_found() -> Response {
    Response::refusal(404, 40_410_000, "not found")
}

fn one(desk: &Desk, number: Option<u64>) -> Response {
    let order = number.and_then(|number| desk.order(number));
    order.map_or_else(not_found, |order| Response::json(&order))
}

fn cancel(desk: &mut Desk, id: &str, now: Timestamp) -> Response {
    let Some(number) = desk.number(id) else { return not_found() };
    if desk.cancel(now, number) {
        return Response::status(204);
    }
    Response::refusal(422, 42_210_000, "order is not cancelable")
}

fn list(desk: &Desk, request: &Request) -> Response {
    let after = request.query("after").and_then(|text| text.parse::<Timestamp>().ok());
    let limit = request.query("limit").and_then(|text| text.parse().ok()).unwrap_or(50);
    let is_wanted = |is_open: bool| match request.query("status").unwrap_or("open") {
        "all" => true,
        "closed" => !is_open,
        _ => is_open,
    };
    let mut rows: Vec<u64> = desk
        .parents()
        .filter(|record| is_wanted(record.status.is_open()))
        .filter(|record| after.is_none_or(|after| record.placed_at > after))
        .map(|record| record.number)
        .collect();
    if request.query("direction") != Some("asc") {
        rows.reverse();
    }
    let rows: Vec<Value> =
        rows.into_iter().take(limit).filter_map(|number| desk.order(number)).collect();
    Response::json(&rows.into())
}

fn activities(desk: &Desk, request: &Request) -> Response {
    let after = request.query("after").and_then(|text| text.parse::<Timestamp>().ok());
    let size = request.query("page_size").and_then(|text| text.parse().ok()).unwrap_or(100);
    let known = desk.house.executions().iter().enumerate();
    let rows: Vec<Value> = known
        .filter(|(_, execution)| after.is_none_or(|after| execution.time > after))
        .map(|(place, execution)| shapes::activity(desk, execution, place))
        .collect();
    let token = request.query("page_token");
    let start = token.map_or(0, |token| {
        rows.iter().position(|row| row["id"] == token).map_or(rows.len(), |place| place + 1)
    });
    Response::json(&rows.into_iter().skip(start).take(size).collect())
}

fn clock(desk: &Desk, now: Timestamp) -> Response {
    let market = desk.house.market();
    let calendar = market.calendar();
    let next = calendar.next_session(now.date_in(calendar.zone())).ok();
    let coming = market.coming_session(now);
    let is_open = market.is_open(now);
    let next_open = if is_open { next } else { coming };
    Response::json(&json!({
        "timestamp": now,
        "is_open": is_open,
        "next_open": next_open.map(|session| session.open),
        "next_close": coming.map(|session| session.close),
    }))
}

fn calendar(calendar: &Calendar, request: &Request) -> Response {
    let date = |name: &str| request.query(name).and_then(|text| parse_date(text).ok());
    let (Some(mut date), Some(last)) = (date("start"), date("end")) else {
        return Response::refusal(422, 42_210_000, "start and end are wanted");
    };
    let shown = |time: Timestamp| {
        time.to_jiff().to_zoned(calendar.zone().clone()).strftime("%H:%M").to_string()
    };
    let mut days = Vec::new();
    while date <= last {
        if let Some(session) = calendar.session(date).ok().flatten() {
            let (open, close) = (shown(session.open), shown(session.close));
            days.push(json!({"date": date.to_string(), "open": open, "close": close}));
        }
        date = date.saturating_add(jiff::ToSpan::days(1));
    }
    Response::json(&days.into())
}

fn asset(symbol: &str) -> Response {
    if symbol == UNKNOWN || symbol.parse::<Symbol>().is_err() {
        return Response::refusal(404, 40_410_000, "asset not found");
    }
    Response::json(&json!({
        "symbol": symbol,
        "status": "active",
        "tradable": true,
        "marginable": true,
        "fractionable": true,
        "shortable": true,
        "easy_to_borrow": true,
        "maintenance_margin_requirement": 30,
    }))
}
