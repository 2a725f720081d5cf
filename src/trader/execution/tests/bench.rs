//! An engine and a venue in a few lines.

use std::collections::BTreeMap;

use crate::base::Timestamp;
use crate::config::{Bracket, Execution, Instrument};
use crate::domain::{BookTop, Fill, OrderId, OrderKind, OrderRequest, Side, Symbol, TimeInForce};
use crate::trader::execution::{Executor, Intent, SymbolView, View, Wish};

/// An order at the venue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) intent: u64,
    pub(super) request: OrderRequest,
    pub(super) filled: f64,
    pub(super) is_over: bool,
    pub(super) is_cancel_asked: bool,
}

impl Placed {
    pub(super) fn rest(&self) -> f64 {
        if self.is_over { 0.0 } else { (self.request.quantity - self.filled).max(0.0) }
    }
}

pub(super) struct Bench {
    pub(super) executor: Executor,
    pub(super) now_s: i64,
    pub(super) views: BTreeMap<Symbol, SymbolView>,
    pub(super) orders: BTreeMap<OrderId, Placed>,
    /// Every wish in order.
    pub(super) wishes: Vec<Wish>,
    /// What the gate refuses next.
    pub(super) denials: usize,
    /// Wishes that wait for the gate.
    pub(super) is_gate_slow: bool,
    pub(super) waiting: Vec<Wish>,
    last_intent: u64,
    last_fill: u64,
}

pub(super) fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub(super) fn top(bid: f64, ask: f64) -> BookTop {
    BookTop { time: at(0), bid, ask, bid_quantity: 0.0, ask_quantity: 0.0 }
}

impl Bench {
    pub(super) fn new(rule: &Execution) -> Self {
        Self::with(rule, None, Instrument::default())
    }

    /// The instrument is that of `A`; `B` has no rules.
    pub(super) fn with(rule: &Execution, bracket: Option<Bracket>, instrument: Instrument) -> Self {
        let instruments = BTreeMap::from([(symbol("A"), instrument)]);
        let view = SymbolView { close: Some(100.0), ..SymbolView::default() };
        Self {
            executor: Executor::new(rule, bracket, instruments),
            now_s: 0,
            views: BTreeMap::from([(symbol("A"), view), (symbol("B"), view)]),
            orders: BTreeMap::new(),
            wishes: Vec::new(),
            denials: 0,
            is_gate_slow: false,
            waiting: Vec::new(),
            last_intent: 0,
            last_fill: 0,
        }
    }

    pub(super) fn view(&mut self, name: &str) -> &mut SymbolView {
        self.views.get_mut(&symbol(name)).unwrap()
    }

    pub(super) fn begin(&mut self, name: &str, signed_quantity: f64) -> u64 {
        self.last_intent += 1;
        let (number, decided_at) = (self.last_intent, at(self.now_s));
        let intent = Intent { number, symbol: symbol(name), signed_quantity, decided_at };
        self.ask(|executor, view| executor.begin(vec![intent], view));
        number
    }

    pub(super) fn begin_at_once(&mut self, name: &str, signed_quantity: f64) {
        self.last_intent += 1;
        let (number, decided_at) = (self.last_intent, at(self.now_s));
        let intent = Intent { number, symbol: symbol(name), signed_quantity, decided_at };
        self.ask(|executor, view| executor.begin_at_once(vec![intent], view));
    }

    pub(super) fn timer(&mut self, now_s: i64) {
        self.now_s = now_s;
        self.ask(Executor::timer);
    }

    /// A fill, also of an order that is over; an order that is full ends.
    pub(super) fn fill(&mut self, id: u64, quantity: f64, price: f64) {
        self.last_fill += 1;
        let order = self.orders.get_mut(&OrderId(id)).unwrap();
        order.filled += quantity;
        let request = &order.request;
        let fill = Fill {
            execution_id: self.last_fill.to_string(),
            order_id: OrderId(id),
            symbol: request.symbol.clone(),
            side: request.side,
            quantity,
            price,
            cost: 0.0,
            time: at(self.now_s),
        };
        let is_full = order.filled >= request.quantity * (1.0 - 1e-12) && !order.is_over;
        self.views.get_mut(&fill.symbol).unwrap().held += fill.signed_quantity();
        self.ask(|executor, view| executor.filled(&fill, view));
        if is_full {
            self.end(id);
        }
    }

    pub(super) fn end(&mut self, id: u64) {
        self.orders.get_mut(&OrderId(id)).unwrap().is_over = true;
        self.ask(|executor, view| executor.ended(OrderId(id), view));
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.ask(|executor, _| executor.clear());
    }

    /// The gate has made up its mind on what waits.
    pub(super) fn answer(&mut self) {
        for wish in std::mem::take(&mut self.waiting) {
            self.place(wish);
        }
    }

    pub(super) fn pending(&self, name: &str) -> f64 {
        self.executor.pending(&symbol(name))
    }

    /// Signed quantities and kinds of the orders, in order.
    pub(super) fn sent(&self) -> Vec<(f64, OrderKind)> {
        let all = self.orders.values();
        all.map(|order| (order.request.signed_quantity(), order.request.kind)).collect()
    }

    pub(super) fn quantities(&self) -> Vec<f64> {
        self.sent().into_iter().map(|(quantity, _)| quantity).collect()
    }

    pub(super) fn cancels(&self) -> Vec<u64> {
        let cancel = |wish: &Wish| match wish {
            Wish::Cancel(id) => Some(id.0),
            Wish::Submit { .. } => None,
        };
        self.wishes.iter().filter_map(cancel).collect()
    }

    pub(super) fn time_in_force(&self, id: u64) -> TimeInForce {
        self.orders[&OrderId(id)].request.time_in_force
    }

    fn ask(&mut self, ask: impl FnOnce(&mut Executor, &View<'_>) -> Vec<Wish>) {
        let views = self.views.clone();
        let look = |symbol: &Symbol| views[symbol];
        let wishes = ask(&mut self.executor, &View { now: at(self.now_s), prices: &look });
        for wish in wishes {
            self.wishes.push(wish.clone());
            match wish {
                Wish::Cancel(id) => self.orders.get_mut(&id).unwrap().is_cancel_asked = true,
                Wish::Submit { .. } if self.is_gate_slow => self.waiting.push(wish),
                Wish::Submit { .. } => self.place(wish),
            }
        }
    }

    fn place(&mut self, wish: Wish) {
        let Wish::Submit { intent, symbol, signed_quantity, kind, time_in_force, protects } = wish
        else {
            return;
        };
        if self.denials > 0 {
            self.denials -= 1;
            return self.executor.denied(intent);
        }
        let id = OrderId(self.orders.len() as u64 + 1);
        let request = OrderRequest {
            id,
            symbol,
            side: Side::of(signed_quantity),
            quantity: signed_quantity.abs(),
            kind,
            time_in_force,
            protects,
            decided_at: at(self.now_s),
        };
        self.executor.submitted(intent, id, &request);
        let placed =
            Placed { intent, request, filled: 0.0, is_over: false, is_cancel_asked: false };
        self.orders.insert(id, placed);
    }
}
