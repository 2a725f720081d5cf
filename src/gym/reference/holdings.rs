//! Cash and positions, and what a policy may see of them.

use crate::gym::PositionState;

/// Ratios to equity divide by at least this fraction of initial equity: a ruined account may owe.
pub(in crate::gym) const EQUITY_FLOOR_FRAC: f64 = 1e-6;

/// One symbol in the account.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// Shares or contracts, shorts negative.
    pub quantity: f64,
    /// Average price of what is held; 0 when flat.
    pub entry_price: f64,
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
        } else if after.abs() > self.quantity.abs() {
            self.entry_price = (self.quantity * self.entry_price + quantity * price) / after;
        }
        self.quantity = after;
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
    pub fn position_state(&self, prices: &[f64]) -> PositionState {
        let positions = self.positions.iter().zip(prices);
        PositionState {
            weights: self.weights(prices),
            unrealized_returns: positions.map(|(p, &price)| p.unrealized_return(price)).collect(),
            bars_held: self.positions.iter().map(|p| p.bars_held as f64).collect(),
            drawdown: self.drawdown(prices),
        }
    }
}
