//! One row per decision, as CSV.

use crate::domain::Symbol;
use crate::trader::{Decision, Effect};

/// The rows so far.
pub(in crate::commands::trade) struct Decisions {
    names: Vec<String>,
    text: String,
}

impl Decisions {
    /// The head of the table.
    pub(in crate::commands::trade) fn new(actions: &[String], symbols: &[Symbol]) -> Self {
        let weights = symbols.iter().map(|symbol| format!(",weight.{symbol}"));
        let text = format!(
            "time,action,action_name,confidence,equity,orders,denials,weight.CASH{}\n",
            weights.collect::<String>()
        );
        Self { names: actions.to_vec(), text }
    }

    /// Adds the decision of a row of the ledger, if there was one.
    pub(in crate::commands::trade) fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Decided(decision) = effect {
                self.add(decision);
            }
        }
    }

    fn add(&mut self, decision: &Decision) {
        let weights = decision.weights.iter().map(|weight| format!(",{weight}"));
        self.text += &format!(
            "{},{},{},{},{},{},{}{}\n",
            decision.time,
            decision.action,
            self.names.get(decision.action).map_or("", String::as_str),
            decision.confidence,
            decision.equity,
            decision.orders.len(),
            decision.denials.len(),
            weights.collect::<String>()
        );
    }

    /// The whole table.
    pub(in crate::commands::trade) fn csv(&self) -> &str {
        &self.text
    }
}
