//! Executions, the only source of quantities.

use std::collections::BTreeMap;

use crate::domain::Fill;
use crate::ports::BrokerEvent;

use crate::base::Timestamp;

/// Costs without an execution that are kept at most.
const EARLY_MAX: usize = 4096;

/// The executions of the session's orders.
///
/// A fill carries the name of an execution without its revision, so that a correction replaces it
/// wherever it was counted.
#[derive(Debug, Default)]
pub(in super::super) struct Executions {
    known: BTreeMap<String, Trade>,
    /// Costs that came before their execution.
    early: BTreeMap<String, f64>,
}

/// One execution as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Trade {
    /// Which edition of it.
    pub(in super::super) revision: u32,
    /// What was traded.
    pub(in super::super) fill: Fill,
}

/// The name of an execution without its revision, and the revision.
///
/// # Source
/// TWS API, "Execution Details": a correction has the same name but for the digits after the last
/// period.
pub(in super::super) fn stem(execution_id: &str) -> (&str, u32) {
    let split = execution_id.rsplit_once('.').filter(|(head, tail)| {
        head.contains('.') && tail.len() == 2 && tail.bytes().all(|byte| byte.is_ascii_digit())
    });
    match split {
        Some((stem, revision)) => (stem, revision.parse().unwrap_or(1)),
        None => (execution_id, 1),
    }
}

impl Executions {
    /// Takes an execution in; nothing if it was known, or an older edition.
    pub(in super::super) fn take(&mut self, mut trade: Trade) -> Vec<BrokerEvent> {
        let name = trade.fill.execution_id.clone();
        let corrected = |fill: &Fill| BrokerEvent::Corrected {
            execution_id: fill.execution_id.clone(),
            fill: fill.clone(),
        };
        let events = match self.known.get(&name) {
            Some(known) if trade.revision <= known.revision => return Vec::new(),
            Some(known) => {
                trade.fill.cost = known.fill.cost;
                vec![corrected(&trade.fill)]
            }
            None => {
                trade.fill.cost = self.early.remove(&name).unwrap_or(trade.fill.cost);
                let mut events = vec![BrokerEvent::Filled(trade.fill.clone())];
                // Another process may have counted an earlier edition.
                if trade.revision > 1 {
                    events.push(corrected(&trade.fill));
                }
                events
            }
        };
        self.known.insert(name, trade);
        events
    }

    /// Takes the costs of an execution in; nothing if they were known.
    pub(in super::super) fn cost(
        &mut self,
        name: &str,
        cost: f64,
        time: Timestamp,
    ) -> Option<BrokerEvent> {
        let Some(trade) = self.known.get_mut(name) else {
            while self.early.len() >= EARLY_MAX {
                self.early.pop_first();
            }
            self.early.insert(name.to_owned(), cost);
            return None;
        };
        if trade.fill.cost == cost {
            return None;
        }
        trade.fill.cost = cost;
        Some(BrokerEvent::CostKnown { execution_id: name.to_owned(), cost, time })
    }

    /// All of them.
    pub(in super::super) fn fills(&self) -> impl Iterator<Item = &Fill> {
        self.known.values().map(|trade| &trade.fill)
    }

    /// How many there are.
    pub(in super::super) fn len(&self) -> usize {
        self.known.len()
    }
}
