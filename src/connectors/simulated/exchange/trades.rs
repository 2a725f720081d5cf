//! Executions: quantities, costs, cash and positions.

use super::super::matching::Charges;
use super::super::truth::TruthFill;
use super::family::DUST_FRAC;
use super::orders::FIRST_FOREIGN;
use super::state::Exchange;
use crate::base::Timestamp;
use crate::domain::{CostModel, Fill, OrderId, Side, Slippage, TimeInForce, Trade};
use crate::ports::{BrokerEvent, OrderEnd, Protection};

/// Where, when and on which terms an order trades.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    pub(super) price: f64,
    pub(super) time: Timestamp,
    pub(super) charges: Charges,
}

impl Exchange {
    /// Trades as much of an order as `available` lets it, in one part or more; returns how much.
    pub(super) fn trade(&mut self, id: OrderId, available: f64, deal: Deal) -> f64 {
        let mut traded = 0.0;
        for part in self.parts(id, available) {
            traded += part;
            self.execute(id, part, deal);
        }
        traded
    }

    /// How an order that could trade now comes to trade.
    fn parts(&mut self, id: OrderId, available: f64) -> Vec<f64> {
        let Some(order) = self.orders.get(&id) else { return Vec::new() };
        let (remaining, tif) = (order.remaining, order.request.time_in_force);
        let wanted = remaining.min(available);
        if wanted <= 0.0 || (tif == TimeInForce::Fok && wanted < remaining) {
            return Vec::new();
        }
        if let Some(frac) = self.planned_part(id) {
            return vec![cut(wanted, frac)];
        }
        let prob = self.rules.partial_prob;
        if prob <= 0.0 || self.rng.uniform() >= prob {
            return vec![wanted];
        }
        let part = cut(wanted, 0.1 + 0.8 * self.rng.uniform());
        let comes_at_once = matches!(tif, TimeInForce::Bar | TimeInForce::Fok | TimeInForce::Ioc);
        if comes_at_once { vec![part, wanted - part] } else { vec![part] }
    }

    fn execute(&mut self, id: OrderId, part: f64, deal: Deal) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        let dust = DUST_FRAC * order.request.quantity;
        let quantity = if order.remaining - part <= dust { order.remaining } else { part };
        order.remaining -= quantity;
        let (index, is_over) = (order.index, order.remaining <= 0.0);
        if id.0 < FIRST_FOREIGN {
            self.entered_by[index] = id;
        }
        self.fill_order(id, quantity, deal);
        self.relieve_siblings(id, quantity, deal.time);
        if is_over {
            self.finish(id, self.end_of_traded(id), deal.time);
        } else {
            self.wake(id, deal.time);
        }
    }

    /// An order that had less to do because another one did it is canceled for the rest.
    fn end_of_traded(&self, id: OrderId) -> OrderEnd {
        let is_whole = self.records.get(&id).is_none_or(|record| {
            record.order.filled >= record.order.request.quantity * (1.0 - DUST_FRAC)
        });
        if is_whole { OrderEnd::Filled } else { OrderEnd::Canceled }
    }

    /// Books an execution of an order, open or not, and tells of it.
    pub(super) fn fill_order(&mut self, id: OrderId, quantity: f64, deal: Deal) {
        let Some(record) = self.records.get(&id) else { return };
        let (side, symbol) = (record.order.request.side, record.order.request.symbol.clone());
        let Some(index) = self.index(&symbol) else { return };
        let cost = self.cost(id, index, quantity, deal);
        let Some(record) = self.records.get_mut(&id) else { return };
        record.num_fills += 1;
        record.order.filled += quantity;
        record.paid = (record.paid.0 + quantity, record.paid.1 + quantity * deal.price);
        let execution_id = format!("sim-{id}-{}", record.num_fills);
        let Deal { price, time, .. } = deal;
        let fill = Fill { execution_id, order_id: id, symbol, side, quantity, price, cost, time };
        self.book(index, fill.clone(), None);
        self.outbox.push(BrokerEvent::Filled(fill));
    }

    /// Books the exit that a rule of the environment asks for, and tells of it.
    pub(super) fn fill_protection(
        &mut self,
        index: usize,
        cause: Protection,
        (price, time): (f64, Timestamp),
    ) {
        let signed = -self.holdings.positions[index].quantity;
        let (order_id, quantity) = (self.entered_by[index], signed.abs());
        self.num_protections += 1;
        let bar_notional = self.markets[index].bar_notional;
        let notional = quantity * price;
        let cost = self.params.costs.cost(Trade { quantity, notional, bar_notional });
        let fill = Fill {
            execution_id: format!("sim-protection-{}", self.num_protections),
            order_id,
            symbol: self.symbols[index].clone(),
            side: Side::of(signed),
            quantity,
            price,
            cost,
            time,
        };
        self.book(index, fill.clone(), Some(cause));
        self.outbox.push(BrokerEvent::Protected { fill, cause });
    }

    fn book(&mut self, index: usize, fill: Fill, cause: Option<Protection>) {
        self.holdings.fill(index, fill.signed_quantity(), fill.price, fill.cost);
        self.fills.push(TruthFill { fill, cause });
    }

    /// The parts of one order share one minimum commission.
    fn cost(&self, id: OrderId, index: usize, quantity: f64, deal: Deal) -> f64 {
        let all = self.params.costs;
        let commission =
            CostModel { half_spread_bps: 0.0, slippage: Slippage::ConstantBps(0.0), ..all };
        let model = match deal.charges {
            Charges::All => all,
            Charges::Commission => commission,
        };
        let bar_notional = self.markets[index].bar_notional;
        let trade = |quantity, notional| Trade { quantity, notional, bar_notional };
        let now = trade(quantity, quantity * deal.price);
        let paid = self.records.get(&id).map_or((0.0, 0.0), |record| record.paid);
        if paid.0 == 0.0 {
            return model.cost(now);
        }
        let whole = trade(paid.0 + quantity, paid.1 + now.notional);
        let added = commission.cost(whole) - commission.cost(trade(paid.0, paid.1));
        model.cost(now) - commission.cost(now) + added.max(0.0)
    }
}

/// A part of a quantity; whole shares stay whole.
pub(super) fn cut(wanted: f64, share: f64) -> f64 {
    let part = wanted * share.clamp(0.0, 1.0);
    if wanted.fract() == 0.0 && wanted >= 2.0 {
        return part.floor().clamp(1.0, wanted - 1.0);
    }
    part
}
