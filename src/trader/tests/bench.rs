//! An engine on a bench: events by hand, effects to look at.

use std::rc::Rc;

use super::stage::{WARM_UP, engine};
use crate::base::Timestamp;
use crate::config::{ActionRow, Actions, Env, Market, PortfolioMarket, RiskLimits, Trade};
use crate::domain::{Fill, OrderId, OrderRequest, Panel};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::ports::{BrokerAccount, BrokerEvent, BrokerSnapshot};
use crate::risk::RiskState;
use crate::trader::{Alert, Command, Effect, Engine, Event, NoDecision, OrderState};

/// An engine that has seen its warm-up and agrees with a venue that holds nothing but cash.
pub(super) struct Bench {
    pub(super) panel: Panel,
    pub(super) engine: Engine,
    pub(super) limits: RiskLimits,
    /// Everything that has happened and what the engine made of it, as a ledger would have it.
    pub(super) ledger: Vec<(Event, Vec<Effect>)>,
    pub(super) next: usize,
}

pub(super) fn env() -> Env {
    let rows = [[0.0, 0.5, 0.5, 0.0], [0.2, 0.0, 0.0, 0.8], [0.0, 0.3, 0.3, 0.4]];
    let weights = rows.map(|row| ActionRow::Weights(row.to_vec()));
    let table = std::iter::once(ActionRow::Hold).chain(weights).collect();
    Env { market: Market::Portfolio(PortfolioMarket::new(Actions::Table(table))), ..Env::default() }
}

pub(super) fn nothing(time: Timestamp) -> BrokerSnapshot {
    BrokerSnapshot {
        time,
        account: BrokerAccount { cash: 100_000.0, positions: Vec::new() },
        open_orders: Vec::new(),
        executions: Vec::new(),
        ended_orders: Vec::new(),
    }
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(&RiskLimits::default())
    }

    pub(super) fn with(limits: &RiskLimits) -> Self {
        let panel = panel(&PanelSpec { missing_frac: 0.0, ..PanelSpec::default() });
        let engine = engine(&panel, &env(), (&Trade::default(), limits), &Rc::default());
        Self { panel, engine, limits: limits.clone(), ledger: Vec::new(), next: 0 }
    }

    pub(super) fn give(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.engine.process(event.clone()).unwrap();
        self.ledger.push((event, effects.clone()));
        effects
    }

    pub(super) fn now(&self) -> Timestamp {
        self.engine.now()
    }

    pub(super) fn start(&mut self) -> Vec<Effect> {
        let time = self.panel.rows[self.next].time;
        self.give(Event::Started { time, risk: RiskState::default() })
    }

    pub(super) fn warm(&mut self) {
        for _ in 0..WARM_UP {
            let row = self.panel.rows[self.next].clone();
            self.next += 1;
            self.give(Event::History(row));
        }
    }

    pub(super) fn bar(&mut self) -> Vec<Effect> {
        let row = self.panel.rows[self.next].clone();
        self.next += 1;
        self.give(Event::Bar(row))
    }

    pub(super) fn snapshot(&mut self, snapshot: BrokerSnapshot) -> Vec<Effect> {
        let time = self.now();
        self.give(Event::Snapshot { time, snapshot })
    }

    /// Ready to decide.
    pub(super) fn ready() -> Self {
        let mut bench = Self::new();
        bench.start();
        bench.warm();
        let time = bench.now();
        bench.snapshot(nothing(time));
        bench
    }

    /// Ready, with the orders of one decision sent.
    pub(super) fn sent() -> (Self, Vec<OrderRequest>) {
        let mut bench = Self::ready();
        let orders = bench.orders();
        (bench, orders)
    }

    /// The orders of the next decision that sends any.
    pub(super) fn orders(&mut self) -> Vec<OrderRequest> {
        let mut bars = (0..50).map(|_| submits(&self.bar()));
        bars.find(|orders| !orders.is_empty()).unwrap()
    }

    /// The process ends and another one begins: a fresh engine makes the same of every event.
    pub(super) fn restart(&mut self) -> Vec<Effect> {
        let settings = (&Trade::default(), &self.limits);
        self.engine = engine(&self.panel, &env(), settings, &Rc::default());
        for (event, effects) in &self.ledger {
            // As text: floats of a ledger come back to the bit.
            let text = serde_json::to_string(event).unwrap();
            let event: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(self.engine.process(event).unwrap(), *effects);
        }
        let (time, risk) = (self.now(), self.engine.risk().clone());
        self.give(Event::Started { time, risk })
    }

    pub(super) fn news(&mut self, event: BrokerEvent) -> Vec<Effect> {
        self.give(Event::Broker(event))
    }

    pub(super) fn state(&self, id: OrderId) -> OrderState {
        self.engine.orders().find(|order| order.request.id == id).unwrap().state
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        let time = self.now();
        self.give(Event::Command { command, by: "test".to_owned(), time })
    }
}

pub(super) fn submits(effects: &[Effect]) -> Vec<OrderRequest> {
    let submit = |effect: &Effect| match effect {
        Effect::Submit(order) => Some(order.request().clone()),
        _ => None,
    };
    effects.iter().filter_map(submit).collect()
}

pub(super) fn cancels(effects: &[Effect]) -> Vec<OrderId> {
    let cancel = |effect: &Effect| match effect {
        Effect::Cancel(id) => Some(*id),
        _ => None,
    };
    effects.iter().filter_map(cancel).collect()
}

pub(super) fn reason(effects: &[Effect]) -> Option<NoDecision> {
    effects.iter().find_map(|effect| match effect {
        Effect::NotDecided { reason, .. } => Some(reason.clone()),
        _ => None,
    })
}

pub(super) fn asks(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Reconcile { .. }))
}

pub(super) fn alerts(effects: &[Effect]) -> Vec<&Alert> {
    let mut alerts = Vec::new();
    for effect in effects {
        if let Effect::Alert(alert) = effect {
            alerts.push(alert);
        }
    }
    alerts
}

pub(super) fn fill(order: &OrderRequest, id: &str, quantity: f64) -> Fill {
    Fill {
        execution_id: id.to_owned(),
        order_id: order.id,
        symbol: order.symbol.clone(),
        side: order.side,
        quantity,
        price: 10.0,
        cost: 0.5,
        time: order.decided_at,
    }
}
