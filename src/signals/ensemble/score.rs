//! How well a member did lately.

use std::collections::VecDeque;

/// The mark of a bar on which a member earned as much as cash, and the score before the first mark.
const EVEN: f64 = 0.5;

/// The latest marks of a member.
#[derive(Debug, Clone)]
pub(super) struct Score {
    floor: f64,
    window: usize,
    marks: VecDeque<f64>,
    /// Marks are halves, so that their sum is exact in whatever order it is formed.
    sum: f64,
    bet: Option<Vec<f64>>,
}

impl Score {
    pub(super) fn new(floor: f64, window: usize) -> Self {
        Self { floor, window, marks: VecDeque::new(), sum: 0.0, bet: None }
    }

    /// `max(floor, mean of the latest marks)`.
    pub(super) fn value(&self) -> f64 {
        let count = self.marks.len();
        let mean = if count == 0 { EVEN } else { self.sum / count as f64 };
        mean.max(self.floor)
    }

    /// Remembers what the member bets on until the next row: weights of the symbols.
    pub(super) fn bet(&mut self, bet: Vec<f64>) {
        self.bet = Some(bet);
    }

    /// Marks the bet by the returns of the symbols over the bar that has passed, each less that of cash.
    pub(super) fn mark(&mut self, excess_returns: &[f64]) {
        let Some(bet) = self.bet.take() else { return };
        let earned: f64 = bet.iter().zip(excess_returns).map(|(bet, excess)| bet * excess).sum();
        let mark = if earned > 0.0 {
            1.0
        } else if earned == 0.0 {
            EVEN
        } else {
            0.0
        };
        self.marks.push_back(mark);
        self.sum += mark;
        if self.marks.len() > self.window {
            self.sum -= self.marks.pop_front().unwrap_or_default();
        }
    }
}

/// Returns of the symbols from row to row, less that of cash.
#[derive(Debug, Clone)]
pub(super) struct ExcessReturns {
    cash: f64,
    closes: Vec<Option<f64>>,
}

impl ExcessReturns {
    pub(super) const fn new(cash_return_per_bar: f64) -> Self {
        Self { cash: cash_return_per_bar, closes: Vec::new() }
    }

    /// The returns of the row since the one before. The price of a symbol without a bar has not moved.
    pub(super) fn pass(&mut self, closes: impl Iterator<Item = Option<f64>>) -> Vec<f64> {
        let mut returns = Vec::new();
        for (symbol, close) in closes.enumerate() {
            if self.closes.len() <= symbol {
                self.closes.push(None);
            }
            let before = self.closes[symbol];
            self.closes[symbol] = close.or(before);
            let moved = close.zip(before).map_or(0.0, |(close, before)| close / before - 1.0);
            returns.push(moved - self.cash);
        }
        returns
    }
}
