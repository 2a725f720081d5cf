//! One row: an event and what the engine made of it.

use serde::{Deserialize, Serialize};

use crate::trader::{Effect, Event};

#[derive(Serialize)]
struct Step<'a> {
    event: &'a Event,
    effects: &'a [Effect],
}

/// A row as it is read again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredStep {
    /// What happened.
    pub event: Event,
    /// What the engine asked for, as it was written.
    pub effects: Vec<serde_json::Value>,
}

/// The text of a row, without a line feed.
pub(in crate::trader) fn row_json(
    event: &Event,
    effects: &[Effect],
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Step { event, effects })
}

/// Whether a row must be on the disk before its effects are carried out: what nobody tells twice, and everything that
/// leaves the process. News of the venue may be lost with the process: its snapshot tells them again.
pub(super) fn needs_disk(event: &Event, effects: &[Effect]) -> bool {
    let is_news = match event {
        Event::Started { .. }
        | Event::SendFailed { .. }
        | Event::DecisionLate { .. }
        | Event::NotTraded { .. }
        | Event::Command { .. }
        | Event::LastBar(_) => true,
        Event::Broker(_)
        | Event::Snapshot { .. }
        | Event::SnapshotFailed { .. }
        | Event::History(_)
        | Event::Bar(_)
        | Event::Quote { .. }
        | Event::Stale { .. }
        | Event::Fresh { .. }
        | Event::Timer { .. } => false,
    };
    is_news || effects.iter().any(leaves_process)
}

const fn leaves_process(effect: &Effect) -> bool {
    match effect {
        Effect::Submit(_) | Effect::Cancel(_) | Effect::Alert(_) | Effect::Closed { .. } => true,
        Effect::Decided(_)
        | Effect::NotDecided { .. }
        | Effect::Denied(_)
        | Effect::Reconcile { .. }
        | Effect::KeepRisk(_) => false,
    }
}
