//! Cash and positions, and what a policy may see of them.

use super::{Order, order_quantities};
use crate::gym::{PositionState, Quote, SlotBook};

/// Ratios to equity divide by at least this fraction of initial equity: a ruined account may owe.
pub(in crate::gym) const EQUITY_FLOOR_FRAC: f64 = 1e-6;

/// A trade that takes less than this fraction off a position is rebalancing, and closes nothing.
pub(in crate::gym) const MIN_CLOSED_FRAC: f64 = 0.01;

/// One symbol in the account.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// Shares or contracts, shorts negative.
    pub quantity: f64,
    /// Average price of what is held; 0 when flat.
    pub entry_price: f64,
    /// Best price since the position was opened or changed sides; 0 when flat.
    pub best_price: f64,
    /// Bars since the position was opened or changed sides; 0 when flat.
    pub bars_held: usize,
}

impl Position {
    /// Trades `quantity` (signed) at `price` and keeps the average entry.
    ///
    /// Adding averages, reducing keeps the entry, crossing zero starts anew at `price`.
    pub fn fill(&mut self, quantity: f64, price: f64) {
        let after = self.quantity + quantity;
        if self.quantity * after <= 0.0 {
            self.entry_price = if after == 0.0 { 0.0 } else { price };
            self.best_price = self.entry_price;
        } else if after.abs() > self.quantity.abs() {
            self.entry_price = (self.quantity * self.entry_price + quantity * price) / after;
        }
        self.quantity = after;
    }

    /// Whether a trade of `quantity` (signed) takes a hundredth or more off the position, closes or
    /// turns it.
    #[must_use]
    pub fn is_closed_by(&self, quantity: f64) -> bool {
        let is_opposite = self.quantity * quantity < 0.0;
        is_opposite && quantity.abs() >= MIN_CLOSED_FRAC * self.quantity.abs()
    }

    /// Lives through a bar: lifts the best price.
    pub fn pass(&mut self, bar: &Quote) {
        if self.quantity > 0.0 && bar.is_tradable {
            self.best_price = self.best_price.max(bar.high);
        } else if self.quantity < 0.0 && bar.is_tradable {
            self.best_price = self.best_price.min(bar.low);
        }
    }

    /// Profit that a close at `price` would bring, currency units.
    #[must_use]
    pub fn unrealized_profit(&self, price: f64) -> f64 {
        self.quantity * (price - self.entry_price)
    }

    /// Gain per unit of entry value at `price`, positive when it pays; 0 when flat.
    #[must_use]
    pub fn unrealized_return(&self, price: f64) -> f64 {
        if self.quantity == 0.0 {
            return 0.0;
        }
        (price / self.entry_price - 1.0) * self.quantity.signum()
    }
}

/// Cash, positions and the highest equity so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdings {
    /// Currency units; slightly negative when costs outrun a fully invested account.
    pub cash: f64,
    /// One per symbol.
    pub positions: Vec<Position>,
    /// Highest equity at a close since the start.
    pub peak_equity: f64,
    equity_floor: f64,
}

impl Holdings {
    /// All cash.
    #[must_use]
    pub fn new(initial_equity: f64, num_symbols: usize) -> Self {
        Self {
            cash: initial_equity,
            positions: vec![Position::default(); num_symbols],
            peak_equity: initial_equity,
            equity_floor: initial_equity * EQUITY_FLOOR_FRAC,
        }
    }

    /// Pays for a trade of `quantity` (signed) and its cost.
    pub fn fill(&mut self, symbol_index: usize, quantity: f64, price: f64, cost: f64) {
        self.cash -= quantity * price + cost;
        self.positions[symbol_index].fill(quantity, price);
    }

    /// Cash and the value of every position.
    #[must_use]
    pub fn equity(&self, prices: &[f64]) -> f64 {
        self.cash
            + self.positions.iter().zip(prices).map(|(p, price)| p.quantity * price).sum::<f64>()
    }

    /// Fractions of equity, cash first.
    #[must_use]
    pub fn weights(&self, prices: &[f64]) -> Vec<f64> {
        let equity = self.equity(prices).max(self.equity_floor);
        let values = self.positions.iter().zip(prices).map(|(p, price)| p.quantity * price);
        std::iter::once(self.cash).chain(values).map(|value| value / equity).collect()
    }

    /// Quantities that an order asks for, sized at `prices`: shares, sales negative, one per symbol.
    #[must_use]
    pub fn order_quantities(
        &self,
        order: Order<'_>,
        slots: Option<&SlotBook>,
        initial_equity: f64,
        prices: &[f64],
    ) -> Vec<f64> {
        let held: Vec<f64> = self.positions.iter().map(|position| position.quantity).collect();
        match (order, slots) {
            (Order::Weights(weights), _) => {
                order_quantities(weights.risky(), self.equity(prices), prices, &held)
            }
            (Order::Slot(change), Some(slots)) => {
                vec![slots.quantity(change, prices[0], initial_equity, held[0])]
            }
            (Order::Hold | Order::Slot(_), _) => vec![0.0; held.len()],
        }
    }

    /// Weights that an order aims at, cash first; `None` is HOLD.
    #[must_use]
    pub fn target_weights(
        &self,
        order: Order<'_>,
        slots: Option<&SlotBook>,
        initial_equity: f64,
        prices: &[f64],
    ) -> Option<Vec<f64>> {
        match order {
            Order::Hold => None,
            Order::Weights(weights) => Some(weights.as_slice().to_vec()),
            Order::Slot(_) => {
                let traded = self.order_quantities(order, slots, initial_equity, prices)[0];
                let after = (self.positions[0].quantity + traded) * prices[0];
                let weight = after / self.equity(prices).max(self.equity_floor);
                Some(vec![1.0 - weight, weight])
            }
        }
    }

    /// Profit that closing everything at these prices would bring, currency units: of the slots if
    /// there are any, else of the positions.
    #[must_use]
    pub fn unrealized_profit(&self, slots: Option<&SlotBook>, prices: &[f64]) -> f64 {
        if let Some(slots) = slots {
            return slots.unrealized_profit(prices[0]);
        }
        self.positions.iter().zip(prices).map(|(p, &price)| p.unrealized_profit(price)).sum()
    }

    /// Loss since the highest equity, a fraction of it.
    #[must_use]
    pub fn drawdown(&self, prices: &[f64]) -> f64 {
        1.0 - self.equity(prices) / self.peak_equity
    }

    /// Ends a bar: counts how long positions are held, given the quantities before it, and lifts the
    /// peak.
    pub fn close_bar(&mut self, before: &[Position], prices: &[f64]) {
        for (position, before) in self.positions.iter_mut().zip(before) {
            position.bars_held = match position.quantity * before.quantity {
                _ if position.quantity == 0.0 => 0,
                side if side > 0.0 => before.bars_held + 1,
                _ => 1,
            };
        }
        self.peak_equity = self.peak_equity.max(self.equity(prices));
    }

    /// What a policy may see.
    #[must_use]
    pub fn position_state(&self, slots: Option<&SlotBook>, prices: &[f64]) -> PositionState {
        if let Some(slots) = slots {
            return self.slots_state(slots, prices);
        }
        let positions = self.positions.iter().zip(prices);
        PositionState {
            weights: self.weights(prices),
            unrealized_returns: positions.map(|(p, &price)| p.unrealized_return(price)).collect(),
            bars_held: self.positions.iter().map(|p| p.bars_held as f64).collect(),
            drawdown: self.drawdown(prices),
            slots: Vec::new(),
        }
    }

    /// A net position says little of the slots that make it: gain and age are those of the slots.
    fn slots_state(&self, slots: &SlotBook, prices: &[f64]) -> PositionState {
        let equity = self.equity(prices).max(self.equity_floor);
        PositionState {
            weights: self.weights(prices),
            unrealized_returns: vec![slots.unrealized_return(prices[0])],
            bars_held: vec![slots.bars_held() as f64],
            drawdown: self.drawdown(prices),
            slots: slots.states(prices[0], equity),
        }
    }
}
