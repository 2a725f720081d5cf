//! The venue: open orders meet the next bar.

use crate::base::Timestamp;
use crate::config::{Env, FillRule};
use crate::domain::{Bar, Fill, MarketRow, OrderId, OrderRequest, Side, Symbol, Trade};
use crate::gym::{EnvParams, ExecutionKind, Holdings, Quote, protective_exit, quote_price};
use crate::ports::{
    Broker, BrokerAccount, BrokerError, BrokerEvent, CashReason, Protection, RejectReason,
};
use crate::risk::Approved;

const NANOS_PER_MS: i64 = 1_000_000;

/// Fills market orders on recorded bars, by the fill rule and the costs of an environment.
///
/// An order is good for one bar: it is filled when the next row arrives, or rejected if its symbol has
/// no bar there. Fractions of a share trade. Each bar passes in the order of the gym: fills and
/// protective orders, interest and borrow fees, the close.
#[derive(Debug)]
pub struct SimulatedVenue {
    params: EnvParams,
    symbols: Vec<Symbol>,
    holdings: Holdings,
    last_bars: Vec<LastBar>,
    open_orders: Vec<OrderRequest>,
    last_order: OrderId,
    protected_orders: Vec<OrderId>,
    events: Vec<BrokerEvent>,
}

/// What the venue remembers of a symbol.
#[derive(Debug, Clone, Copy)]
struct LastBar {
    close: f64,
    /// Volume times close of the last row; 0 if the symbol had no bar there.
    bar_notional: f64,
    /// When the close was known; `None` before the first bar.
    time: Option<Timestamp>,
}

impl SimulatedVenue {
    /// A venue with an account that holds the initial equity in cash.
    #[must_use]
    pub fn new(env: &Env, bars_per_year: f64, symbols: &[Symbol]) -> Self {
        let unseen = LastBar { close: f64::NAN, bar_notional: 0.0, time: None };
        Self {
            params: EnvParams::new(env, bars_per_year),
            symbols: symbols.to_vec(),
            holdings: Holdings::new(env.initial_equity, symbols.len()),
            last_bars: vec![unseen; symbols.len()],
            open_orders: Vec::new(),
            last_order: OrderId(0),
            protected_orders: vec![OrderId(0); symbols.len()],
            events: Vec::new(),
        }
    }

    /// Lets a row pass before the account is opened: prices are learned, nothing accrues.
    pub fn watch(&mut self, row: &MarketRow) {
        for (last, bar) in self.last_bars.iter_mut().zip(&row.bars) {
            last.bar_notional = 0.0;
            if let Some(bar) = bar {
                *last = LastBar {
                    close: bar.close,
                    bar_notional: bar.volume * bar.close,
                    time: Some(bar.available_at),
                };
            }
        }
    }

    /// Lets the bars of the next row pass: open orders and protective orders, then interest and fees.
    pub fn advance(&mut self, row: &MarketRow) {
        let orders = std::mem::take(&mut self.open_orders);
        if self.params.fill == FillRule::NextClose {
            let protected = self.protect(row);
            self.execute_all(orders, row, &protected);
        } else {
            self.execute_all(orders, row, &[]);
            self.protect(row);
        }
        self.watch(row);
        self.accrue(row.time);
    }

    fn execute_all(&mut self, orders: Vec<OrderRequest>, row: &MarketRow, protected: &[usize]) {
        for order in orders {
            let Some(index) = self.index(&order.symbol) else { continue };
            match &row.bars[index] {
                None => self.reject(order.id, RejectReason::NotTrading, row.time),
                Some(_) if protected.contains(&index) => {
                    self.reject(order.id, RejectReason::PositionClosed, row.time);
                }
                Some(bar) => self.execute(&order, index, bar),
            }
        }
    }

    fn execute(&mut self, order: &OrderRequest, index: usize, bar: &Bar) {
        let last = self.last_bars[index];
        let (price, time) = match self.params.fill {
            FillRule::NextOpen => (bar.open, bar.open_time),
            FillRule::NextClose => (bar.close, bar.available_at),
            FillRule::SameClose => (last.close, last.time.unwrap_or(bar.open_time)),
            FillRule::Quotes(quotes) => {
                let latency = i64::from(quotes.latency_ms) * NANOS_PER_MS;
                let arrival = order.decided_at.saturating_add_nanos(latency);
                let time = arrival.clamp(bar.open_time, bar.available_at);
                (quote_price(quotes, order.decided_at, bar), time)
            }
        };
        self.protected_orders[index] = order.id;
        let signed = order.side.sign() * order.quantity;
        let fill = self.settle(index, signed, price, time);
        self.events.push(BrokerEvent::Filled(fill));
    }

    /// Closes positions whose protective order was hit, and tells which.
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
            self.close_position(index, cause, (price, bar.available_at));
            hit.push(index);
        }
        hit
    }

    fn close_position(&mut self, index: usize, cause: Protection, (price, time): (f64, Timestamp)) {
        let quantity = -self.holdings.positions[index].quantity;
        let fill = self.settle(index, quantity, price, time);
        self.events.push(BrokerEvent::Protected { fill, cause });
    }

    fn settle(&mut self, index: usize, signed: f64, price: f64, time: Timestamp) -> Fill {
        let quantity = signed.abs();
        let cost = self.params.costs.cost(Trade {
            quantity,
            notional: quantity * price,
            bar_notional: self.last_bars[index].bar_notional,
        });
        self.holdings.fill(index, signed, price, cost);
        let side = if signed < 0.0 { Side::Sell } else { Side::Buy };
        let symbol = self.symbols[index].clone();
        Fill { order_id: self.protected_orders[index], symbol, side, quantity, price, cost, time }
    }

    fn reject(&mut self, order_id: OrderId, reason: RejectReason, time: Timestamp) {
        self.events.push(BrokerEvent::Rejected { order_id, reason, time });
    }

    /// Interest on cash, then the fee for borrowed shares at the close.
    fn accrue(&mut self, time: Timestamp) {
        let cash = self.holdings.cash;
        // A difference of near numbers is exact, so adding it gives `cash · (1 + return)` to the bit.
        self.post(
            cash * (1.0 + self.params.cash_return_per_bar) - cash,
            CashReason::Interest,
            time,
        );
        let positions = self.holdings.positions.iter().zip(&self.last_bars);
        let short: f64 = positions.map(|(p, last)| (-p.quantity * last.close).max(0.0)).sum();
        self.post(-(self.params.borrow_rate_per_bar * short), CashReason::Borrow, time);
    }

    fn post(&mut self, amount: f64, reason: CashReason, time: Timestamp) {
        if amount != 0.0 {
            self.holdings.cash += amount;
            self.events.push(BrokerEvent::CashPosted { amount, reason, time });
        }
    }

    fn index(&self, symbol: &Symbol) -> Option<usize> {
        self.symbols.iter().position(|s| s == symbol)
    }
}

impl Broker for SimulatedVenue {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let order = order.into_request();
        let symbol = order.symbol.clone();
        let Some(index) = self.index(&symbol) else {
            return Err(BrokerError::UnknownSymbol { symbol });
        };
        if self.last_bars[index].time.is_none() {
            return Err(BrokerError::NoMarket { symbol });
        }
        if order.id <= self.last_order {
            return Err(BrokerError::OrderNumber { found: order.id, last: self.last_order });
        }
        self.last_order = order.id;
        self.open_orders.push(order);
        Ok(())
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        Ok(std::mem::take(&mut self.events))
    }

    fn account(&self) -> Result<BrokerAccount, BrokerError> {
        let quantities = self.holdings.positions.iter().map(|position| position.quantity);
        let positions = self.symbols.iter().cloned().zip(quantities).collect();
        Ok(BrokerAccount { cash: self.holdings.cash, positions })
    }
}
