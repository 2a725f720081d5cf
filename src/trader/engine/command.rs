//! Starts, commands, alarms and the passing of time.

use super::{Alert, Command, Effect, Engine};
use crate::base::Timestamp;
use crate::domain::OrderId;
use crate::risk::{Alarm, HaltCause, RiskState};
use crate::trader::execution::{Executor, Intent};
use crate::trader::orders::{Happening, OrderState};

/// Venue and ledger are compared this often, and a doubtful order is looked up this soon.
pub(in crate::trader) const COMPARE_NANOS: i64 = 60_000_000_000;
const LOOK_UP_NANOS: i64 = 5_000_000_000;

impl Engine {
    /// The process begins: what was in flight is unknown, and nothing is sent before the venue was asked.
    pub(super) fn start(&mut self, time: Timestamp, risk: RiskState, effects: &mut Vec<Effect>) {
        if !self.has_started {
            self.has_started = true;
            self.compared_at = time;
            let alarms = self.gate.carry(risk);
            self.alarm(alarms, effects);
        }
        let open: Vec<OrderId> = self.desk.open().map(|order| order.request.id).collect();
        for id in open {
            self.happen(id, Happening::AnswerLost, effects);
        }
        self.waiting.clear();
        self.trust_all();
        self.differences_of_before();
        self.is_link_up = true;
        self.is_reconciled = false;
        self.asked_at = None;
        self.ask(effects);
    }

    pub(super) fn command(&mut self, command: Command, by: &str, effects: &mut Vec<Effect>) {
        match command {
            Command::Pause => self.is_paused = true,
            Command::Resume => {
                self.is_paused = false;
                self.is_flattening = false;
                self.confirm(by);
                self.gate.resume(self.now);
                self.keep_risk(effects);
                effects.push(Effect::Alert(Alert::Resumed));
                self.ask(effects);
            }
            Command::Flatten => {
                self.cancel_all(effects);
                self.is_paused = true;
                self.is_flattening = true;
            }
            Command::Kill => {
                self.cancel_all(effects);
                // A loop that hung is no decision of a human.
                let cause = if by == "watchdog" { HaltCause::DeadMan } else { HaltCause::Killed };
                let alarms = self.gate.halt(cause, None, self.now);
                self.alarm(alarms, effects);
            }
        }
    }

    /// Closes what is held once no order is open any more, so that nothing is sold twice.
    pub(super) fn go_on_flattening(&mut self, effects: &mut Vec<Effect>) {
        let is_clear = self.is_reconciled && self.desk.open().next().is_none();
        if !self.is_flattening || !is_clear || !self.waiting.is_empty() {
            return;
        }
        self.is_flattening = false;
        let mut intents = Vec::new();
        for (symbol, position) in self.symbols.iter().zip(&self.portfolio.holdings().positions) {
            if position.quantity != 0.0 {
                self.last_intent += 1;
                intents.push(Intent {
                    number: self.last_intent,
                    symbol: symbol.clone(),
                    signed_quantity: -position.quantity,
                    decided_at: self.now,
                });
            }
        }
        let wishes = self.with_view(|executor, view| executor.begin_at_once(intents, view));
        self.carry_out(wishes, effects);
    }

    pub(super) fn timer(&mut self, time: Timestamp, effects: &mut Vec<Effect>) {
        let wishes = self.with_view(Executor::timer);
        self.carry_out(wishes, effects);
        self.send_waiting(effects);
        if self.asked_at.is_some_and(|asked| is_older(asked, time, LOOK_UP_NANOS)) {
            self.asked_at = None;
        }
        let is_doubtful = |state| {
            matches!(state, OrderState::Sending | OrderState::Unknown | OrderState::Canceling)
        };
        let in_doubt = self
            .desk
            .open()
            .any(|o| is_doubtful(o.state) && is_older(o.sent_at, time, LOOK_UP_NANOS));
        let pause = if self.has_open_question() { LOOK_UP_NANOS } else { COMPARE_NANOS };
        if in_doubt || !self.is_reconciled || is_older(self.compared_at, time, pause) {
            self.ask(effects);
        }
    }

    /// Turns alarms of the gate into effects.
    pub(super) fn alarm(&mut self, alarms: Vec<Alarm>, effects: &mut Vec<Effect>) {
        if alarms.is_empty() {
            return;
        }
        for alarm in alarms {
            let Alarm { cause, symbol, cancel_all } = alarm;
            effects.push(Effect::Alert(Alert::Halted { cause, symbol: symbol.clone() }));
            match symbol {
                _ if !cancel_all => {}
                Some(symbol) => self.cancel_symbol(&symbol, effects),
                None => self.cancel_all(effects),
            }
        }
        self.keep_risk(effects);
    }

    /// Tells where limits and halts stand, if that must outlive this session.
    pub(super) fn keep_risk(&mut self, effects: &mut Vec<Effect>) {
        if self.gate.state().is_worth_keeping(&self.kept) {
            self.kept = self.gate.state().clone();
            effects.push(Effect::KeepRisk(self.kept.clone()));
        }
    }
}

fn is_older(then: Timestamp, now: Timestamp, nanos: i64) -> bool {
    then.saturating_add_nanos(nanos) <= now
}
