//! From our orders to the venue's.
//!
//! | ours | `type`, `time_in_force` |
//! |---|---|
//! | market, limit, stop, stop limit | `market`, `limit`, `stop`, `stop_limit` |
//! | market on open, market on close | `market` with `opg`, `cls` |
//! | bar, day | `day` |
//! | gtc, ioc, fok | `gtc`, `ioc`, `fok` |
//!
//! Fractions of a share trade in orders of the day alone, and not in auctions or pairs. The two protective
//! orders of a position go as one `oco` order once the entry has traded: two orders of their own would
//! ask for the same shares twice, which the venue refuses. An entry leaves at once and alone, so
//! `bracket` and `oto` are not used: what protects it is sized by what has really traded.

use serde_json::{Value, json};

use super::reference::{Numbers, References};
use super::wire::Quantity;
use crate::domain::{OrderKind, OrderRequest, Side, TimeInForce};

/// Where prices have two digits after the point instead of four.
const PENNY_FROM: f64 = 1.0;

/// The body of an order.
///
/// # Errors
/// Why the venue would refuse it, in words.
pub(super) fn body(order: &OrderRequest, names: &References) -> Result<Value, String> {
    let (kind, time_in_force) = words(order);
    let quantity = quantity(order)?;
    if !quantity.is_whole() && time_in_force != "day" {
        return Err(format!(
            "fractions of a share trade in orders of the day alone, was {quantity} `{time_in_force}`"
        ));
    }
    let mut body = json!({
        "symbol": order.symbol,
        "qty": quantity.to_string(),
        "side": side(order.side),
        "type": kind,
        "time_in_force": time_in_force,
        "client_order_id": names.name(order.id.into()),
    });
    if let Some(price) = order.kind.limit_price() {
        body["limit_price"] = limit(price, order.side).into();
    }
    if let Some(price) = order.kind.stop_price() {
        body["stop_price"] = stop(price, order.side).into();
    }
    Ok(body)
}

/// Whether two orders are the two exits of one position, the take-profit first in the answer.
pub(super) fn as_pair<'a>(
    one: &'a OrderRequest,
    other: &'a OrderRequest,
) -> Option<(&'a OrderRequest, &'a OrderRequest)> {
    let is_same = one.symbol == other.symbol
        && one.side == other.side
        && Quantity::of(one.quantity) == Quantity::of(other.quantity)
        && one.protects.is_some()
        && one.protects == other.protects
        && one.time_in_force == other.time_in_force;
    let is_stop = |order: &OrderRequest| {
        matches!(order.kind, OrderKind::Stop { .. } | OrderKind::StopLimit { .. })
    };
    let is_limit = |order: &OrderRequest| matches!(order.kind, OrderKind::Limit { .. });
    match (is_same, is_limit(one) && is_stop(other), is_stop(one) && is_limit(other)) {
        (true, true, _) => Some((one, other)),
        (true, _, true) => Some((other, one)),
        _ => None,
    }
}

/// The body of a pair.
///
/// # Errors
/// Why the venue would refuse it, in words.
pub(super) fn pair_body(
    profit: &OrderRequest,
    guard: &OrderRequest,
    names: &References,
) -> Result<Value, String> {
    let (_, time_in_force) = words(profit);
    let quantity = quantity(profit)?;
    if !quantity.is_whole() || !matches!(time_in_force, "day" | "gtc") {
        return Err(format!(
            "a pair of protective orders has whole shares and lasts for the day or until canceled, was \
             {quantity} `{time_in_force}`"
        ));
    }
    let numbers = Numbers { order: profit.id, stop: Some(guard.id) };
    let at = |price: f64| limit(price, profit.side);
    let mut stop_loss = json!({
        "stop_price": stop(guard.kind.stop_price().unwrap_or_default(), guard.side),
    });
    if let Some(price) = guard.kind.limit_price() {
        stop_loss["limit_price"] = at(price).into();
    }
    Ok(json!({
        "symbol": profit.symbol,
        "qty": quantity.to_string(),
        "side": side(profit.side),
        "type": "limit",
        "time_in_force": time_in_force,
        "order_class": "oco",
        "take_profit": {"limit_price": at(profit.kind.limit_price().unwrap_or_default())},
        "stop_loss": stop_loss,
        "client_order_id": names.name(numbers),
    }))
}

fn quantity(order: &OrderRequest) -> Result<Quantity, String> {
    let quantity = Quantity::of(order.quantity);
    let is_sound = order.quantity.is_finite() && quantity > Quantity::default();
    let refused = || format!("a quantity must be above 0, was {}", order.quantity);
    if is_sound { Ok(quantity) } else { Err(refused()) }
}

const fn words(order: &OrderRequest) -> (&'static str, &'static str) {
    let kind = match order.kind {
        OrderKind::Market => "market",
        OrderKind::Limit { .. } => "limit",
        OrderKind::Stop { .. } => "stop",
        OrderKind::StopLimit { .. } => "stop_limit",
        OrderKind::MarketOnOpen => return ("market", "opg"),
        OrderKind::MarketOnClose => return ("market", "cls"),
    };
    let time_in_force = match order.time_in_force {
        TimeInForce::Bar | TimeInForce::Day => "day",
        TimeInForce::Gtc => "gtc",
        TimeInForce::Ioc => "ioc",
        TimeInForce::Fok => "fok",
    };
    (kind, time_in_force)
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// Off the tick, a limit becomes no worse.
fn limit(price: f64, side: Side) -> String {
    match side {
        Side::Buy => on_tick(price, f64::floor),
        Side::Sell => on_tick(price, f64::ceil),
    }
}

/// Off the tick, a trigger moves away from the market.
fn stop(price: f64, side: Side) -> String {
    match side {
        Side::Buy => on_tick(price, f64::ceil),
        Side::Sell => on_tick(price, f64::floor),
    }
}

/// Cents from a dollar upwards, hundredths of a cent below.
///
/// # Source
/// SEC Rule 612 of Regulation NMS.
fn on_tick(price: f64, round: fn(f64) -> f64) -> String {
    let (ticks, digits) = if price < PENNY_FROM { (1e4, 4) } else { (1e2, 2) };
    let scaled = price * ticks;
    let nearest = scaled.round();
    let is_on = (scaled - nearest).abs() < 1e-6;
    let rounded = if is_on { nearest } else { round(scaled) };
    format!("{:.digits$}", rounded / ticks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::domain::OrderId;

    fn order(signed: f64, kind: OrderKind, time_in_force: TimeInForce) -> OrderRequest {
        let symbol = "SPY".parse().unwrap();
        let market = OrderRequest::market(OrderId(7), symbol, signed, Timestamp::default());
        OrderRequest { kind, time_in_force, ..market }
    }

    fn check(order: &OrderRequest, expected: &str) {
        let names = References::try_new("s").unwrap();
        let found = match body(order, &names) {
            Ok(body) => ["type", "time_in_force", "side", "qty", "limit_price", "stop_price"]
                .iter()
                .filter_map(|name| body.get(*name).and_then(Value::as_str))
                .collect::<Vec<_>>()
                .join(" "),
            Err(reason) => reason,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn every_kind_and_duration_has_its_words() {
        use OrderKind::{Limit, Market, MarketOnClose, MarketOnOpen, Stop, StopLimit};
        let limit = Limit { limit_price: 100.129 };
        check(&order(10.0, Market, TimeInForce::Bar), "market day buy 10");
        check(&order(-2.5, Market, TimeInForce::Day), "market day sell 2.5");
        check(&order(10.0, limit, TimeInForce::Gtc), "limit gtc buy 10 100.12");
        check(&order(-10.0, limit, TimeInForce::Ioc), "limit ioc sell 10 100.13");
        let stop = Stop { stop_price: 0.12345 };
        check(&order(-10.0, stop, TimeInForce::Fok), "stop fok sell 10 0.1234");
        let both = StopLimit { stop_price: 100.001, limit_price: 100.3 };
        check(&order(1.0, both, TimeInForce::Day), "stop_limit day buy 1 100.30 100.01");
        check(&order(1.0, MarketOnOpen, TimeInForce::Day), "market opg buy 1");
        check(&order(1.0, MarketOnClose, TimeInForce::Day), "market cls buy 1");
    }

    #[test]
    fn what_the_venue_would_refuse_does_not_leave() {
        let part = "fractions of a share trade in orders of the day alone, was 0.5 `gtc`";
        check(&order(0.5, OrderKind::Limit { limit_price: 1.0 }, TimeInForce::Gtc), part);
        let auction = "fractions of a share trade in orders of the day alone, was 0.5 `opg`";
        check(&order(0.5, OrderKind::MarketOnOpen, TimeInForce::Day), auction);
        let none = order(0.0, OrderKind::Market, TimeInForce::Day);
        check(&none, "a quantity must be above 0, was 0");
    }

    #[test]
    fn two_exits_of_a_position_are_one_order() {
        let profit = order(-5.0, OrderKind::Limit { limit_price: 110.0 }, TimeInForce::Gtc);
        let profit = OrderRequest { protects: Some(OrderId(3)), id: OrderId(8), ..profit };
        let kind = OrderKind::Stop { stop_price: 90.0 };
        let guard = OrderRequest { kind, id: OrderId(9), ..profit.clone() };
        assert_eq!(as_pair(&guard, &profit), Some((&profit, &guard)));
        assert_eq!(as_pair(&profit, &guard), Some((&profit, &guard)));
        assert_eq!(as_pair(&guard, &guard), None);
        let other = OrderRequest { protects: Some(OrderId(4)), ..profit.clone() };
        assert_eq!(as_pair(&guard, &other), None);
        let names = References::try_new("s").unwrap();
        let body = pair_body(&profit, &guard, &names).unwrap();
        assert_eq!(body["client_order_id"], "releat-s-8s9");
        assert_eq!(body["stop_loss"]["stop_price"], "90.00");
        assert_eq!(body["take_profit"]["limit_price"], "110.00");
    }
}
