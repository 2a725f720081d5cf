//! A row of the market, and the decision on it.

use super::{Alert, Decision, DeniedOrder, Effect, Engine, NoDecision};
use crate::base::Timestamp;
use crate::domain::{BookTop, MarketRow, OrderRequest, Symbol, Weights};
use crate::gym::{Order, Position};
use crate::risk::TradingState;
use crate::signals::{DecisionPoint, Joint, Opinion, Target};
use crate::trader::TraderError;
use crate::trader::execution::{Executor, Intent, Wish};

impl Engine {
    /// Features, prices and the account move to a row.
    pub(super) fn see(&mut self, row: &MarketRow) {
        self.signals.observe(row);
        self.prices.update(row);
        self.sizer.observe(self.prices.closes());
        for (symbol, bar) in self.symbols.iter().zip(&row.bars) {
            if let Some(bar) = bar {
                self.executor.observe(symbol, bar.available_at, bar.volume);
            }
        }
        self.gate.closes(row.time, self.prices.closes());
        if self.has_begun {
            self.portfolio.close_bar(self.prices.closes());
        }
    }

    pub(super) fn bar(
        &mut self,
        row: &MarketRow,
        effects: &mut Vec<Effect>,
    ) -> Result<(), TraderError> {
        self.see(row);
        self.value(effects);
        self.decide(row.time, effects)?;
        let wishes = self.with_view(Executor::timer);
        self.carry_out(wishes, effects);
        Ok(())
    }

    pub(super) fn last_bar(&mut self, row: &MarketRow, effects: &mut Vec<Effect>) {
        self.see(row);
        self.value(effects);
        self.keep_risk(effects);
        effects.push(Effect::Closed { time: row.time, equity: self.equity() });
    }

    pub(super) fn quote(&mut self, symbol: &Symbol, top: BookTop, effects: &mut Vec<Effect>) {
        let Some(index) = self.index(symbol) else { return };
        self.prices.quote(index, top);
        let wishes = self.with_view(Executor::timer);
        self.carry_out(wishes, effects);
    }

    /// Losses are measured before anything is decided.
    fn value(&mut self, effects: &mut Vec<Effect>) {
        if self.has_begun {
            let equity = self.equity();
            let alarms = self.gate.value(self.now, equity);
            self.alarm(alarms, effects);
            self.keep_risk(effects);
        }
    }

    fn decide(&mut self, time: Timestamp, effects: &mut Vec<Effect>) -> Result<(), TraderError> {
        if !self.prices.are_complete() {
            effects.push(Effect::NotDecided { time, reason: NoDecision::WarmingUp });
            return Ok(());
        }
        // The agents see every row in order, also those on which nothing may be traded.
        let opinion = self.opinion(time, effects)?;
        let reason = match opinion {
            Ok(joint) => match self.obstacle() {
                None => {
                    self.has_begun = true;
                    self.trade(joint, effects);
                    return Ok(());
                }
                Some(obstacle) => obstacle,
            },
            Err(reason) => reason,
        };
        effects.push(Effect::NotDecided { time, reason });
        Ok(())
    }

    fn obstacle(&self) -> Option<NoDecision> {
        match () {
            () if !self.is_reconciled || !self.is_link_up => Some(NoDecision::NotReconciled),
            () if self.is_paused || self.is_flattening => Some(NoDecision::Paused),
            () if self.gate.trading_state() == TradingState::Halted => Some(NoDecision::Halted),
            () => None,
        }
    }

    /// What the agents say, if it can be used.
    fn opinion(
        &mut self,
        time: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<Result<Joint, NoDecision>, TraderError> {
        let position = self.portfolio.position_state(self.prices.closes());
        let standing = self.portfolio.standing(self.prices.closes());
        let trading = self.may_trade();
        let trading = &trading;
        let point = DecisionPoint { time, position: &position, standing: &standing, trading };
        let opinion = self.signals.signal(&point);
        let (found, failed) = match opinion {
            Ok(Opinion::WarmingUp) => return Ok(Err(NoDecision::WarmingUp)),
            Ok(Opinion::NoQuorum { failed }) => (Err(NoDecision::NoQuorum), failed),
            Ok(Opinion::Disagreement { failed }) => (Err(NoDecision::Disagreement), failed),
            Ok(Opinion::Signal(joint)) if joint.legal.get(joint.signal.action) != Some(&true) => {
                let legal = (0..joint.legal.len()).filter(|&a| joint.legal[a]).collect();
                return Err(TraderError::IllegalAction {
                    time,
                    action: joint.signal.action,
                    legal,
                });
            }
            Ok(Opinion::Signal(mut joint)) => {
                let failed = std::mem::take(&mut joint.failed);
                (Ok(*joint), failed)
            }
            Err(error) => {
                let member = ("agent".to_owned(), error.to_string());
                (Err(NoDecision::BadSignal), vec![member])
            }
        };
        for (member, detail) in failed {
            effects.push(Effect::Alert(Alert::MemberFailed { member, detail }));
        }
        self.last_decision.1 = self.gate.bad_signals();
        let alarms = self.gate.signal_was(self.now, found.is_ok());
        self.alarm(alarms, effects);
        Ok(found)
    }

    /// One flag per symbol: may an action touch it? What is held may be left also where its data is in doubt, so that it has no
    /// bar; the gate lets nobody enter it.
    fn may_trade(&self) -> Vec<bool> {
        let positions = &self.portfolio.holdings().positions;
        let flags = self.prices.are_trading().iter().zip(&self.symbols).zip(positions);
        let may = |((&is_trading, symbol), position): ((&bool, &Symbol), &Position)| {
            is_trading || (position.quantity != 0.0 && self.is_in_doubt(symbol))
        };
        flags.map(may).collect()
    }

    fn trade(&mut self, joint: Joint, effects: &mut Vec<Effect>) {
        let Joint { signal, legal, members, diagnostics, .. } = joint;
        let weights = self.portfolio.position_state(self.prices.closes()).weights;
        let (sized, order) = self.sized(&signal.target, &weights);
        let wanted = self.quantities(order.as_ref().unwrap_or(&signal.target));
        let equity = self.equity();
        let intents = self.intents(&signal.target, &wanted, signal.time);
        let wishes = self.with_view(|executor, view| executor.begin(intents, view));
        let mut sent = Vec::new();
        let (orders, denials) = self.place(wishes, &mut sent);
        if !orders.is_empty() {
            self.portfolio.sent(order.as_ref().unwrap_or(&signal.target).order());
        }
        effects.push(Effect::Decided(Box::new(Decision {
            time: signal.time,
            observation: signal.observation,
            legal,
            action: signal.action,
            target: signal.target,
            confidence: signal.confidence,
            value: signal.value,
            members,
            diagnostics,
            equity,
            weights,
            sized,
            orders,
            denials,
        })));
        effects.append(&mut sent);
    }

    /// The weights after sizing, as a record and, where they differ from the signal's, as a target.
    fn sized(&self, target: &Target, held: &[f64]) -> (Option<Vec<f64>>, Option<Target>) {
        let Target::Weights(weights) = target else { return (None, None) };
        let sized = self.sizer.size(weights.as_slice(), held);
        if sized == weights.as_slice() {
            return (Some(sized), None);
        }
        let target = Weights::try_new(sized.clone()).ok().map(Target::Weights);
        (Some(sized), target)
    }

    /// Signed quantities that reach the target, sized at the last closes; 0 where nothing may trade. A symbol whose data is in
    /// doubt has no bar, and may still be left.
    fn quantities(&self, target: &Target) -> Vec<f64> {
        let mut quantities = self.portfolio.quantities(target.order(), self.prices.closes());
        for (index, quantity) in quantities.iter_mut().enumerate() {
            if self.prices.are_trading()[index] {
                continue;
            }
            let held = self.portfolio.holdings().positions[index].quantity;
            let is_exit = *quantity * held < 0.0 && self.is_in_doubt(&self.symbols[index]);
            *quantity = if is_exit { quantity.clamp(-held.abs(), held.abs()) } else { 0.0 };
        }
        quantities
    }

    /// HOLD leaves what is under way alone; every other target replaces it.
    fn intents(&mut self, target: &Target, wanted: &[f64], decided_at: Timestamp) -> Vec<Intent> {
        if matches!(target.order(), Order::Hold) {
            return Vec::new();
        }
        let mut intents = Vec::new();
        self.last_decision.0 = self.last_intent + 1;
        for (symbol, &signed_quantity) in self.symbols.iter().zip(wanted) {
            if signed_quantity != 0.0 || self.executor.pending(symbol) != 0.0 {
                self.last_intent += 1;
                let (number, symbol) = (self.last_intent, symbol.clone());
                intents.push(Intent { number, symbol, signed_quantity, decided_at });
            }
        }
        intents
    }

    /// Reviews the orders of a decision: what reduces exposure first, so that it makes room.
    fn place(
        &mut self,
        wishes: Vec<Wish>,
        effects: &mut Vec<Effect>,
    ) -> (Vec<OrderRequest>, Vec<DeniedOrder>) {
        let mut requests = self.requests(wishes, effects);
        let book = self.book();
        requests.sort_by_key(|(_, request)| !reduces(&book, request));
        let (mut approved, mut denials) = self.review(requests);
        approved.sort_by_key(|order| order.request().id);
        denials.sort_by_key(|denied: &DeniedOrder| denied.order.id);
        let orders = approved.iter().map(|order| order.request().clone()).collect();
        effects.extend(approved.into_iter().map(Effect::Submit));
        (orders, denials)
    }
}

fn reduces(book: &crate::risk::Book, request: &OrderRequest) -> bool {
    let held = book.line(&request.symbol).map_or(0.0, |line| line.quantity);
    (held + request.signed_quantity()).abs() < held.abs()
}
