//! Orders meet quotes, and time passes between bars.

use std::collections::BTreeSet;

use super::super::matching::{Charges, on_quote};
use super::state::{Exchange, Phase};
use super::trades::Deal;
use crate::base::Timestamp;
use crate::domain::{BookTop, OrderId, Side, Symbol, TimeInForce};
use crate::ports::OrderEnd;

impl Exchange {
    /// Takes new best prices: orders of the symbol trade on them until the next bar. One that is no later than the
    /// last of its symbol, or crossed, is ignored.
    pub(in crate::connectors::simulated) fn quote(&mut self, symbol: &Symbol, top: BookTop) {
        let Some(index) = self.index(symbol).filter(|_| top.is_sound()) else { return };
        if self.markets[index].top.is_some_and(|last| top.time <= last.time) {
            return;
        }
        self.pass_time(top.time);
        let unknown = |quantity: f64| if quantity > 0.0 { quantity } else { f64::INFINITY };
        let market = &mut self.markets[index];
        market.top = Some(top);
        market.is_quoted = true;
        market.left = [unknown(top.bid_quantity), unknown(top.ask_quantity)];
        let mut met = BTreeSet::new();
        while let Some(id) = self.next_resting(index, &met, self.clock) {
            met.insert(id);
            self.meet_quote(id, index, &top);
        }
    }

    /// Lets time pass without news of the market: orders and cancels arrive, and the day may end.
    pub(in crate::connectors::simulated) fn pass_time(&mut self, time: Timestamp) {
        self.clock = self.clock.max(time);
        self.arrive_until(self.clock);
        self.cancel_until(self.clock);
        self.expire_until(self.clock);
    }

    /// An order that has just arrived trades on the last quote, if that is younger than the last bar.
    pub(super) fn meet_last_quote(&mut self, id: OrderId) {
        let Some(order) = self.orders.get(&id) else { return };
        let index = order.index;
        let market = self.markets[index];
        let Some(top) = market.top.filter(|_| market.is_quoted) else { return };
        if order.phase == Phase::Working && !order.is_of_environment() {
            self.meet_quote(id, index, &top);
        }
    }

    fn meet_quote(&mut self, id: OrderId, index: usize, top: &BookTop) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        let (kind, side) = (order.request.kind, order.request.side);
        let tif = order.request.time_in_force;
        let (is_triggered, price) = on_quote(kind, side, order.is_triggered, top);
        order.is_triggered = is_triggered;
        let time = top.time.max(order.active_from);
        let at = match side {
            Side::Sell => 0,
            Side::Buy => 1,
        };
        if let Some(price) = price {
            let available = self.markets[index].left[at];
            let deal = Deal { price, time, charges: Charges::Commission };
            let traded = self.trade(id, available, deal);
            self.markets[index].left[at] -= traded;
        }
        if matches!(tif, TimeInForce::Ioc | TimeInForce::Fok) {
            self.finish(id, OrderEnd::Canceled, time);
        }
    }
}
