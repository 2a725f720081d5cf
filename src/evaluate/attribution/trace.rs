//! The session side: what it saw, what it asked for and what came of it, read from its events.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Timestamp;
use crate::domain::{Bar, Fill, MarketRow, OrderId, OrderRequest, Panel, Symbol};
use crate::gym::Order;
use crate::ports::{BrokerEvent, BrokerSnapshot};
use crate::trader::{Alert, Command, Effect, Event};

/// What the engine calls cash when its own differs from the venue's.
const CASH: &str = "cash";

/// A row of the market as the session saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenRow {
    /// The decision time.
    pub time: Timestamp,
    /// One entry per symbol; none where it did not trade.
    pub bars: Vec<Option<Bar>>,
    /// Last known close of each symbol; NaN before the first.
    pub closes: Vec<f64>,
}

/// The account at the start of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Currency units.
    pub cash: f64,
    /// Shares of each symbol of the universe, shorts negative.
    pub positions: Vec<f64>,
}

/// One execution, with what is known of the order behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedFill {
    /// Position of the symbol in the universe.
    pub symbol_index: usize,
    /// Shares, sales negative.
    pub quantity: f64,
    /// Currency units per share.
    pub price: f64,
    /// What the venue charged, currency units.
    pub cost: f64,
    /// When.
    pub time: Timestamp,
    /// The decision that asked for it; absent for protective exits and for trades that nobody asked for.
    pub decided_at: Option<Timestamp>,
    /// Whether a protective order or rule made it.
    pub is_exit: bool,
    /// When the order was at the venue, and the last price known then; absent where the venue did not say.
    pub arrival: Option<(Timestamp, f64)>,
}

/// An order and the decision behind it, if there is one.
#[derive(Debug, Clone, PartialEq)]
struct SentOrder {
    request: OrderRequest,
    decided_at: Option<Timestamp>,
}

/// What one session did.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionTrace {
    symbols: Vec<Symbol>,
    opening: Option<Opening>,
    /// Rows before the first decision was due.
    history: Vec<MarketRow>,
    rows: Vec<SeenRow>,
    equities: BTreeMap<Timestamp, f64>,
    postings: Vec<(Timestamp, f64)>,
    orders: BTreeMap<OrderId, SentOrder>,
    /// The last decision that asked for anything, as long as its orders may come.
    decision: Option<Timestamp>,
    arrivals: BTreeMap<OrderId, (Timestamp, f64)>,
    fills: BTreeMap<String, (Fill, bool)>,
    /// Executions that are older than the session, or taken back.
    foreign: BTreeSet<String>,
    /// Costs that were told before their execution.
    early_costs: BTreeMap<String, f64>,
    /// When the venue was asked last, by its clock, and up to when its cash was taken over.
    asked_at: Timestamp,
    cash_known_until: Timestamp,
    last_prices: Vec<f64>,
    closes: Vec<f64>,
}

impl SessionTrace {
    /// Nothing yet.
    #[must_use]
    pub fn new(symbols: &[Symbol]) -> Self {
        Self {
            symbols: symbols.to_vec(),
            opening: None,
            history: Vec::new(),
            rows: Vec::new(),
            equities: BTreeMap::new(),
            postings: Vec::new(),
            orders: BTreeMap::new(),
            decision: None,
            arrivals: BTreeMap::new(),
            fills: BTreeMap::new(),
            foreign: BTreeSet::new(),
            early_costs: BTreeMap::new(),
            asked_at: Timestamp::MIN,
            cash_known_until: Timestamp::MIN,
            last_prices: vec![f64::NAN; symbols.len()],
            closes: vec![f64::NAN; symbols.len()],
        }
    }

    /// Takes an event and what the engine made of it; events come in the order of the ledger.
    pub fn note(&mut self, event: &Event, effects: &[Effect]) {
        match event {
            Event::History(row) => self.see(row, self.has_begun()),
            Event::Bar(row) | Event::LastBar(row) => self.see(row, true),
            Event::Quote { symbol, top } if top.is_sound() => {
                if let Some(index) = self.index(symbol) {
                    self.last_prices[index] = top.middle();
                }
            }
            Event::Broker(news) => self.learn(news),
            Event::Snapshot { snapshot, .. } => self.compare(snapshot),
            // What closes the positions is no decision of the agent.
            Event::Command { command: Command::Flatten | Command::Kill, .. } => {
                self.decision = None;
            }
            Event::Quote { .. }
            | Event::Started { .. }
            | Event::Timer { .. }
            | Event::SnapshotFailed { .. }
            | Event::SendFailed { .. }
            | Event::Stale { .. }
            | Event::Fresh { .. }
            | Event::DecisionLate { .. }
            | Event::NotTraded { .. }
            | Event::Command { .. } => {}
        }
        effects.iter().for_each(|effect| self.keep(event.time(), effect));
    }

    /// The rows from the first decision on.
    #[must_use]
    pub fn rows(&self) -> &[SeenRow] {
        &self.rows
    }

    /// The account at the start; absent until the venue has answered.
    #[must_use]
    pub fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// Equity by the engine's own account, where it said so.
    #[must_use]
    pub fn equities(&self) -> &BTreeMap<Timestamp, f64> {
        &self.equities
    }

    /// Interest, borrow fees and other cash, in the order in which they were posted.
    #[must_use]
    pub fn postings(&self) -> &[(Timestamp, f64)] {
        &self.postings
    }

    /// Every execution once, in order of time.
    #[must_use]
    pub fn fills(&self) -> Vec<TracedFill> {
        let mut fills: Vec<TracedFill> =
            self.fills.values().filter_map(|(fill, is_exit)| self.traced(fill, *is_exit)).collect();
        // Equal times keep the order of the execution ids.
        fills.sort_by_key(|fill| fill.time);
        fills
    }

    /// The lake's rows, with those of the session in their place from its first row to its last.
    #[must_use]
    pub fn panel_over(&self, lake: &Panel) -> Panel {
        let seen = self.rows.iter().map(|row| MarketRow { time: row.time, bars: row.bars.clone() });
        let seen: Vec<MarketRow> = self.history.iter().cloned().chain(seen).collect();
        let span = seen.first().map(|row| row.time).zip(seen.last().map(|row| row.time));
        let is_seen =
            |row: &&MarketRow| span.is_some_and(|(first, last)| (first..=last).contains(&row.time));
        let mut rows: Vec<MarketRow> =
            lake.rows.iter().filter(|row| !is_seen(row)).chain(&seen).cloned().collect();
        rows.sort_by_key(|row| row.time);
        Panel { rows, ..lake.clone() }
    }

    fn has_begun(&self) -> bool {
        !self.rows.is_empty()
    }

    fn see(&mut self, row: &MarketRow, is_traded: bool) {
        let last = self.rows.last().map(|row| row.time);
        let last = last.or_else(|| self.history.last().map(|row| row.time));
        // A continued session is warmed up with rows that it has seen before.
        if last.is_some_and(|last| row.time <= last) {
            return;
        }
        for (index, bar) in row.bars.iter().enumerate().take(self.symbols.len()) {
            if let Some(bar) = bar {
                self.closes[index] = bar.close;
                self.last_prices[index] = bar.close;
            }
        }
        if is_traded {
            let (time, bars) = (row.time, row.bars.clone());
            self.rows.push(SeenRow { time, bars, closes: self.closes.clone() });
        } else {
            self.history.push(row.clone());
        }
    }

    fn learn(&mut self, news: &BrokerEvent) {
        match news {
            BrokerEvent::Accepted { order_id, time } => self.arrived(*order_id, *time),
            BrokerEvent::Filled(fill) => self.fill(fill, self.is_protective(fill)),
            BrokerEvent::Protected { fill, .. } => self.fill(fill, true),
            BrokerEvent::CostKnown { execution_id, cost, .. } => self.charge(execution_id, *cost),
            BrokerEvent::Corrected { execution_id, fill } => {
                let is_exit = self.fills.remove(execution_id).is_some_and(|(_, is_exit)| is_exit);
                self.foreign.insert(execution_id.clone());
                self.foreign.remove(&fill.execution_id);
                if fill.quantity != 0.0 {
                    self.fill(fill, is_exit);
                }
            }
            BrokerEvent::CashPosted { amount, time, .. } => self.postings.push((*time, *amount)),
            BrokerEvent::Canceled { .. }
            | BrokerEvent::CancelRefused { .. }
            | BrokerEvent::Expired { .. }
            | BrokerEvent::Rejected { .. }
            | BrokerEvent::LinkLost { .. }
            | BrokerEvent::LinkRestored { .. } => {}
        }
    }

    fn arrived(&mut self, order_id: OrderId, time: Timestamp) {
        let Some(order) = self.orders.get(&order_id) else { return };
        let Some(index) = self.index(&order.request.symbol) else { return };
        let price = self.price_at(index, time);
        self.arrivals.entry(order_id).or_insert((time, price));
    }

    /// The last price at a time; news may come when the market has long gone on.
    fn price_at(&self, index: usize, time: Timestamp) -> f64 {
        if self.rows.last().is_none_or(|row| row.time <= time) {
            return self.last_prices[index];
        }
        let known = self.rows.partition_point(|row| row.time <= time);
        known.checked_sub(1).map_or(f64::NAN, |last| self.rows[last].closes[index])
    }

    fn fill(&mut self, fill: &Fill, is_exit: bool) {
        let id = &fill.execution_id;
        if self.foreign.contains(id) || self.fills.contains_key(id) {
            return;
        }
        let cost = self.early_costs.remove(id).unwrap_or(fill.cost);
        self.fills.insert(id.clone(), (Fill { cost, ..fill.clone() }, is_exit));
    }

    /// Costs that were part of a cash that was taken over were posted with it: they move from there to their execution.
    fn charge(&mut self, execution_id: &str, cost: f64) {
        let Some((fill, _)) = self.fills.get_mut(execution_id) else {
            self.early_costs.insert(execution_id.to_owned(), cost);
            return;
        };
        let change = cost - std::mem::replace(&mut fill.cost, cost);
        if change != 0.0 && fill.time <= self.cash_known_until {
            self.postings.push((self.cash_known_until, change));
        }
    }

    /// The first answer of the venue is where the session starts; later ones hold what was not reported.
    fn compare(&mut self, snapshot: &BrokerSnapshot) {
        self.asked_at = snapshot.time;
        if self.opening.is_none() {
            let held = |symbol: &Symbol| {
                let mut positions = snapshot.account.positions.iter();
                positions.find(|(found, _)| found == symbol).map_or(0.0, |(_, quantity)| *quantity)
            };
            let positions = self.symbols.iter().map(held).collect();
            self.opening = Some(Opening { cash: snapshot.account.cash, positions });
            self.foreign.extend(snapshot.executions.iter().map(|fill| fill.execution_id.clone()));
            return;
        }
        for fill in &snapshot.executions {
            let known = self.fills.get(&fill.execution_id).map(|(known, _)| known.cost);
            match known {
                Some(cost) if cost == 0.0 && fill.cost != 0.0 => {
                    self.charge(&fill.execution_id, fill.cost);
                }
                Some(_) => {}
                None => self.fill(fill, self.is_protective(fill)),
            }
        }
    }

    fn keep(&mut self, time: Timestamp, effect: &Effect) {
        match effect {
            Effect::Decided(decision) => {
                self.valued(decision.time, decision.equity);
                if !matches!(decision.target.order(), Order::Hold) {
                    self.decided(decision.time);
                }
            }
            Effect::Closed { time, equity } => self.valued(*time, *equity),
            Effect::Submit(order) => self.submitted(order.request()),
            Effect::Alert(Alert::Mismatch { what, ours, theirs }) if what == CASH => {
                self.postings.push((time, theirs - ours));
                self.cash_known_until = self.asked_at;
            }
            Effect::NotDecided { .. }
            | Effect::Denied(_)
            | Effect::Cancel(_)
            | Effect::Reconcile { .. }
            | Effect::Alert(_)
            | Effect::KeepRisk(_) => {}
        }
    }

    /// Equity by the engine at the close of a row.
    pub(super) fn valued(&mut self, time: Timestamp, equity: f64) {
        self.equities.insert(time, equity);
    }

    /// A decision asked for something; the orders that follow are its own.
    pub(super) fn decided(&mut self, time: Timestamp) {
        self.decision = Some(time);
    }

    /// An order went out.
    pub(super) fn submitted(&mut self, request: &OrderRequest) {
        let (request, decided_at) = (request.clone(), self.decision);
        self.orders.insert(request.id, SentOrder { request, decided_at });
    }

    /// Whether an execution is that of a protective order, or goes against the order that it names.
    fn is_protective(&self, fill: &Fill) -> bool {
        let sent = self.orders.get(&fill.order_id).map(|order| &order.request);
        sent.is_some_and(|order| order.protects.is_some() || order.side != fill.side)
    }

    fn traced(&self, fill: &Fill, is_exit: bool) -> Option<TracedFill> {
        let order = self.orders.get(&fill.order_id).filter(|_| !is_exit);
        Some(TracedFill {
            symbol_index: self.index(&fill.symbol)?,
            quantity: fill.signed_quantity(),
            price: fill.price,
            cost: fill.cost,
            time: fill.time,
            decided_at: order.and_then(|order| order.decided_at),
            is_exit,
            arrival: order.and_then(|order| self.arrivals.get(&order.request.id).copied()),
        })
    }

    fn index(&self, symbol: &Symbol) -> Option<usize> {
        self.symbols.iter().position(|found| found == symbol)
    }
}
