//! What a row says, for the tables that are asked questions.

use serde_json::Value;

use crate::base::Timestamp;
use crate::domain::OrderId;
use crate::ports::{BrokerEvent, BrokerSnapshot, OrderEnd, RejectReason};
use crate::store::{OrderState, SessionFact};
use crate::trader::{Effect, Event};

/// The facts of a row. `account` is where limits and halts are kept.
pub(super) fn facts(
    account: &str,
    event: &Event,
    effects: &[Effect],
) -> Result<Vec<SessionFact>, serde_json::Error> {
    let mut facts = Vec::new();
    match event {
        Event::Broker(news) => facts.extend(news_fact(news)),
        Event::Snapshot { snapshot, time } => snapshot_facts(snapshot, *time, &mut facts),
        Event::SendFailed { order_id, is_unknown, time, detail } => {
            let state = if *is_unknown { OrderState::Unknown } else { OrderState::NeverArrived };
            facts.push(turned(*order_id, state, Some(detail.clone()), *time));
        }
        Event::Started { .. }
        | Event::History(_)
        | Event::Bar(_)
        | Event::LastBar(_)
        | Event::Quote { .. }
        | Event::Timer { .. }
        | Event::SnapshotFailed { .. }
        | Event::Stale { .. }
        | Event::Fresh { .. }
        | Event::DecisionLate { .. }
        | Event::NotTraded { .. }
        | Event::Command { .. } => {}
    }
    for effect in effects {
        effect_facts(account, event.time(), effect, &mut facts)?;
    }
    Ok(facts)
}

fn effect_facts(
    account: &str,
    time: Timestamp,
    effect: &Effect,
    facts: &mut Vec<SessionFact>,
) -> Result<(), serde_json::Error> {
    match effect {
        Effect::Submit(order) => facts.push(SessionFact::Order(order.request().clone())),
        Effect::Alert(alert) => {
            let value = serde_json::to_value(alert)?;
            let kind = kind(&value);
            if kind == "never_arrived" {
                facts.extend(never_arrived(&value, time));
            }
            facts.push(SessionFact::Alert { kind, detail: value.to_string(), time });
        }
        Effect::KeepRisk(risk) => {
            let risk = serde_json::to_string(risk)?;
            facts.push(SessionFact::Risk { account: account.to_owned(), risk });
        }
        Effect::Decided(_)
        | Effect::NotDecided { .. }
        | Effect::Denied(_)
        | Effect::Cancel(_)
        | Effect::Reconcile { .. }
        | Effect::Closed { .. } => {}
    }
    Ok(())
}

/// The name of a variant: the text, or the only key.
pub(super) fn kind(value: &Value) -> String {
    let key = value.as_object().and_then(|object| object.keys().next());
    key.map(String::as_str).or(value.as_str()).unwrap_or_default().to_owned()
}

fn never_arrived(alert: &Value, time: Timestamp) -> Option<SessionFact> {
    let id = alert.pointer("/never_arrived/order_id")?.as_u64()?;
    Some(turned(OrderId(id), OrderState::NeverArrived, None, time))
}

fn news_fact(news: &BrokerEvent) -> Option<SessionFact> {
    let turn = |id: &OrderId, state, time: &Timestamp| Some(turned(*id, state, None, *time));
    match news {
        BrokerEvent::Accepted { order_id, time } => turn(order_id, OrderState::Accepted, time),
        BrokerEvent::Canceled { order_id, time } => turn(order_id, OrderState::Canceled, time),
        BrokerEvent::Expired { order_id, time } => turn(order_id, OrderState::Expired, time),
        BrokerEvent::Rejected { order_id, reason, time } => {
            Some(turned(*order_id, OrderState::Rejected, Some(words(reason)), *time))
        }
        BrokerEvent::Filled(fill) | BrokerEvent::Protected { fill, .. } => {
            Some(SessionFact::Fill(fill.clone()))
        }
        BrokerEvent::CostKnown { execution_id, cost, .. } => {
            Some(SessionFact::Cost { execution_id: execution_id.clone(), cost: *cost })
        }
        BrokerEvent::Corrected { execution_id, fill } => {
            Some(SessionFact::Correction { execution_id: execution_id.clone(), fill: fill.clone() })
        }
        BrokerEvent::CancelRefused { .. }
        | BrokerEvent::CashPosted { .. }
        | BrokerEvent::LinkLost { .. }
        | BrokerEvent::LinkRestored { .. } => None,
    }
}

fn snapshot_facts(snapshot: &BrokerSnapshot, time: Timestamp, facts: &mut Vec<SessionFact>) {
    facts.extend(snapshot.executions.iter().cloned().map(SessionFact::Fill));
    let open = snapshot.open_orders.iter().filter_map(|order| order.order_id);
    facts.extend(open.map(|id| turned(id, OrderState::Accepted, None, time)));
    for (id, end) in &snapshot.ended_orders {
        let (state, reason) = match end {
            OrderEnd::Filled => (OrderState::Filled, None),
            OrderEnd::Canceled => (OrderState::Canceled, None),
            OrderEnd::Expired => (OrderState::Expired, None),
            OrderEnd::Rejected(reason) => (OrderState::Rejected, Some(words(reason))),
        };
        facts.push(turned(*id, state, reason, time));
    }
}

fn turned(
    order_id: OrderId,
    state: OrderState,
    reason: Option<String>,
    time: Timestamp,
) -> SessionFact {
    SessionFact::State { order_id, state, reason, time }
}

fn words(reason: &RejectReason) -> String {
    match reason {
        RejectReason::NotTrading => "not_trading".to_owned(),
        RejectReason::PositionClosed => "position_closed".to_owned(),
        RejectReason::Venue(words) => words.clone(),
    }
}
