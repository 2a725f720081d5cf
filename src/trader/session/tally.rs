//! What a session has done so far, counted from its rows.

use std::collections::BTreeMap;

use crate::ports::BrokerEvent;
use crate::trader::{DeniedOrder, Effect, Event};

/// Counts of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Decisions made.
    pub decisions: usize,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Fills, protective rules included.
    pub fills: usize,
    /// Orders that the venue refused.
    pub rejects: usize,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
    /// Value of the account at the last row, if the session has come to it.
    pub equity_end: Option<f64>,
}

impl Tally {
    /// Counts a row.
    pub fn count(&mut self, event: &Event, effects: &[Effect]) {
        match event {
            Event::Broker(BrokerEvent::Filled(_) | BrokerEvent::Protected { .. }) => {
                self.fills += 1;
            }
            Event::Broker(BrokerEvent::Rejected { .. }) => self.rejects += 1,
            _ => {}
        }
        for effect in effects {
            self.count_effect(effect);
        }
    }

    fn count_effect(&mut self, effect: &Effect) {
        match effect {
            Effect::Decided(decision) => {
                self.decisions += 1;
                decision.denials.iter().for_each(|denied| self.count_denial(denied));
            }
            Effect::Denied(denied) => self.count_denial(denied),
            Effect::Submit(_) => self.orders += 1,
            Effect::Closed { equity, .. } => self.equity_end = Some(*equity),
            Effect::NotDecided { .. }
            | Effect::Cancel(_)
            | Effect::Reconcile { .. }
            | Effect::Alert(_)
            | Effect::KeepRisk(_) => {}
        }
    }

    fn count_denial(&mut self, denied: &DeniedOrder) {
        *self.denials.entry(denied.denial.code().to_owned()).or_default() += 1;
    }
}
