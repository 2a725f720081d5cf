//! News of the venue, applied once each.

use super::{Alert, Effect, Engine};
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId};
use crate::ports::{BrokerEvent, CashReason};
use crate::risk::HaltCause;
use crate::trader::orders::{Happening, Outcome};

impl Engine {
    pub(super) fn learn(&mut self, event: BrokerEvent, effects: &mut Vec<Effect>) {
        match event {
            BrokerEvent::Accepted { order_id, .. } => {
                self.happen(order_id, Happening::Accepted, effects);
            }
            BrokerEvent::Filled(fill) => self.fill(fill, effects),
            BrokerEvent::Protected { fill, .. } => self.exit(fill, effects),
            BrokerEvent::CostKnown { execution_id, cost, .. } => self.charge(&execution_id, cost),
            BrokerEvent::Corrected { execution_id, fill } => self.correct(&execution_id, fill),
            BrokerEvent::Canceled { order_id, .. } => {
                self.happen(order_id, Happening::Canceled, effects);
            }
            BrokerEvent::CancelRefused { order_id, .. } => {
                self.happen(order_id, Happening::CancelRefused, effects);
                self.ask(effects);
            }
            BrokerEvent::Expired { order_id, .. } => {
                self.happen(order_id, Happening::Expired, effects);
            }
            BrokerEvent::Rejected { order_id, .. } => self.reject(order_id, effects),
            BrokerEvent::CashPosted { amount, reason, time } => {
                self.post_cash((time, reason, amount.to_bits()));
            }
            BrokerEvent::LinkLost { .. } => self.lose_link(),
            BrokerEvent::LinkRestored { .. } => {
                self.is_link_up = true;
                self.is_reconciled = false;
                self.ask(effects);
            }
        }
    }

    /// A posting carries no name: it counts once by its time, reason and amount, and not at all if it was part of a cash
    /// that was taken over from the venue.
    fn post_cash(&mut self, posting: (Timestamp, CashReason, u64)) {
        if posting.0 > self.cash_known_until && self.postings.insert(posting) {
            self.portfolio.post_cash(f64::from_bits(posting.2));
        }
    }

    /// The costs of an execution become known. They count once: not at all if the execution is older than a cash that
    /// was taken over from the venue, which has paid them already.
    fn charge(&mut self, execution_id: &str, cost: f64) {
        if let Some((change, traded_at)) = self.desk.cost(execution_id, cost)
            && traded_at > self.cash_known_until
        {
            self.portfolio.post_cash(change);
        }
    }

    /// What the venue's own list says of an execution that came without its costs. A list without costs takes none
    /// back.
    pub(super) fn charge_as_listed(&mut self, listed: &Fill) {
        if listed.cost != 0.0 && self.desk.is_without_cost(&listed.execution_id) {
            self.charge(&listed.execution_id, listed.cost);
        }
    }

    /// From here on the venue's answers may be lost; nothing new is sent until they are compared.
    fn lose_link(&mut self) {
        self.is_link_up = false;
        self.is_reconciled = false;
        self.asked_at = None;
    }

    pub(super) fn happen(&mut self, id: OrderId, happening: Happening, effects: &mut Vec<Effect>) {
        let outcome = self.desk.apply(id, happening);
        self.settle_state(id, outcome, effects);
    }

    fn reject(&mut self, id: OrderId, effects: &mut Vec<Effect>) {
        let outcome = self.desk.apply(id, Happening::Rejected);
        if matches!(outcome, Outcome::Noted { .. }) {
            let alarms = self.gate.rejected(self.now);
            self.alarm(alarms, effects);
        }
        self.settle_state(id, outcome, effects);
    }

    /// Passes on what the order's new state means.
    pub(super) fn settle_state(
        &mut self,
        id: OrderId,
        outcome: Outcome,
        effects: &mut Vec<Effect>,
    ) {
        match outcome {
            Outcome::Noted { has_ended: true } => self.order_ended(id, effects),
            Outcome::Refused(detail) => effects.push(Effect::Alert(Alert::Refused { detail })),
            Outcome::Known | Outcome::Noted { has_ended: false } | Outcome::Traded { .. } => {}
        }
    }

    fn order_ended(&mut self, id: OrderId, effects: &mut Vec<Effect>) {
        self.intents.remove(&id);
        let wishes = self.with_view(|executor, view| executor.ended(id, view));
        self.carry_out(wishes, effects);
    }

    /// An execution of an order of ours, or of one that nobody here sent.
    pub(super) fn fill(&mut self, fill: Fill, effects: &mut Vec<Effect>) {
        // A trade against its order, or of one that ended days ago, is the environment's rule that closes the position.
        let is_exit = match self.desk.get(fill.order_id) {
            Some(order) => order.request.side != fill.side,
            None => self.desk.was_numbered(fill.order_id),
        };
        if is_exit {
            return self.exit(fill, effects);
        }
        let Some(index) = self.index(&fill.symbol) else {
            let detail = format!("a trade of {}, which is not in the universe", fill.symbol);
            return effects.push(Effect::Alert(Alert::Refused { detail }));
        };
        let is_ours = self.desk.get(fill.order_id).is_some();
        match self.desk.fill(fill) {
            Outcome::Traded { fill, excess, has_ended } => {
                self.portfolio.fill(index, &fill);
                self.settle_difference(index);
                let alarms = self.gate.filled(&fill);
                self.alarm(alarms, effects);
                self.over_fill(&fill, excess, effects);
                if is_ours {
                    let wishes = self.with_view(|executor, view| executor.filled(&fill, view));
                    self.carry_out(wishes, effects);
                } else {
                    self.stray(
                        &format!("execution {} of order {}", fill.execution_id, fill.order_id),
                        effects,
                    );
                }
                if has_ended {
                    self.order_ended(fill.order_id, effects);
                }
            }
            Outcome::Refused(detail) => effects.push(Effect::Alert(Alert::Refused { detail })),
            Outcome::Known | Outcome::Noted { .. } => {}
        }
    }

    fn exit(&mut self, fill: Fill, effects: &mut Vec<Effect>) {
        let Some(index) = self.index(&fill.symbol) else {
            let detail = format!("a trade of {}, which is not in the universe", fill.symbol);
            return effects.push(Effect::Alert(Alert::Refused { detail }));
        };
        match self.desk.exit(fill) {
            Outcome::Traded { fill, .. } => {
                self.portfolio.exit(index, &fill);
                self.settle_difference(index);
                let alarms = self.gate.filled(&fill);
                self.alarm(alarms, effects);
            }
            Outcome::Refused(detail) => effects.push(Effect::Alert(Alert::Refused { detail })),
            Outcome::Known | Outcome::Noted { .. } => {}
        }
    }

    fn over_fill(&mut self, fill: &Fill, excess: f64, effects: &mut Vec<Effect>) {
        if excess > 0.0 {
            let order_id = fill.order_id;
            effects.push(Effect::Alert(Alert::OverFill { order_id, excess }));
            let alarms = self.gate.halt(HaltCause::OverFill, Some(&fill.symbol), self.now);
            self.alarm(alarms, effects);
        }
    }

    /// Something at the venue that no intent of ours explains.
    pub(super) fn stray(&mut self, what: &str, effects: &mut Vec<Effect>) {
        let detail = format!("{what} was never asked for");
        effects.push(Effect::Alert(Alert::Refused { detail }));
        let alarms = self.gate.halt(HaltCause::Stray, None, self.now);
        self.alarm(alarms, effects);
    }

    fn correct(&mut self, wrong: &str, right: Fill) {
        let Some(index) = self.index(&right.symbol) else { return };
        if let Some((old, new)) = self.desk.correct(wrong, right) {
            self.portfolio.correct(index, &old, &new);
        }
    }
}
