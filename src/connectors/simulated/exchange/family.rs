//! Brackets: orders that protect an entry wait for its fill, and one of them cancels the others.

use super::state::{Exchange, Order, Phase};
use crate::base::Timestamp;
use crate::domain::OrderId;
use crate::ports::OrderEnd;

/// Rests below this fraction of an order are rounding.
pub(super) const DUST_FRAC: f64 = 1e-9;

/// What a protective order may do.
enum Readiness {
    /// Its entry is not filled far enough.
    Waiting,
    /// It may trade this much.
    Ready(f64),
    /// There is nothing to protect any more.
    Void,
}

impl Exchange {
    /// Why an order cannot protect what it says it does.
    pub(super) fn refuses_family(&self, id: OrderId) -> Option<String> {
        let entry = self.orders.get(&id)?.request.protects?;
        let Some(found) = self.records.get(&entry).filter(|_| entry != id) else {
            return Some(format!("no order {entry} to protect"));
        };
        let order = self.orders.get(&id)?;
        let is_opposite = found.order.request.side != order.request.side
            && found.order.request.symbol == order.request.symbol;
        (!is_opposite).then(|| format!("order {entry} is no entry that this would close"))
    }

    /// Looks at an order and at those that protect it, after something happened to it.
    pub(super) fn wake(&mut self, id: OrderId, time: Timestamp) {
        let is_touched = |other: OrderId, order: &Order| {
            let is_near = other == id || order.request.protects == Some(id);
            is_near && order.phase == Phase::Dormant
        };
        let orders = self.orders.iter();
        let touched: Vec<OrderId> =
            orders.filter(|(other, order)| is_touched(**other, order)).map(|(id, _)| *id).collect();
        for child in touched {
            match self.readiness(child) {
                Readiness::Waiting => {}
                Readiness::Ready(quantity) => self.activate(child, quantity, time),
                Readiness::Void => self.finish(child, OrderEnd::Canceled, time),
            }
        }
    }

    /// After a protective order traded, the others of the same entry have that much less to do.
    pub(super) fn relieve_siblings(&mut self, id: OrderId, quantity: f64, time: Timestamp) {
        let Some(record) = self.records.get(&id) else { return };
        let Some(entry) = record.order.request.protects else { return };
        let mut relieved = Vec::new();
        for (other, order) in &mut self.orders {
            if *other != id && order.request.protects == Some(entry) {
                order.remaining -= quantity;
                if order.remaining <= DUST_FRAC * order.request.quantity {
                    relieved.push(*other);
                }
            }
        }
        for other in relieved {
            self.finish(other, OrderEnd::Canceled, time);
        }
    }

    fn readiness(&self, child: OrderId) -> Readiness {
        let Some(order) = self.orders.get(&child) else { return Readiness::Void };
        let entry = order.request.protects.unwrap_or(child);
        let entered = self.records.get(&entry).map_or(0.0, |record| record.order.filled);
        let siblings = self.records.values().map(|record| &record.order);
        let siblings =
            siblings.filter(|o| o.request.protects == Some(entry) && o.request.id != child);
        let left = entered - siblings.map(|sibling| sibling.filled).sum::<f64>();
        let is_entry_open = self.orders.contains_key(&entry);
        if left >= order.remaining * (1.0 - DUST_FRAC) {
            Readiness::Ready(order.remaining)
        } else if is_entry_open {
            Readiness::Waiting
        } else if left > DUST_FRAC * order.remaining {
            Readiness::Ready(left)
        } else {
            Readiness::Void
        }
    }

    fn activate(&mut self, child: OrderId, quantity: f64, time: Timestamp) {
        if let Some(order) = self.orders.get_mut(&child) {
            order.phase = Phase::Working;
            order.active_from = order.active_from.max(time);
            order.remaining = quantity;
        }
    }
}
