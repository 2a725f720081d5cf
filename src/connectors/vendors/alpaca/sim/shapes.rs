//! Lists and answers as the venue shapes them: quantities and money are text.

use serde_json::{Value, json};

use super::desk::{Class, Desk, Name};
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::{HouseExecution, HouseRecord, HouseStatus};
use crate::domain::{OrderKind, Side, TimeInForce};

/// An order without its legs.
pub(super) fn order(record: &HouseRecord, name: &Name, id: &str) -> Value {
    let order = &record.order;
    let (kind, time_in_force) = words(order.kind, order.time_in_force);
    let average = (record.filled > 0.0).then(|| record.average.to_string());
    let ended = |status| record.ended_at.filter(|_| record.status == status);
    json!({
        "id": id,
        "client_order_id": name.client_order_id,
        "created_at": record.placed_at,
        "submitted_at": record.placed_at,
        "updated_at": record.ended_at.unwrap_or(record.placed_at),
        "filled_at": ended(HouseStatus::Filled),
        "canceled_at": ended(HouseStatus::Canceled),
        "expired_at": ended(HouseStatus::Expired),
        "symbol": order.symbol,
        "asset_class": "us_equity",
        "notional": null,
        "qty": order.quantity.to_string(),
        "filled_qty": record.filled.to_string(),
        "filled_avg_price": average,
        "order_class": if name.class == Class::Simple { "" } else { "oco" },
        "type": kind,
        "order_type": kind,
        "side": side(order.side),
        "time_in_force": time_in_force,
        "limit_price": order.kind.limit_price().map(|price| price.to_string()),
        "stop_price": order.kind.stop_price().map(|price| price.to_string()),
        "status": status(record, name),
        "extended_hours": false,
        "legs": null,
    })
}

fn status(record: &HouseRecord, name: &Name) -> &'static str {
    let is_leg = matches!(name.class, Class::Leg(_));
    match record.status {
        HouseStatus::Working if record.filled > 0.0 => "partially_filled",
        HouseStatus::Working if is_leg => "held",
        HouseStatus::Working => "new",
        HouseStatus::Waiting => "held",
        HouseStatus::Held => "accepted",
        HouseStatus::Filled => "filled",
        HouseStatus::Canceled => "canceled",
        HouseStatus::Rejected => "rejected",
        HouseStatus::Expired => "expired",
    }
}

const fn words(kind: OrderKind, time_in_force: TimeInForce) -> (&'static str, &'static str) {
    let word = match kind {
        OrderKind::Market => "market",
        OrderKind::Limit { .. } => "limit",
        OrderKind::Stop { .. } => "stop",
        OrderKind::StopLimit { .. } => "stop_limit",
        OrderKind::MarketOnOpen => return ("market", "opg"),
        OrderKind::MarketOnClose => return ("market", "cls"),
    };
    let time_in_force = match time_in_force {
        TimeInForce::Bar | TimeInForce::Day => "day",
        TimeInForce::Gtc => "gtc",
        TimeInForce::Ioc => "ioc",
        TimeInForce::Fok => "fok",
    };
    (word, time_in_force)
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// The account at a time.
pub(super) fn account(desk: &Desk, now: Timestamp) -> Value {
    let (cash, equity) = (desk.house.cash(), desk.house.equity(now));
    json!({
        "id": "e6fe16f3-64a4-4921-8928-cadf02f92f98",
        "account_number": desk.account,
        "status": "ACTIVE",
        "currency": "USD",
        "cash": cash.to_string(),
        "equity": equity.to_string(),
        "portfolio_value": equity.to_string(),
        "buying_power": format!("{:.2}", 4.0 * equity),
        "multiplier": "4",
        "pattern_day_trader": false,
        "daytrade_count": 0,
        "trading_blocked": false,
        "transfers_blocked": false,
        "account_blocked": false,
        "trade_suspended_by_user": false,
        "shorting_enabled": true,
    })
}

/// Every position.
pub(super) fn positions(desk: &Desk, now: Timestamp) -> Value {
    let rows = desk.house.positions().iter().map(|(symbol, position)| {
        let price = desk.house.market().last(symbol, now);
        json!({
            "symbol": symbol,
            "asset_class": "us_equity",
            "qty": position.quantity.to_string(),
            "side": if position.quantity < 0.0 { "short" } else { "long" },
            "avg_entry_price": position.average_cost.to_string(),
            "current_price": price.to_string(),
            "market_value": (price * position.quantity).to_string(),
        })
    });
    rows.collect()
}

/// A trade in the list of activities; its place in the list is a part of its name.
pub(super) fn activity(desk: &Desk, execution: &HouseExecution, place: usize) -> Value {
    let wanted = desk.house.order(execution.number).map_or(0.0, |r| r.order.quantity);
    let leaves = (wanted - execution.cumulative).max(0.0);
    let stamp = execution.time.to_jiff().strftime("%Y%m%d%H%M%S000").to_string();
    json!({
        "id": format!("{stamp}::{place:08}"),
        "activity_type": "FILL",
        "type": if leaves < 1e-9 { "fill" } else { "partial_fill" },
        "transaction_time": execution.time,
        "symbol": execution.symbol,
        "side": side(execution.side),
        "qty": execution.quantity.to_string(),
        "cum_qty": execution.cumulative.to_string(),
        "leaves_qty": leaves.to_string(),
        "price": execution.price.to_string(),
        "order_id": desk.id(execution.number),
    })
}
