//! The part of a view that follows from events and effects alone.

use std::path::Path;

use super::session_view::{AlertRow, DecisionRow, LinkState, SessionView, VIEW_VERSION};
use super::words::{alert_text, no_decision_text, target_text};
use crate::base::{FileError, Timestamp, now, write_atomic};
use crate::domain::Symbol;
use crate::ports::BrokerEvent;
use crate::trader::{Alert, Decision, DeniedOrder, Effect, Event};

/// Decisions and alerts that a view keeps.
const ROWS_MAX: usize = 50;

/// Takes an event and what the engine made of it into a view: clock, link, decisions, alerts, counts and the course of
/// equity. State, positions, orders, limits and the ledger's length are the engine's to tell.
pub(crate) fn note(view: &mut SessionView, symbols: &[Symbol], event: &Event, effects: &[Effect]) {
    view.schema_version = VIEW_VERSION;
    let time = event.time();
    view.clock = view.clock.max(Some(time));
    note_event(view, event);
    for effect in effects {
        note_effect(view, symbols, time, effect);
    }
}

/// Takes something into a view that the engine cannot tell, as it may hang: it shows at the last time that the view knows.
pub(crate) fn note_outside(view: &mut SessionView, text: String) {
    let time = view.clock.unwrap_or_else(now);
    alert(view, time, text);
}

/// Keeps a view in a file, so that a session that is over can still be looked at.
///
/// # Errors
/// [`FileError`] if it cannot be written.
pub(crate) fn keep_view(path: &Path, view: &SessionView) -> Result<(), FileError> {
    let text = serde_json::to_vec(view)
        .map_err(|error| FileError::Write { path: path.to_owned(), source: error.into() })?;
    write_atomic(path, &text)
}

fn note_event(view: &mut SessionView, event: &Event) {
    match event {
        Event::Broker(BrokerEvent::Filled(_) | BrokerEvent::Protected { .. }) => {
            view.counts.fills += 1;
        }
        Event::Broker(BrokerEvent::Rejected { .. }) => view.counts.rejects += 1,
        Event::Broker(BrokerEvent::LinkLost { .. }) => view.link = LinkState::Lost,
        Event::Broker(BrokerEvent::LinkRestored { .. }) => view.link = LinkState::Up,
        Event::Snapshot { time, .. } => {
            view.link = LinkState::Up;
            view.reconciled_at = Some(*time);
        }
        Event::SnapshotFailed { time, detail } => {
            alert(view, *time, format!("the venue could not be asked: {detail}"));
        }
        Event::SendFailed { order_id, is_unknown, time, detail } => {
            let fate = if *is_unknown { "may have arrived" } else { "did not leave" };
            alert(view, *time, format!("order {order_id} {fate}: {detail}"));
        }
        Event::Command { command, by, time } => {
            let command = super::words::name_of(command);
            alert(view, *time, format!("{command}, asked by {by}"));
        }
        _ => {}
    }
}

fn note_effect(view: &mut SessionView, symbols: &[Symbol], time: Timestamp, effect: &Effect) {
    match effect {
        Effect::Decided(decision) => note_decision(view, symbols, decision),
        Effect::NotDecided { time, reason } => {
            let what = no_decision_text(reason);
            let row =
                DecisionRow { time: *time, what, confidence: None, orders: 0, denials: Vec::new() };
            push(&mut view.decisions, row);
        }
        Effect::Denied(denied) => count_denial(view, denied),
        Effect::Submit(_) => view.counts.orders += 1,
        Effect::Alert(found) => {
            if matches!(found, Alert::Resumed) {
                view.causes.clear();
            }
            alert(view, time, alert_text(found));
        }
        Effect::Closed { time, equity } => view.equity.add(*time, *equity),
        Effect::Cancel(_) | Effect::Reconcile { .. } | Effect::KeepRisk(_) => {}
    }
}

fn note_decision(view: &mut SessionView, symbols: &[Symbol], decision: &Decision) {
    view.counts.decisions += 1;
    view.equity.add(decision.time, decision.equity);
    for denied in &decision.denials {
        count_denial(view, denied);
    }
    let row = DecisionRow {
        time: decision.time,
        what: target_text(decision, symbols),
        confidence: Some(decision.confidence),
        orders: decision.orders.len(),
        denials: decision.denials.iter().map(|denied| denied.denial.code().to_owned()).collect(),
    };
    push(&mut view.decisions, row);
}

fn count_denial(view: &mut SessionView, denied: &DeniedOrder) {
    *view.counts.denials.entry(denied.denial.code().to_owned()).or_default() += 1;
}

fn alert(view: &mut SessionView, time: Timestamp, text: String) {
    push(&mut view.alerts, AlertRow { time, text });
}

fn push<T>(rows: &mut Vec<T>, row: T) {
    if rows.len() >= ROWS_MAX {
        rows.remove(0);
    }
    rows.push(row);
}
