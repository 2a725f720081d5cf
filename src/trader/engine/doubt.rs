//! Data, decisions and symbols that cannot be relied on.

use super::{Alert, Effect, Engine};
use crate::domain::Symbol;
use crate::risk::HaltCause;

impl Engine {
    /// The data of a symbol, or of all, is in doubt.
    pub(super) fn doubt(&mut self, symbol: Option<Symbol>) {
        self.doubts.insert(symbol);
        self.tell_gate();
    }

    /// It is good again.
    pub(super) fn trust(&mut self, symbol: &Option<Symbol>) {
        self.doubts.remove(symbol);
        self.tell_gate();
    }

    /// A process that begins hears anew whose data is in doubt.
    pub(super) fn trust_all(&mut self) {
        self.doubts.clear();
        self.tell_gate();
    }

    pub(super) fn is_in_doubt(&self, symbol: &Symbol) -> bool {
        self.doubts.contains(&None) || self.doubts.contains(&Some(symbol.clone()))
    }

    fn tell_gate(&mut self) {
        let symbols = self.symbols.iter().filter(|symbol| self.is_in_doubt(symbol));
        let symbols: Vec<Symbol> = symbols.cloned().collect();
        self.gate.doubt(symbols);
    }

    /// What a decision that came too late began is given up, and it counts as a signal that could not be used.
    pub(super) fn decision_late(&mut self, took_s: f64, limit_s: f64, effects: &mut Vec<Effect>) {
        let (first_intent, bad_before) = self.last_decision;
        self.executor.give_up_from(first_intent);
        effects.push(Effect::Alert(Alert::DecisionLate { took_s, limit_s }));
        let alarms = self.gate.signal_was_late(self.now, bad_before);
        self.alarm(alarms, effects);
        self.keep_risk(effects);
    }

    /// A symbol that the venue does not know is left alone until a human resumes.
    pub(super) fn not_traded(&mut self, symbol: Symbol, detail: String, effects: &mut Vec<Effect>) {
        let alarms = self.gate.halt(HaltCause::NotTraded, Some(&symbol), self.now);
        if !alarms.is_empty() {
            effects.push(Effect::Alert(Alert::NotTraded { symbol, detail }));
        }
        self.alarm(alarms, effects);
    }
}
