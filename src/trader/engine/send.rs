//! From wishes to orders at the venue, all through the one gate.

use super::{DeniedOrder, Effect, Engine};
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderRequest, Side, Symbol};
use crate::risk::{Approved, Verdict};
use crate::trader::execution::{Executor, SymbolView, View, Wish};
use crate::trader::orders::Happening;

/// An order that the message rate holds back.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    until: Timestamp,
    intent: u64,
    request: OrderRequest,
}

impl Engine {
    /// Lets the executor see the market as it is now.
    pub(super) fn with_view<T>(&mut self, ask: impl FnOnce(&mut Executor, &View<'_>) -> T) -> T {
        let (symbols, prices) = (&self.symbols, &self.prices);
        let positions = &self.portfolio.holdings().positions;
        let look = |symbol: &_| match symbols.iter().position(|s| s == symbol) {
            Some(index) => SymbolView {
                top: prices.top(index),
                close: prices.known_close(index),
                volume: prices.volume(index),
                held: positions[index].quantity,
            },
            None => SymbolView::default(),
        };
        ask(&mut self.executor, &View { now: self.now, prices: &look })
    }

    /// Carries wishes out outside of a decision.
    pub(super) fn carry_out(&mut self, wishes: Vec<Wish>, effects: &mut Vec<Effect>) {
        let requests = self.requests(wishes, effects);
        let (approved, denials) = self.review(requests);
        effects.extend(denials.into_iter().map(Effect::Denied));
        effects.extend(approved.into_iter().map(Effect::Submit));
    }

    /// Numbers the orders that are wished for; cancels go out at once.
    pub(super) fn requests(
        &mut self,
        wishes: Vec<Wish>,
        effects: &mut Vec<Effect>,
    ) -> Vec<(u64, OrderRequest)> {
        let mut requests = Vec::new();
        for wish in wishes {
            match wish {
                Wish::Cancel(id) => self.cancel(id, effects),
                Wish::Submit { intent, symbol, signed_quantity, kind, time_in_force, protects } => {
                    let request = OrderRequest {
                        id: self.desk.number(),
                        symbol,
                        side: Side::of(signed_quantity),
                        quantity: signed_quantity.abs(),
                        kind,
                        time_in_force,
                        protects,
                        decided_at: self.now,
                    };
                    requests.push((intent, request));
                }
            }
        }
        requests
    }

    /// The gate's verdict on each; a cleared order counts as sent from here on.
    pub(super) fn review(
        &mut self,
        requests: Vec<(u64, OrderRequest)>,
    ) -> (Vec<Approved<OrderRequest>>, Vec<DeniedOrder>) {
        let mut book = self.book();
        let (mut approved, mut denials) = (Vec::new(), Vec::new());
        for (intent, order) in requests {
            match self.gate.review(order.clone(), &mut book, self.now) {
                Verdict::Approved(order) => {
                    let request = order.request();
                    self.desk.send(request, self.now);
                    self.intents.insert(request.id, intent);
                    self.executor.submitted(intent, request.id, request);
                    approved.push(order);
                }
                Verdict::Denied(denial) => {
                    self.executor.denied(intent);
                    denials.push(DeniedOrder { order, denial });
                }
                Verdict::Wait { request, until } => {
                    self.waiting.push(Waiting { until, intent, request });
                }
            }
        }
        (approved, denials)
    }

    /// Orders that the message rate held back and whose time has come.
    pub(super) fn send_waiting(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let (due, later) =
            std::mem::take(&mut self.waiting).into_iter().partition(|order| order.until <= now);
        self.waiting = later;
        let due: Vec<Waiting> = due;
        let requests = due.into_iter().map(|order| (order.intent, order.request)).collect();
        let (approved, denials) = self.review(requests);
        effects.extend(denials.into_iter().map(Effect::Denied));
        effects.extend(approved.into_iter().map(Effect::Submit));
    }

    pub(super) fn cancel(&mut self, id: OrderId, effects: &mut Vec<Effect>) {
        if self.desk.get(id).is_some_and(|order| order.state.is_open()) {
            self.desk.apply(id, Happening::CancelAsked);
            if !effects.contains(&Effect::Cancel(id)) {
                effects.push(Effect::Cancel(id));
            }
        }
    }

    /// Cancels every open order and forgets every plan.
    pub(super) fn cancel_all(&mut self, effects: &mut Vec<Effect>) {
        // The executor wishes for a cancel of each of its children. The desk has all of these open, and besides them
        // orders that counted as over and came back, which no plan knows any more: its list is canceled instead.
        drop(self.executor.clear());
        self.waiting.clear();
        let open: Vec<OrderId> = self.desk.open().map(|order| order.request.id).collect();
        for id in open {
            self.cancel(id, effects);
        }
    }

    /// Cancels every open order of a symbol and forgets every plan for it.
    pub(super) fn cancel_symbol(&mut self, symbol: &Symbol, effects: &mut Vec<Effect>) {
        self.executor.forget(symbol);
        self.waiting.retain(|order| order.request.symbol != *symbol);
        let of_symbol = self.desk.open().filter(|order| order.request.symbol == *symbol);
        let open: Vec<OrderId> = of_symbol.map(|order| order.request.id).collect();
        for id in open {
            self.cancel(id, effects);
        }
    }

    pub(super) fn send_failed(&mut self, id: OrderId, is_unknown: bool, effects: &mut Vec<Effect>) {
        let happening = if is_unknown { Happening::AnswerLost } else { Happening::SendFailed };
        let outcome = self.desk.apply(id, happening);
        self.settle_state(id, outcome, effects);
        if is_unknown {
            self.ask(effects);
        }
    }
}
