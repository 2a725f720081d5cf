//! Protective orders of a position.

use std::collections::BTreeMap;

use super::children::{Child, Children, Order, REST_FRAC, Role};
use super::instrument::{fit_limit_price, fit_quantity, fit_stop_price, is_large_enough};
use super::{View, Wish};
use crate::config::{Bracket, Instrument};
use crate::domain::{Fill, OrderId, OrderKind, Side, Symbol, TimeInForce};

/// Pairs of protective orders that are asked for after an entry before giving up.
const TRIES_MAX: u32 = 3;

/// How positions came about, and what protects them.
#[derive(Debug, Clone, Default)]
pub(super) struct Guards {
    bracket: Option<Bracket>,
    entries: BTreeMap<Symbol, Entry>,
}

/// How a position came about.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    /// Mean price of what was added since the position was flat.
    price: f64,
    /// The last order that added to it, and its intent.
    order: OrderId,
    intent: u64,
    tries: u32,
}

/// When a position is looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// News of the venue: what belongs to it may not have come yet.
    News,
    /// Time has passed.
    Timer,
}

impl Guards {
    pub(super) fn new(bracket: Option<Bracket>) -> Self {
        Self { bracket, entries: BTreeMap::new() }
    }

    /// Forgets all positions.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Forgets the position of a symbol.
    pub(super) fn forget(&mut self, symbol: &Symbol) {
        self.entries.remove(symbol);
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.entries.keys()
    }

    /// Counts a fill that an order of `intent` had; `held` holds it already.
    pub(super) fn count(&mut self, fill: &Fill, intent: u64, held: f64) {
        if self.bracket.is_none() || fill.signed_quantity() * held <= 0.0 {
            return;
        }
        let before = (held.abs() - fill.quantity).max(0.0);
        let old = self.entries.get(&fill.symbol).map_or(fill.price, |entry| entry.price);
        let price = (old * before + fill.price * fill.quantity) / (before + fill.quantity);
        let entry = Entry { price, order: fill.order_id, intent, tries: 0 };
        self.entries.insert(fill.symbol.clone(), entry);
    }

    /// Sees to it that the whole position is protected once and nothing else is. Call it while no intent is at work.
    pub(super) fn protect(
        &mut self,
        symbol: &Symbol,
        view: &View<'_>,
        instrument: &Instrument,
        (children, moment): (&mut Children, Moment),
    ) -> Vec<Wish> {
        let (Some(bracket), Some(entry)) = (self.bracket, self.entries.get_mut(symbol)) else {
            return Vec::new();
        };
        let held = view.of(symbol).held;
        let quantity = fit_quantity(instrument, held.abs());
        if quantity <= 0.0 || !is_large_enough(instrument, quantity, Some(entry.price)) {
            // The venue cancels the other one of a pair by itself; that news may be on its way.
            if moment == Moment::News {
                return Vec::new();
            }
            if held == 0.0 && children.alive(symbol, is_guard).next().is_none() {
                self.entries.remove(symbol);
            }
            return children.cancel(symbol, view.now, is_guard);
        }
        let side = Side::of(-held);
        let kinds = kinds(&bracket, entry.price, side, instrument);
        let is_right = |child: &Child| {
            let rest = child.rest() * side.sign();
            child.role == Role::Guard && (rest - quantity).abs() <= REST_FRAC * quantity
        };
        let alive = children.alive(symbol, is_guard).count();
        let right = children.alive(symbol, is_right).count();
        let is_trading = children.alive(symbol, is_guard).any(|child| child.filled > 0.0);
        let is_asked = alive > children.open(symbol, is_guard).count();
        let is_protected = alive == kinds.len() && right == alive;
        if is_protected || is_trading || is_asked || entry.tries >= TRIES_MAX {
            return Vec::new();
        }
        if alive > 0 {
            return children.cancel(symbol, view.now, is_guard);
        }
        entry.tries += 1;
        let order = |kind| Order {
            intent: entry.intent,
            symbol: symbol.clone(),
            signed_quantity: side.sign() * quantity,
            kind,
            time_in_force: TimeInForce::Gtc,
            protects: Some(entry.order),
        };
        kinds.into_iter().map(|kind| children.ask(order(kind))).collect()
    }
}

fn is_guard(child: &Child) -> bool {
    child.role == Role::Guard
}

/// The protective orders, the stop first; a price that is not above 0 has none.
fn kinds(bracket: &Bracket, entry: f64, side: Side, instrument: &Instrument) -> Vec<OrderKind> {
    // A sale protects a position that gains when the price rises.
    let gain = -side.sign();
    let stop = bracket.stop_loss_frac.map(|frac| {
        let stop_price = fit_stop_price(instrument, side, entry * (1.0 - gain * frac));
        (stop_price, OrderKind::Stop { stop_price })
    });
    let profit = bracket.take_profit_frac.map(|frac| {
        let limit_price = fit_limit_price(instrument, side, entry * (1.0 + gain * frac));
        (limit_price, OrderKind::Limit { limit_price })
    });
    let sound = [stop, profit].into_iter().flatten().filter(|(price, _)| *price > 0.0);
    sound.map(|(_, kind)| kind).collect()
}
