//! Orders of other kinds than the environment's meet a bar.

use std::collections::BTreeSet;

use super::super::matching::{Chance, Charges, Moment, Stretch, on_stretch};
use super::state::{Exchange, Order, Phase};
use super::trades::Deal;
use crate::base::Timestamp;
use crate::domain::{Bar, MarketRow, OrderId, OrderKind, TimeInForce};
use crate::ports::OrderEnd;

impl Exchange {
    /// Lets every bar of a row meet the resting orders of its symbol.
    pub(super) fn rest(&mut self, row: &MarketRow) {
        for (index, bar) in row.bars.iter().enumerate() {
            let Some(bar) = bar else { continue };
            let mut met = BTreeSet::new();
            while let Some(id) = self.next_resting(index, &met, bar.available_at) {
                met.insert(id);
                self.meet_bar(id, index, bar);
            }
        }
    }

    /// The next order to look at. Stops come before limits: of two that one bar reaches, the worse one trades.
    pub(super) fn next_resting(
        &self,
        index: usize,
        met: &BTreeSet<OrderId>,
        until: Timestamp,
    ) -> Option<OrderId> {
        let is_next = |id: &OrderId, order: &Order| {
            order.index == index
                && order.phase == Phase::Working
                && order.active_from <= until
                && !order.is_of_environment()
                && !met.contains(id)
        };
        let is_limit = |order: &Order| matches!(order.request.kind, OrderKind::Limit { .. });
        let next = self.orders.iter().filter(|(id, order)| is_next(id, order));
        next.min_by_key(|(id, order)| (is_limit(order), **id)).map(|(id, _)| *id)
    }

    fn meet_bar(&mut self, id: OrderId, index: usize, bar: &Bar) {
        let Some(order) = self.orders.get(&id) else { return };
        let kind = order.request.kind;
        if matches!(kind, OrderKind::MarketOnOpen | OrderKind::MarketOnClose) {
            return self.meet_auction(id, index, bar);
        }
        if self.markets[index].is_quoted {
            return;
        }
        let stretch = Stretch::of(bar, order.active_from);
        let side = order.request.side;
        let met = on_stretch(kind, side, order.is_triggered, stretch, self.rules.limit_fill);
        let is_immediate =
            matches!(order.request.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        if let Some(order) = self.orders.get_mut(&id) {
            order.is_triggered = met.is_triggered;
        }
        let chance = met.chance.filter(|c| !is_immediate || c.moment == Moment::Start);
        if let Some(Chance { price, moment, charges }) = chance {
            let time = match moment {
                Moment::Start => stretch.start,
                Moment::Inside => bar.available_at,
            };
            self.trade(id, self.available(bar), Deal { price, time, charges });
        }
        if is_immediate {
            self.finish(id, OrderEnd::Canceled, stretch.start);
        }
    }

    /// An auction is the open of the first bar of a session, or the close of its last bar.
    fn meet_auction(&mut self, id: OrderId, index: usize, bar: &Bar) {
        let Some(order) = self.orders.get(&id) else { return };
        let (price, time) = if order.request.kind == OrderKind::MarketOnOpen {
            let is_first = self.markets[index].day != Some(self.hours.day(bar));
            if !is_first || order.active_from > bar.open_time {
                return;
            }
            (bar.open, bar.open_time)
        } else {
            if !self.hours.is_last(bar) {
                return;
            }
            (bar.close, bar.available_at)
        };
        self.trade(id, self.available(bar), Deal { price, time, charges: Charges::All });
        self.finish(id, OrderEnd::Expired, time);
    }
}
