//! The orders that were asked for and those that are open.

use std::collections::BTreeMap;

use super::Wish;
use crate::base::Timestamp;
use crate::domain::{Fill, OrderId, OrderKind, OrderRequest, Symbol, TimeInForce};

/// Seconds after which a cancel that had no effect is asked for again.
const CANCEL_AGAIN_S: i64 = 5;

/// A rest below this part of an order is rounding.
pub(super) const REST_FRAC: f64 = 1e-9;

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It works for an intent.
    Work,
    /// It protects a position.
    Guard,
}

/// What a wish asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) intent: u64,
    pub(super) symbol: Symbol,
    pub(super) signed_quantity: f64,
    pub(super) kind: OrderKind,
    pub(super) time_in_force: TimeInForce,
    pub(super) protects: Option<OrderId>,
}

/// A wish without an answer, or an order that is open as far as is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Child {
    pub(super) intent: u64,
    pub(super) role: Role,
    pub(super) symbol: Symbol,
    pub(super) signed_quantity: f64,
    pub(super) filled: f64,
    kind: OrderKind,
    cancel_asked: Option<Timestamp>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Children {
    asked: Vec<Child>,
    open: BTreeMap<OrderId, Child>,
}

impl Child {
    /// Shares or contracts that may still trade; a sale is negative.
    pub(super) fn rest(&self) -> f64 {
        let rest = (self.signed_quantity.abs() - self.filled).max(0.0);
        rest * self.signed_quantity.signum()
    }
}

impl Children {
    /// Remembers a wish and hands it back.
    pub(super) fn ask(&mut self, order: Order) -> Wish {
        let Order { intent, symbol, signed_quantity, kind, time_in_force, protects } = order;
        let role = if protects.is_some() { Role::Guard } else { Role::Work };
        self.asked.push(Child {
            intent,
            role,
            symbol: symbol.clone(),
            signed_quantity,
            filled: 0.0,
            kind,
            cancel_asked: None,
        });
        Wish::Submit { intent, symbol, signed_quantity, kind, time_in_force, protects }
    }

    /// A wish became an order.
    pub(super) fn sent(&mut self, intent: u64, id: OrderId, request: &OrderRequest) {
        let role = if request.protects.is_some() { Role::Guard } else { Role::Work };
        let like = |asked: &Child| asked.intent == intent && asked.role == role;
        let exact = |asked: &Child| like(asked) && asked.kind == request.kind;
        let found = self.asked.iter().position(exact).or(self.asked.iter().position(like));
        found.map(|index| self.asked.remove(index));
        let child = Child {
            intent,
            role,
            symbol: request.symbol.clone(),
            signed_quantity: request.signed_quantity(),
            filled: 0.0,
            kind: request.kind,
            cancel_asked: None,
        };
        self.open.insert(id, child);
    }

    /// The oldest wish of an intent was refused.
    pub(super) fn refused(&mut self, intent: u64) {
        let found = self.asked.iter().position(|asked| asked.intent == intent);
        found.map(|index| self.asked.remove(index));
    }

    /// Counts a fill; the order as it was before, absent if it is not open or trades the other way.
    pub(super) fn fill(&mut self, fill: &Fill) -> Option<Child> {
        let child = self.open.get_mut(&fill.order_id)?;
        if child.symbol != fill.symbol || child.signed_quantity * fill.signed_quantity() <= 0.0 {
            return None;
        }
        let before = child.clone();
        child.filled += fill.quantity;
        if child.rest().abs() <= REST_FRAC * child.signed_quantity.abs() {
            self.open.remove(&fill.order_id);
        }
        Some(before)
    }

    /// An order is over; the order, if it was open.
    pub(super) fn end(&mut self, id: OrderId) -> Option<Child> {
        self.open.remove(&id)
    }

    /// The wishes and open orders of a symbol that `is_meant`.
    pub(super) fn alive<'a>(
        &'a self,
        symbol: &'a Symbol,
        is_meant: impl Fn(&Child) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Child> {
        let all = self.asked.iter().chain(self.open.values());
        all.filter(move |child| child.symbol == *symbol && is_meant(child))
    }

    /// The open orders of a symbol that `is_meant`.
    pub(super) fn open<'a>(
        &'a self,
        symbol: &'a Symbol,
        is_meant: impl Fn(&Child) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Child> {
        self.open.values().filter(move |child| child.symbol == *symbol && is_meant(child))
    }

    /// Every symbol with an open order or a wish.
    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.asked.iter().chain(self.open.values()).map(|child| &child.symbol)
    }

    /// Cancels the open orders of a symbol that `is_meant`, unless that was asked for a moment ago.
    pub(super) fn cancel(
        &mut self,
        symbol: &Symbol,
        now: Timestamp,
        is_meant: impl Fn(&Child) -> bool,
    ) -> Vec<Wish> {
        let again =
            |asked: Timestamp| now >= asked.saturating_add_nanos(CANCEL_AGAIN_S * 1_000_000_000);
        let mut wishes = Vec::new();
        for (&id, child) in &mut self.open {
            if child.symbol == *symbol && is_meant(child) && child.cancel_asked.is_none_or(again) {
                child.cancel_asked = Some(now);
                wishes.push(Wish::Cancel(id));
            }
        }
        wishes
    }

    /// Takes the wishes of a symbol back; its open orders count as canceled by the caller.
    pub(super) fn forget(&mut self, symbol: &Symbol, now: Timestamp) {
        self.asked.retain(|asked| asked.symbol != *symbol);
        let of_symbol = self.open.values_mut().filter(|child| child.symbol == *symbol);
        of_symbol.for_each(|child| child.cancel_asked = Some(now));
    }

    /// Takes every wish back and cancels everything that is open, asked for before or not.
    pub(super) fn cancel_all(&mut self, now: Timestamp) -> Vec<Wish> {
        self.asked.clear();
        self.open.values_mut().for_each(|child| child.cancel_asked = Some(now));
        self.open.keys().map(|&id| Wish::Cancel(id)).collect()
    }
}
