//! When orders trade, and when they end.

use super::event::HouseEvent;
use super::house::Brokerage;
use super::order::{HouseRecord, HouseStatus};
use crate::base::Timestamp;
use crate::domain::{BookTop, OrderKind, Session, Side, TimeInForce};

/// From the house to the market and back.
const DELAY_NANOS: i64 = 20_000_000;
const SECOND: i64 = 1_000_000_000;

/// What an order does when it is looked at.
enum Look {
    /// Nothing yet.
    Rest,
    /// It trades at this price.
    Trade(f64),
    /// It ends.
    End(HouseStatus),
}

pub(super) fn delay(time: Timestamp) -> Timestamp {
    time.saturating_add_nanos(DELAY_NANOS)
}

/// Whether all numbers are above 0.
pub(super) fn is_sound(quantity: f64, kind: OrderKind) -> bool {
    let prices = [kind.limit_price(), kind.stop_price(), Some(quantity)];
    prices.into_iter().flatten().all(|number| number > 0.0 && number.is_finite())
}

impl Brokerage {
    /// Lets everything happen that is due until `to`, in order of time; the first order first.
    pub(super) fn run(&mut self, to: Timestamp) {
        while let Some((due, number)) = self.next_due(to) {
            self.now = self.now.max(due);
            self.look(number, due);
        }
        self.now = self.now.max(to);
    }

    fn next_due(&self, to: Timestamp) -> Option<(Timestamp, u64)> {
        let active = self.records.iter().filter(|record| {
            matches!(record.status, HouseStatus::Held | HouseStatus::Working) && record.due <= to
        });
        active.map(|record| (record.due, record.number)).min()
    }

    /// Puts an accepted order to work: at once, at the open, or once its parent has filled.
    pub(super) fn begin(&mut self, number: u64) {
        let now = self.now;
        let parent = self.order(number).and_then(|record| record.order.parent);
        if let Some(status) =
            parent.and_then(|parent| self.order(parent)).map(|record| record.status)
        {
            if status.is_open() {
                self.set_status(number, HouseStatus::Waiting);
                return;
            }
            if status != HouseStatus::Filled {
                self.end(number, HouseStatus::Canceled);
                return;
            }
        }
        self.activate(number, now);
    }

    fn activate(&mut self, number: u64, now: Timestamp) {
        let hours = self.market.hours();
        let (open, coming) = (hours.current(now), hours.coming(now));
        let next = hours.next(now);
        let Some(record) = self.record_mut(number) else { return };
        let is_on_open = record.order.kind == OrderKind::MarketOnOpen;
        let session = if is_on_open { next } else { coming };
        let is_held = open.is_none() || is_on_open;
        record.expires_at = match record.order.time_in_force {
            TimeInForce::Gtc => None,
            _ => session.map(|session| session.close),
        };
        record.status = if is_held { HouseStatus::Held } else { HouseStatus::Working };
        record.due = match session.filter(|_| is_held) {
            Some(session) => session.open,
            None => delay(now),
        };
        if record.order.kind == OrderKind::MarketOnClose {
            record.due = session.map_or(now, |session| session.close);
        }
        let is_at_once = matches!(record.order.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        if is_held && is_at_once && !is_on_open {
            self.end(number, HouseStatus::Canceled);
        } else if is_held {
            self.events.push(HouseEvent::Held { number, time: now });
        }
    }

    fn look(&mut self, number: u64, at: Timestamp) {
        let hours = self.market.hours();
        let (session, next) = (hours.current(at), hours.next(at));
        let Some(record) = self.order(number) else { return };
        let is_triggered = self.is_triggered(record, at);
        let look = self.judge(record, (session, is_triggered), at);
        let second = Timestamp::from_nanos((at.nanos().div_euclid(SECOND) + 1) * SECOND);
        let later = match (session, next) {
            (Some(session), _) => second.min(session.close),
            (None, Some(next)) => next.open,
            (None, None) => Timestamp::MAX,
        };
        if let Some(record) = self.record_mut(number) {
            record.due = later;
            record.is_triggered = is_triggered;
            if session.is_some() && record.status == HouseStatus::Held {
                record.status = HouseStatus::Working;
            }
        }
        match look {
            Look::Rest => {}
            Look::End(status) => self.end(number, status),
            Look::Trade(price) => self.trade(number, price, at),
        }
    }

    /// Whether the price has reached the trigger, now or before.
    fn is_triggered(&self, record: &HouseRecord, at: Timestamp) -> bool {
        let order = &record.order;
        let last = || self.market.last(&order.symbol, at);
        record.is_triggered
            || order.kind.stop_price().is_none_or(|stop| match order.side {
                Side::Buy => self.market.is_open(at) && last() >= stop,
                Side::Sell => self.market.is_open(at) && last() <= stop,
            })
    }

    fn judge(
        &self,
        record: &HouseRecord,
        (session, is_triggered): (Option<Session>, bool),
        at: Timestamp,
    ) -> Look {
        let order = &record.order;
        let is_over = record.expires_at.is_some_and(|end| end <= at);
        if order.kind == OrderKind::MarketOnClose {
            // Looked at when the session closes: the last price of the day.
            return Look::Trade(self.market.last(&order.symbol, at));
        }
        if is_over {
            return Look::End(HouseStatus::Expired);
        }
        if session.is_none() {
            return Look::Rest;
        }
        if order.kind == OrderKind::MarketOnOpen {
            return Look::Trade(self.market.last(&order.symbol, at));
        }
        let top = self.market.top(&order.symbol, at);
        let price = is_triggered.then(|| crossing(order.side, order.kind, &top)).flatten();
        let is_at_once = matches!(order.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        match price {
            Some(price) => Look::Trade(price),
            None if is_at_once => Look::End(HouseStatus::Canceled),
            None => Look::Rest,
        }
    }

    /// One part of an order trades.
    fn trade(&mut self, number: u64, price: f64, at: Timestamp) {
        let Some(record) = self.record_mut(number) else { return };
        let remaining = record.remaining();
        let parts = f64::from(record.parts_left.max(1));
        record.parts_left = record.parts_left.saturating_sub(1);
        let is_last = record.parts_left == 0;
        let quantity = if is_last { remaining } else { (remaining / parts).ceil().min(remaining) };
        let is_ioc = record.order.time_in_force == TimeInForce::Ioc;
        self.book(number, quantity, price, at);
        if is_ioc && self.order(number).is_some_and(|record| record.status.is_open()) {
            self.end(number, HouseStatus::Canceled);
        }
    }

    /// Ends an order, and what hangs on it.
    pub(super) fn end(&mut self, number: u64, status: HouseStatus) {
        let time = self.now;
        let Some(record) = self.record_mut(number) else { return };
        record.status = status;
        record.ended_at = Some(time);
        let (filled, parent) = (record.filled, record.order.parent);
        let (event, word) = match status {
            HouseStatus::Expired => (Some(HouseEvent::Expired { number, time }), "expired"),
            HouseStatus::Filled => (None, "filled"),
            _ => (Some(HouseEvent::Canceled { number, time }), "canceled"),
        };
        self.events.extend(event);
        self.truth.end(time, number, word);
        if status == HouseStatus::Filled {
            for sibling in self.open_children(parent, number) {
                self.end(sibling, HouseStatus::Canceled);
            }
        }
        for child in self.open_children(Some(number), number) {
            if filled > 0.0 {
                self.protect(child, filled);
            } else {
                self.end(child, HouseStatus::Canceled);
            }
        }
    }

    /// A protective order comes to life for what its parent has.
    fn protect(&mut self, child: u64, filled: f64) {
        if let Some(record) = self.record_mut(child) {
            record.order.quantity = record.order.quantity.min(filled);
        }
        self.activate(child, self.now);
    }

    fn open_children(&self, parent: Option<u64>, besides: u64) -> Vec<u64> {
        let is_child = |record: &&HouseRecord| {
            parent.is_some()
                && record.order.parent == parent
                && record.number != besides
                && record.status.is_open()
        };
        self.records.iter().filter(is_child).map(|record| record.number).collect()
    }

    fn set_status(&mut self, number: u64, status: HouseStatus) {
        if let Some(record) = self.record_mut(number) {
            record.status = status;
        }
    }
}

/// The price at which an order trades now, if it does.
fn crossing(side: Side, kind: OrderKind, top: &BookTop) -> Option<f64> {
    let (price, is_within) = match side {
        Side::Buy => (top.ask, kind.limit_price().is_none_or(|limit| top.ask <= limit)),
        Side::Sell => (top.bid, kind.limit_price().is_none_or(|limit| top.bid >= limit)),
    };
    is_within.then_some(price)
}
