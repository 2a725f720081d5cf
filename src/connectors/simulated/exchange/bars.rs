//! A row of bars passes: orders that are good for one bar, protective exits of the environment, interest and fees.
//!
//! This is the account of the training environment, to the bit; other kinds of orders live in `resting`.

use super::super::matching::Charges;
use super::state::{Exchange, Order, Phase};
use super::trades::Deal;
use crate::base::Timestamp;
use crate::config::FillRule;
use crate::domain::{Bar, MarketRow, OrderId, OrderKind, TimeInForce};
use crate::gym::{ExecutionKind, Quote, protective_exit, quote_price};
use crate::ports::{BrokerEvent, CashReason, OrderEnd, Protection, RejectReason};

use super::super::truth::Posting;

const NANOS_PER_MS: i64 = 1_000_000;

impl Order {
    /// Whether this is an order of the environment: at the price of its fill rule, good for the next bar.
    pub(super) fn is_of_environment(&self) -> bool {
        self.request.kind == OrderKind::Market && self.request.time_in_force == TimeInForce::Bar
    }
}

impl Exchange {
    /// Lets a row pass before the account is opened: prices are learned, nothing trades or accrues. A row that has
    /// passed already is ignored.
    pub(in crate::connectors::simulated) fn watch(&mut self, row: &MarketRow) {
        if row.time > self.last_row {
            self.learn(row);
        }
    }

    /// Lets the next row pass. A row that has passed already is ignored.
    pub(in crate::connectors::simulated) fn advance(&mut self, row: &MarketRow) {
        if row.time <= self.last_row {
            return;
        }
        let opens = row.bars.iter().flatten().map(|bar| bar.open_time).min();
        let open = opens.unwrap_or(row.time);
        self.cancel_until(open);
        self.expire_until(open);
        self.arrive_until(row.time);
        if self.params.fill == FillRule::NextClose {
            self.rest(row);
            let protected = self.protect(row);
            self.execute_all(row, &protected);
        } else {
            self.execute_all(row, &[]);
            self.rest(row);
            self.protect(row);
        }
        self.end_bar_orders(row);
        self.learn(row);
        self.cancel_until(row.time);
        self.expire_until(row.time);
        self.accrue(row.time);
    }

    fn learn(&mut self, row: &MarketRow) {
        self.last_row = row.time;
        self.clock = self.clock.max(row.time);
        for (market, bar) in self.markets.iter_mut().zip(&row.bars) {
            market.bar_notional = 0.0;
            if let Some(bar) = bar {
                market.close = bar.close;
                market.bar_notional = bar.volume * bar.close;
                market.time = Some(bar.available_at);
                market.day = Some(self.hours.day(bar));
                market.is_quoted = false;
            }
        }
    }

    fn execute_all(&mut self, row: &MarketRow, protected: &[usize]) {
        let is_due = |order: &Order| order.phase == Phase::Working && order.is_of_environment();
        let due = self.orders.iter().filter(|(_, order)| is_due(order));
        let due: Vec<(OrderId, usize)> = due.map(|(id, order)| (*id, order.index)).collect();
        for (id, index) in due {
            match &row.bars[index] {
                None => self.reject(id, RejectReason::NotTrading, row.time),
                Some(_) if protected.contains(&index) => {
                    self.reject(id, RejectReason::PositionClosed, row.time);
                }
                Some(bar) => self.execute_on(id, index, bar),
            }
        }
    }

    fn execute_on(&mut self, id: OrderId, index: usize, bar: &Bar) {
        let Some(order) = self.orders.get(&id) else { return };
        let (last, decided_at) = (self.markets[index], order.request.decided_at);
        let (price, time) = match self.params.fill {
            FillRule::NextOpen => (bar.open, bar.open_time),
            FillRule::NextClose => (bar.close, bar.available_at),
            FillRule::SameClose => (last.close, last.time.unwrap_or(bar.open_time)),
            FillRule::Quotes(quotes) => {
                let latency = i64::from(quotes.latency_ms) * NANOS_PER_MS;
                let arrival = decided_at.saturating_add_nanos(latency);
                let time = arrival.clamp(bar.open_time, bar.available_at);
                (quote_price(quotes, decided_at, bar), time)
            }
        };
        self.trade(id, self.available(bar), Deal { price, time, charges: Charges::All });
    }

    /// How much of a bar one order gets.
    pub(super) fn available(&self, bar: &Bar) -> f64 {
        let share = self.rules.participation_frac.filter(|_| bar.volume > 0.0);
        share.map_or(f64::INFINITY, |share| share * bar.volume)
    }

    /// Closes positions whose protective rule was hit, and tells which.
    fn protect(&mut self, row: &MarketRow) -> Vec<usize> {
        let mut hit = Vec::new();
        for (index, bar) in row.bars.iter().enumerate() {
            let Some(bar) = bar else { continue };
            let position = self.holdings.positions[index];
            let quote = Quote::from_bar(bar);
            let Some((kind, price)) = protective_exit(&position, &quote, &self.params.rules) else {
                self.holdings.positions[index].pass(&quote);
                continue;
            };
            let cause = match kind {
                ExecutionKind::StopLoss => Protection::StopLoss,
                ExecutionKind::TrailingStop => Protection::TrailingStop,
                ExecutionKind::TakeProfit | ExecutionKind::Order => Protection::TakeProfit,
            };
            self.fill_protection(index, cause, (price, bar.available_at));
            hit.push(index);
        }
        hit
    }

    /// The one bar of these orders has passed.
    fn end_bar_orders(&mut self, row: &MarketRow) {
        let is_over = |order: &Order| {
            order.phase == Phase::Working
                && order.request.time_in_force == TimeInForce::Bar
                && order.active_from <= row.time
        };
        let over = self.orders.iter().filter(|(_, order)| is_over(order));
        let over: Vec<(OrderId, usize)> = over.map(|(id, order)| (*id, order.index)).collect();
        for (id, index) in over {
            if row.bars[index].is_some() {
                self.finish(id, OrderEnd::Expired, row.time);
            } else {
                self.reject(id, RejectReason::NotTrading, row.time);
            }
        }
    }

    fn reject(&mut self, id: OrderId, reason: RejectReason, time: Timestamp) {
        self.finish(id, OrderEnd::Rejected(reason), time);
    }

    /// Interest on cash, then the fee for borrowed shares at the close.
    fn accrue(&mut self, time: Timestamp) {
        let cash = self.holdings.cash;
        // A difference of near numbers is exact, so adding it gives `cash · (1 + return)` to the bit.
        let interest = cash * (1.0 + self.params.cash_return_per_bar) - cash;
        self.post(interest, CashReason::Interest, time);
        let positions = self.holdings.positions.iter().zip(&self.markets);
        let short: f64 = positions.map(|(p, market)| (-p.quantity * market.close).max(0.0)).sum();
        self.post(-(self.params.borrow_rate_per_bar * short), CashReason::Borrow, time);
    }

    fn post(&mut self, amount: f64, reason: CashReason, time: Timestamp) {
        if amount != 0.0 {
            self.holdings.cash += amount;
            self.postings.push(Posting { amount, reason, time });
            self.outbox.push(BrokerEvent::CashPosted { amount, reason, time });
        }
    }
}
