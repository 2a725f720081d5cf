//! What a strategy holds on bars drawn by chance.

use crate::base::Rng;
use crate::evaluate::{Trajectory, TrajectoryStep};

/// Weights below this are no holding.
const LEAST_WEIGHT: f64 = 0.01;

/// A symbol that is held at the close of a row of the tape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Holding {
    /// The row of the tape.
    pub(super) row: usize,
    /// The symbol with the largest weight there, cash not counted.
    pub(super) symbol_index: usize,
    /// Whether it is held short.
    pub(super) is_short: bool,
}

/// Draws `draws` closes at which something is held, each at most once, in order of time; there must be
/// a bar after it.
pub(super) fn drawn_holdings(trajectory: &Trajectory, draws: usize, rng: &mut Rng) -> Vec<Holding> {
    let steps = trajectory.steps.split_last().map_or(&[][..], |(_, steps)| steps);
    let mut held: Vec<Holding> = steps.iter().filter_map(largest).collect();
    rng.shuffle(&mut held);
    held.truncate(draws);
    held.sort_by_key(|holding| holding.row);
    held
}

fn largest(step: &TrajectoryStep) -> Option<Holding> {
    let risky = step.account.weights_after[1..].iter().enumerate();
    let (symbol_index, &weight) = risky.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))?;
    let is_held = weight.abs() >= LEAST_WEIGHT;
    is_held.then_some(Holding { row: step.row + 1, symbol_index, is_short: weight < 0.0 })
}
