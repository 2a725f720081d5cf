//! Prices that an exchange takes.

use super::super::values;

/// A step where the venue names none.
const DEFAULT_STEP: f64 = 0.01;
/// Closer to a step than this fraction of it is on it.
const TOLERANCE: f64 = 1e-6;

/// The price steps of an instrument: from this price on, in steps of that.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct PriceGrid {
    steps: Vec<(f64, f64)>,
}

/// Which way a price that lies between two steps goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Toward {
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// The closer one.
    Closest,
}

impl PriceGrid {
    /// The grid of a market rule; steps that are none are left out, and without any `least` holds.
    pub(in super::super) fn new(rule: impl IntoIterator<Item = (f64, f64)>, least: f64) -> Self {
        let mut steps: Vec<(f64, f64)> = rule
            .into_iter()
            .filter_map(|(from, step)| Some((values::known(from)?, values::price(step)?)))
            .collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        if steps.is_empty() {
            steps.push((0.0, values::price(least).unwrap_or(DEFAULT_STEP)));
        }
        Self { steps }
    }

    /// The price on the grid.
    pub(in super::super) fn round(&self, price: f64, toward: Toward) -> f64 {
        let step = self.step(price);
        let count = price / step;
        let close = count.round();
        let count = match toward {
            _ if (count - close).abs() < TOLERANCE => close,
            Toward::Lower => count.floor(),
            Toward::Higher => count.ceil(),
            Toward::Closest => close,
        };
        // Divided by the number of steps in 1 where that is whole: 0.07 and not 0.07000000000000001.
        let per_one = (1.0 / step).round();
        if (per_one * step - 1.0).abs() < 1e-9 { count / per_one } else { count * step }
    }

    fn step(&self, price: f64) -> f64 {
        let fitting = self.steps.iter().rev().find(|(from, _)| *from <= price + 1e-9);
        fitting.or(self.steps.first()).map_or(DEFAULT_STEP, |(_, step)| *step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(grid: &PriceGrid, price: f64, toward: Toward, expected: f64) {
        assert_eq!(grid.round(price, toward).to_bits(), expected.to_bits(), "{price} {toward:?}");
    }

    // fault: code_110
    #[test]
    fn prices_go_to_the_grid_of_the_market_rule() {
        let grid = PriceGrid::new([(0.0, 0.0001), (1.0, 0.01)], 0.01);
        check(&grid, 100.01, Toward::Lower, 100.01);
        check(&grid, 100.01, Toward::Higher, 100.01);
        check(&grid, 100.017, Toward::Lower, 100.01);
        check(&grid, 100.013, Toward::Higher, 100.02);
        check(&grid, 100.016, Toward::Closest, 100.02);
        check(&grid, 0.12345, Toward::Lower, 0.1234);
        check(&grid, 1.0, Toward::Closest, 1.0);
        check(&PriceGrid::new([(0.0, 0.05)], 0.01), 10.07, Toward::Closest, 10.05);
        check(&PriceGrid::new([(0.0, 0.25)], 0.01), 10.3, Toward::Higher, 10.5);
    }

    #[test]
    fn steps_that_are_none_are_left_out() {
        let grid = PriceGrid::new([(0.0, f64::MAX), (0.0, 0.0), (f64::NAN, 0.1)], f64::MAX);
        check(&grid, 7.077, Toward::Closest, 7.08);
        check(&PriceGrid::new([], 0.1), 7.077, Toward::Closest, 7.1);
    }
}
