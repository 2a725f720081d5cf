//! The ledger against the truth of the venue.

use std::collections::{BTreeMap, BTreeSet};

use super::rehearsal::Finished;
use crate::connectors::simulated::{Owner, Truth};
use crate::domain::{Fill, OrderId, OrderRequest};
use crate::ports::BrokerEvent;
use crate::trader::ledger::StoredStep;
use crate::trader::{Event, OrderRecord};

const SHARE: f64 = 1e-9;
const CENT: f64 = 0.005;

/// Everything that is wrong, in words.
pub(super) fn problems(finished: &Finished) -> Vec<String> {
    let mut found = Vec::new();
    standing(finished, &mut found);
    account(finished, &mut found);
    executions(&finished.rows, &finished.truth, &mut found);
    sent_once(&finished.rows, &finished.truth, &mut found);
    asked_first(&finished.rows, &mut found);
    orders(finished, &mut found);
    found
}

fn standing(finished: &Finished, found: &mut Vec<String>) {
    if !finished.engine.is_link_up() {
        found.push("the connection counts as lost at the end".to_owned());
    } else if !finished.engine.is_reconciled() {
        found.push("not reconciled at the end".to_owned());
    }
}

/// Cash and positions of the engine.
fn account(finished: &Finished, found: &mut Vec<String>) {
    let (ours, truth) = (finished.engine.holdings(), &finished.truth);
    for (position, (symbol, theirs)) in ours.positions.iter().zip(&truth.positions) {
        if (position.quantity - theirs).abs() > SHARE * theirs.abs().max(1.0) {
            found.push(format!("{symbol}: {} held, {theirs} at the venue", position.quantity));
        }
    }
    if (ours.cash - truth.cash).abs() > CENT {
        found.push(format!("cash: {} held, {} at the venue", ours.cash, truth.cash));
    }
}

/// Every execution of the venue is told of in the ledger, and no other.
fn executions(rows: &[StoredStep], truth: &Truth, found: &mut Vec<String>) {
    let mut told: BTreeMap<String, Fill> = BTreeMap::new();
    for row in rows {
        match &row.event {
            Event::Broker(BrokerEvent::Filled(fill) | BrokerEvent::Protected { fill, .. }) => {
                told.entry(fill.execution_id.clone()).or_insert_with(|| fill.clone());
            }
            Event::Broker(BrokerEvent::CostKnown { execution_id, cost, .. }) => {
                if let Some(fill) = told.get_mut(execution_id) {
                    fill.cost = *cost;
                }
            }
            Event::Snapshot { snapshot, .. } => {
                for fill in &snapshot.executions {
                    told.insert(fill.execution_id.clone(), fill.clone());
                }
            }
            _ => {}
        }
    }
    for done in &truth.fills {
        match told.remove(&done.fill.execution_id) {
            None => found.push(format!("execution {} is not told", done.fill.execution_id)),
            Some(fill) if fill == done.fill => {}
            Some(fill) => found.push(format!("told {fill:?}, was {:?}", done.fill)),
        }
    }
    found.extend(told.keys().map(|id| format!("execution {id} is told and never was")));
}

/// Every order of ours at the venue is one intent of the ledger, written once.
fn sent_once(rows: &[StoredStep], truth: &Truth, found: &mut Vec<String>) {
    let mut intents: BTreeMap<OrderId, OrderRequest> = BTreeMap::new();
    for effect in rows.iter().flat_map(|row| &row.effects) {
        let Some(order) = effect.get("submit") else { continue };
        match serde_json::from_value::<OrderRequest>(order.clone()) {
            Err(error) => found.push(format!("an intent cannot be read: {error}")),
            Ok(order) => {
                if let Some(first) = intents.insert(order.id, order) {
                    found.push(format!("order {} was asked for twice", first.id));
                }
            }
        }
    }
    let mut arrived = BTreeSet::new();
    for order in truth.orders.iter().filter(|order| order.owner == Owner::Ours) {
        let id = order.request.id;
        if !arrived.insert(id) {
            found.push(format!("order {id} arrived twice"));
        }
        if intents.get(&id) != Some(&order.request) {
            found.push(format!("order {id} at the venue is no intent of the ledger"));
        }
    }
}

/// No process sends an order before the venue has answered.
fn asked_first(rows: &[StoredStep], found: &mut Vec<String>) {
    let mut has_answer = false;
    for (index, row) in rows.iter().enumerate() {
        match row.event {
            Event::Started { .. } => has_answer = false,
            Event::Snapshot { .. } => has_answer = true,
            _ => {}
        }
        if !has_answer && row.effects.iter().any(|effect| effect.get("submit").is_some()) {
            found.push(format!("row {} sends an order before the venue has answered", index + 1));
        }
    }
}

/// What the engine believes of each order that it still knows.
fn orders(finished: &Finished, found: &mut Vec<String>) {
    let known: BTreeMap<OrderId, &OrderRecord> =
        finished.engine.orders().map(|order| (order.request.id, order)).collect();
    for order in finished.truth.orders.iter().filter(|order| order.owner == Owner::Ours) {
        let id = order.request.id;
        match known.get(&id) {
            None if order.end.is_none() => found.push(format!("open order {id} is forgotten")),
            Some(ours) if ours.state.is_open() != order.end.is_none() => {
                found.push(format!("order {id} is {:?}, was {:?}", ours.state, order.end));
            }
            Some(ours) if (ours.filled - order.filled).abs() > SHARE * order.filled.max(1.0) => {
                found.push(format!("order {id} filled {}, was {}", ours.filled, order.filled));
            }
            None | Some(_) => {}
        }
    }
    let arrived = |id: OrderId| finished.truth.orders.iter().any(|o| o.request.id == id);
    for order in known.values().filter(|order| !arrived(order.request.id)) {
        // Canceled is as good as never sent: nothing of it can trade.
        if order.state.is_open() || order.filled > 0.0 {
            let id = order.request.id;
            found.push(format!("order {id} never arrived and is {:?}", order.state));
        }
    }
}
