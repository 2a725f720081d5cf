//! The parents at work and what becomes of their children.

use std::collections::{BTreeMap, BTreeSet};

use super::bracket::{Guards, Moment};
use super::children::{Child, Children, Order, Role};
use super::parent::Parent;
use super::plan::Style;
use super::profile::Profile;
use super::{Intent, View, Wish};
use crate::base::Timestamp;
use crate::config::{Bracket, Execution, Instrument};
use crate::domain::{Fill, OrderId, OrderRequest, Symbol};

/// Works intents as parents of orders; at most one intent per symbol at a time.
#[derive(Debug, Clone)]
pub(crate) struct Executor {
    rule: Execution,
    instruments: BTreeMap<Symbol, Instrument>,
    no_rules: Instrument,
    profiles: BTreeMap<Symbol, Profile>,
    parents: BTreeMap<Symbol, Parent>,
    children: Children,
    guards: Guards,
    now: Timestamp,
}

impl Executor {
    /// An executor without intents; symbols without an instrument trade in fractions at any price.
    #[must_use]
    pub(crate) fn new(
        rule: &Execution,
        bracket: Option<Bracket>,
        instruments: BTreeMap<Symbol, Instrument>,
    ) -> Self {
        Self {
            rule: *rule,
            instruments,
            no_rules: Instrument::default(),
            profiles: BTreeMap::new(),
            parents: BTreeMap::new(),
            children: Children::default(),
            guards: Guards::new(bracket),
            now: Timestamp::MIN,
        }
    }

    /// Takes the volume of a bar that ended at `end`, shares or contracts: `vwap` learns what is usual from it, and the
    /// other rules leave it out. For every bar, history included.
    pub(crate) fn observe(&mut self, symbol: &Symbol, end: Timestamp, volume: f64) {
        if let Execution::Vwap(rule) = &self.rule {
            self.profiles.entry(symbol.clone()).or_default().push(end, volume, rule.window);
        }
    }

    /// Takes new intents. Each replaces what is left of the older one of its symbol: its open orders are canceled, the
    /// new one begins when they are over, and what they still trade counts for it. A quantity of 0, or one that is no
    /// number, only ends the older one.
    pub(crate) fn begin(&mut self, intents: Vec<Intent>, view: &View<'_>) -> Vec<Wish> {
        let rule = self.rule;
        self.replace(intents, &rule, view)
    }

    /// Like [`Executor::begin`], by market orders at once, whatever the rule: to get out.
    pub(crate) fn begin_at_once(&mut self, intents: Vec<Intent>, view: &View<'_>) -> Vec<Wish> {
        self.replace(intents, &Execution::Market, view)
    }

    /// Time has passed, or prices or volumes have changed.
    pub(crate) fn timer(&mut self, view: &View<'_>) -> Vec<Wish> {
        let symbols: BTreeSet<Symbol> = self
            .parents
            .keys()
            .chain(self.children.symbols())
            .chain(self.guards.symbols())
            .cloned()
            .collect();
        symbols.iter().flat_map(|symbol| self.advance(symbol, view, Moment::Timer)).collect()
    }

    /// A wish of the intent became an order that goes to the venue. If it is not wanted any more by now, the next
    /// [`Executor::timer`] cancels it.
    pub(crate) fn submitted(&mut self, intent: u64, id: OrderId, request: &OrderRequest) {
        self.children.sent(intent, id, request);
    }

    /// The oldest wish of the intent that has no answer yet was refused.
    pub(crate) fn denied(&mut self, intent: u64) {
        self.children.refused(intent);
    }

    /// An order was filled, all or part of it; `view` holds the fill already. Fills of orders that are over count too:
    /// they come late.
    pub(crate) fn filled(&mut self, fill: &Fill, view: &View<'_>) -> Vec<Wish> {
        let symbol = &fill.symbol;
        let child = self.children.fill(fill);
        let parent = self.parents.get_mut(symbol);
        let intent = child.as_ref().map(|child| child.intent);
        if let Some(intent) = intent.or(parent.as_ref().map(|parent| parent.number)) {
            self.guards.count(fill, intent, view.of(symbol).held);
        }
        if let Some(parent) = parent {
            if parent.side == fill.side {
                parent.count(fill.quantity);
            } else if child.is_some_and(|child| child.role == Role::Guard) {
                // The position was closed for its owner; what was still being added to it is not wanted any more.
                self.parents.remove(symbol);
            }
        }
        self.advance(symbol, view, Moment::News)
    }

    /// An order is over for good: filled, canceled, expired, rejected, or it never arrived.
    pub(crate) fn ended(&mut self, id: OrderId, view: &View<'_>) -> Vec<Wish> {
        match self.children.end(id) {
            Some(child) => self.advance(&child.symbol, view, Moment::News),
            None => Vec::new(),
        }
    }

    /// Gives every intent up and cancels every order that is open, protective ones included. Wishes without an answer
    /// are taken back: the caller must not send them any more.
    pub(crate) fn clear(&mut self) -> Vec<Wish> {
        self.parents.clear();
        self.guards.clear();
        self.children.cancel_all(self.now)
    }

    /// Gives up what is meant for a symbol, protections included. Wishes without an answer are taken back, and the caller
    /// cancels what is open.
    pub(crate) fn forget(&mut self, symbol: &Symbol) {
        self.parents.remove(symbol);
        self.guards.forget(symbol);
        self.children.forget(symbol, self.now);
    }

    /// Gives up every intent from this number on.
    pub(crate) fn give_up_from(&mut self, number: u64) {
        self.parents.retain(|_, parent| parent.number < number);
    }

    /// Shares or contracts that the intent of the symbol still means to trade, orders at the venue included; a sale is
    /// negative. Without an intent: what the orders of older ones may still trade. Protective orders are no part of it.
    #[must_use]
    pub(crate) fn pending(&self, symbol: &Symbol) -> f64 {
        if let Some(parent) = self.parents.get(symbol) {
            let outstanding = parent.outstanding(symbol, &self.children);
            return parent.side.sign() * parent.left(outstanding);
        }
        self.children.alive(symbol, is_work).fold(0.0, |sum, child| sum + child.rest())
    }

    fn replace(&mut self, intents: Vec<Intent>, rule: &Execution, view: &View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for intent in intents {
            let symbol = intent.symbol.clone();
            match Parent::new(&intent, rule, self.instrument(&symbol)) {
                Some(parent) => self.parents.insert(symbol.clone(), parent),
                None => self.parents.remove(&symbol),
            };
            wishes.extend(self.advance(&symbol, view, Moment::News));
        }
        wishes
    }

    /// Does for a symbol what is due.
    fn advance(&mut self, symbol: &Symbol, view: &View<'_>, moment: Moment) -> Vec<Wish> {
        self.now = view.now;
        let mut wishes = self.work(symbol, view);
        let is_idle = !self.parents.contains_key(symbol)
            && self.children.alive(symbol, is_work).next().is_none();
        if is_idle {
            let instrument = self.instruments.get(symbol).unwrap_or(&self.no_rules);
            let children = (&mut self.children, moment);
            wishes.extend(self.guards.protect(symbol, view, instrument, children));
        }
        wishes
    }

    /// Takes the next step of the parent, once nothing stands in its way.
    fn work(&mut self, symbol: &Symbol, view: &View<'_>) -> Vec<Wish> {
        let now = view.now;
        let Some(parent) = self.parents.get_mut(symbol) else {
            return self.children.cancel(symbol, now, is_work);
        };
        let is_in_the_way = |child: &Child| parent.is_blocked_by(child);
        if self.children.alive(symbol, is_in_the_way).next().is_some() {
            return self.children.cancel(symbol, now, is_in_the_way);
        }
        let seen = view.of(symbol);
        let outstanding = parent.outstanding(symbol, &self.children);
        if parent.is_done(outstanding) {
            self.parents.remove(symbol);
            return self.children.cancel(symbol, now, is_work);
        }
        if parent.is_exceeded(outstanding) {
            return self.children.cancel(symbol, now, |child| parent.is_own(child));
        }
        let profile = self.profiles.get(symbol);
        parent.start(now, seen.volume, |from, to| profile?.usual(from, to));
        let Some(step) = parent.due(&seen, now, outstanding) else { return Vec::new() };
        if step.style == Style::Cross && outstanding > 0.0 {
            return self.children.cancel(symbol, now, |child| parent.is_own(child));
        }
        let instrument = self.instruments.get(symbol).unwrap_or(&self.no_rules);
        let Some((quantity, kind)) = parent.take(step, &seen, outstanding, instrument) else {
            if parent.is_done(outstanding) {
                self.parents.remove(symbol);
            }
            return Vec::new();
        };
        let order = Order {
            intent: parent.number,
            symbol: symbol.clone(),
            signed_quantity: parent.side.sign() * quantity,
            kind,
            time_in_force: parent.time_in_force(),
            protects: None,
        };
        vec![self.children.ask(order)]
    }

    fn instrument(&self, symbol: &Symbol) -> &Instrument {
        self.instruments.get(symbol).unwrap_or(&self.no_rules)
    }
}

fn is_work(child: &Child) -> bool {
    child.role == Role::Work
}
