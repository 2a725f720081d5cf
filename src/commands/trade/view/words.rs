//! Events and effects in words.

use serde::Serialize;

use crate::domain::{OrderKind, OrderRequest, Symbol, TimeInForce};
use crate::signals::Target;
use crate::trader::{Alert, Decision, NoDecision};

/// The name by which a value is written to files.
pub(in crate::commands::trade) fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(serde_json::Value::Object(object)) => object.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// An alert as a person reads it.
pub(in crate::commands::trade) fn alert_text(alert: &Alert) -> String {
    match alert {
        Alert::Halted { cause, symbol: None } => format!("trading halted: {}", plain(cause)),
        Alert::Halted { cause, symbol: Some(symbol) } => {
            format!("{symbol} halted: {}", plain(cause))
        }
        Alert::Resumed => "trading goes on".to_owned(),
        Alert::Mismatch { what, ours, theirs } => {
            format!("{what} differs: the ledger has {ours}, the venue {theirs}")
        }
        Alert::Refused { detail } => format!("news of the venue left out: {detail}"),
        Alert::OverFill { order_id, excess } => {
            format!("order {order_id} was filled by {excess} more than ordered")
        }
        Alert::MemberFailed { member, detail } => format!("agent {member} failed: {detail}"),
        Alert::NeverArrived { order_id } => format!("order {order_id} never reached the venue"),
        Alert::Adopted { symbol, ours, theirs } => {
            format!("the venue's position in {symbol} was taken over: {theirs}, was {ours}")
        }
        Alert::DecisionLate { took_s, limit_s } => {
            format!("a decision took {took_s:.1} s, at most {limit_s} s are left: not carried out")
        }
        Alert::NotTraded { symbol, detail } => format!("{symbol} is not traded: {detail}"),
    }
}

/// Why there was no decision, as a person reads it.
pub(in crate::commands::trade) fn no_decision_text(reason: &NoDecision) -> String {
    format!("none: {}", plain(reason))
}

/// What a decision asks for: `SPY 60 %, QQQ 40 %`, `cash`, `hold`.
pub(in crate::commands::trade) fn target_text(decision: &Decision, symbols: &[Symbol]) -> String {
    match (&decision.target, &decision.sized) {
        (Target::Hold, _) => "hold".to_owned(),
        (_, Some(sized)) => weights_text(sized, symbols),
        (Target::Weights(weights), None) => weights_text(weights.as_slice(), symbols),
        (Target::Slot(change), None) => {
            format!("{} slot {}", name_of(&change.action), change.slot + 1)
        }
    }
}

/// Weights that are not nothing, cash left out unless it is all.
fn weights_text(weights: &[f64], symbols: &[Symbol]) -> String {
    let risky = weights.iter().skip(1).zip(symbols);
    let held = risky.filter(|(weight, _)| weight.abs() >= 0.0005);
    let shown: Vec<String> = held
        .map(|(weight, symbol)| {
            let percent = format!("{:.1}", 100.0 * weight).replace('-', "−");
            format!("{symbol} {} %", percent.strip_suffix(".0").unwrap_or(&percent))
        })
        .collect();
    if shown.is_empty() { "cash".to_owned() } else { shown.join(", ") }
}

/// Kind, prices and time of an order in short.
pub(in crate::commands::trade) fn order_kind_text(order: &OrderRequest) -> String {
    let kind = match order.kind {
        OrderKind::Market => "market".to_owned(),
        OrderKind::Limit { limit_price } => format!("limit {limit_price:.2}"),
        OrderKind::Stop { stop_price } => format!("stop {stop_price:.2}"),
        OrderKind::StopLimit { stop_price, limit_price } => {
            format!("stop {stop_price:.2} limit {limit_price:.2}")
        }
        OrderKind::MarketOnOpen => "at the open".to_owned(),
        OrderKind::MarketOnClose => "at the close".to_owned(),
    };
    let time = match order.time_in_force {
        TimeInForce::Bar => "bar",
        TimeInForce::Day => "day",
        TimeInForce::Gtc => "gtc",
        TimeInForce::Ioc => "ioc",
        TimeInForce::Fok => "fok",
    };
    format!("{kind} {time}")
}

/// The name of a case with spaces: `daily loss`.
fn plain(value: &impl Serialize) -> String {
    name_of(value).replace('_', " ")
}
