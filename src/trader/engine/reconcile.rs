//! The venue's truth against ours.

use super::difference::is_equal;
use super::{Alert, Effect, Engine};
use crate::base::Timestamp;
use crate::domain::OrderId;
use crate::ports::{BrokerSnapshot, OrderEnd};
use crate::trader::orders::{Happening, OrderState, Outcome};

/// How far before the last comparison executions are asked for again: clocks differ, events overtake each other.
const OVERLAP_NANOS: i64 = 86_400_000_000_000;

impl Engine {
    /// Asks for the venue's truth, unless an answer is out.
    pub(super) fn ask(&mut self, effects: &mut Vec<Effect>) {
        if self.is_link_up && self.asked_at.is_none() {
            self.asked_at = Some(self.now);
            effects.push(Effect::Reconcile { since: self.since() });
        }
    }

    /// From when on something may be unknown here: the oldest open order, or the last comparison.
    fn since(&self) -> Timestamp {
        let oldest =
            self.desk.open().map(|order| order.request.decided_at.min(order.sent_at)).min();
        let last = self.compared_at.saturating_add_nanos(-OVERLAP_NANOS);
        oldest.map_or(last, |oldest| oldest.min(last))
    }

    /// Applies what was missed, settles what was unknown, and compares cash and positions.
    pub(super) fn compare(&mut self, snapshot: &BrokerSnapshot, effects: &mut Vec<Effect>) {
        self.asked_at = None;
        if !self.is_link_up {
            return;
        }
        self.gate.clock(self.now, snapshot.time);
        self.foreign =
            snapshot.open_orders.iter().filter(|o| o.order_id.is_none()).cloned().collect();
        for fill in &snapshot.executions {
            if self.desk.has(&fill.execution_id) {
                self.charge_as_listed(fill);
            } else {
                self.fill(fill.clone(), effects);
            }
        }
        self.settle_orders(snapshot, effects);
        if !self.adopt(snapshot) {
            self.compare_account(snapshot, effects);
        }
        self.is_reconciled = true;
        self.compared_at = self.now;
        // Nothing that the next snapshot can tell again may be forgotten.
        let long_ago = self.now.saturating_add_nanos(-3 * OVERLAP_NANOS).min(self.since());
        self.desk.forget_before(long_ago);
        self.postings.retain(|(time, ..)| *time >= long_ago);
        let alarms = self.gate.compared(self.now, &self.differing_symbols());
        self.alarm(alarms, effects);
        if !self.differing.is_empty() {
            self.keep_risk(effects);
        }
    }

    /// Unknown becomes known: open, ended, or never arrived.
    fn settle_orders(&mut self, snapshot: &BrokerSnapshot, effects: &mut Vec<Effect>) {
        for order in &snapshot.open_orders {
            let Some(id) = order.order_id else { continue };
            match self.desk.get(id).map(|order| order.state) {
                // The cancel may have been lost; asking twice does no harm.
                Some(OrderState::Canceling) => effects.push(Effect::Cancel(id)),
                Some(_) => self.happen(id, Happening::SeenOpen, effects),
                None => self.stray(&format!("open order {id}"), effects),
            }
        }
        let is_listed_open =
            |id: OrderId| snapshot.open_orders.iter().any(|order| order.order_id == Some(id));
        let open: Vec<OrderId> = self.desk.open().map(|order| order.request.id).collect();
        for id in open.into_iter().filter(|&id| !is_listed_open(id)) {
            let end = snapshot.ended_orders.iter().find(|(ended, _)| *ended == id);
            let happening = match end {
                Some((_, OrderEnd::Filled)) => continue,
                Some((_, OrderEnd::Canceled)) => Happening::Canceled,
                Some((_, OrderEnd::Expired)) => Happening::Expired,
                Some((_, OrderEnd::Rejected(_))) => Happening::Rejected,
                None => Happening::SeenNowhere,
            };
            let outcome = self.desk.apply(id, happening);
            if happening == Happening::SeenNowhere && matches!(outcome, Outcome::Noted { .. }) {
                effects.push(Effect::Alert(Alert::NeverArrived { order_id: id }));
            }
            self.settle_state(id, outcome, effects);
        }
    }

    /// The first comparison of a session takes over what the account holds.
    fn adopt(&mut self, snapshot: &BrokerSnapshot) -> bool {
        if self.has_begun || self.desk.orders().next().is_some() {
            return false;
        }
        let held = self.theirs(snapshot);
        let ours = self.portfolio.holdings();
        // What was taken over before there was a price has none for its entry: it is taken over again.
        let mut positions = ours.positions.iter();
        let is_priced = positions.all(|p| p.quantity == 0.0 || p.entry_price.is_finite());
        let is_same = ours.cash == snapshot.account.cash
            && is_priced
            && ours.positions.iter().zip(&held).all(|(p, &quantity)| p.quantity == quantity);
        if !is_same {
            let closes = self.prices.closes().to_vec();
            self.portfolio.adopt(snapshot.account.cash, &held, &closes);
        }
        true
    }

    /// Positions of the venue, one per symbol of the universe.
    fn theirs(&self, snapshot: &BrokerSnapshot) -> Vec<f64> {
        let held = |symbol| {
            let of_symbol = snapshot.account.positions.iter().filter(|(s, _)| s == symbol);
            of_symbol.map(|(_, quantity)| quantity).sum()
        };
        self.symbols.iter().map(held).collect()
    }

    fn compare_account(&mut self, snapshot: &BrokerSnapshot, effects: &mut Vec<Effect>) {
        let theirs = self.theirs(snapshot);
        self.compare_positions(&theirs, effects);
        let (ours, theirs) = (self.portfolio.holdings().cash, snapshot.account.cash);
        self.venue_cash = (!self.differing.is_empty()).then_some(theirs);
        // Where the positions agree, the venue's cash is the truth: interest and fees carry no name.
        if self.differing.is_empty() && !is_equal(ours, theirs) {
            let what = "cash".to_owned();
            effects.push(Effect::Alert(Alert::Mismatch { what, ours, theirs }));
            self.portfolio.post_cash(theirs - ours);
            self.cash_known_until = snapshot.time;
        }
    }
}
