//! What members say as vectors that can be compared, and one target of many.

use crate::domain::Weights;
use crate::gym::{SlotAction, SlotChange, SlotCounts};
use crate::signals::Target;

/// What targets are about: the account that they are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    /// Fractions of equity that are held, cash first.
    pub(super) held: &'a [f64],
    /// The slots, in a market of slots.
    pub(super) slots: Option<SlotCounts>,
}

impl Ground<'_> {
    /// What is held when everything is in cash.
    pub(super) fn flat(&self) -> Vec<f64> {
        (0..self.held.len()).map(|asset| f64::from(u8::from(asset == 0))).collect()
    }

    /// What is held on the other side of every position.
    pub(super) fn hedge(&self) -> Vec<f64> {
        let risky: Vec<f64> = self.held[1..].iter().map(|weight| -weight).collect();
        std::iter::once(1.0 - risky.iter().sum::<f64>()).chain(risky).collect()
    }
}

/// What each target stands for: the weights it asks for, where HOLD is the weights that are held; in a market of slots,
/// 1 at the place of what it says among all that is said. All vectors have one length.
pub(super) fn stances(targets: &[&Target], ground: Ground<'_>) -> Vec<Vec<f64>> {
    if ground.slots.is_none() {
        return targets.iter().map(|target| weights(target, ground.held)).collect();
    }
    let said = distinct(targets);
    targets
        .iter()
        .map(|target| said.iter().map(|other| f64::from(u8::from(other == target))).collect())
        .collect()
}

/// The mean of the targets by vote, where HOLD is the weights that are held; in a market of slots, what more than
/// half of the votes ask for, else HOLD. What all say stays as it is, to the bit.
pub(super) fn combine(targets: &[&Target], votes: &[f64], ground: Ground<'_>) -> Target {
    let said = distinct(targets);
    if let [only] = said.as_slice() {
        return (*only).clone();
    }
    if ground.slots.is_none() {
        return mean(targets, votes, ground.held);
    }
    let share = |wanted: &Target| -> f64 {
        targets.iter().zip(votes).filter(|(said, _)| **said == wanted).map(|(_, vote)| vote).sum()
    };
    said.into_iter().find(|&wanted| share(wanted) > 0.5).cloned().unwrap_or(Target::Hold)
}

/// Cash takes what the symbols leave, so that the sum is 1.
fn mean(targets: &[&Target], votes: &[f64], held: &[f64]) -> Target {
    let mut mean = vec![0.0; held.len()];
    for (target, vote) in targets.iter().zip(votes) {
        for (sum, weight) in mean.iter_mut().zip(weights(target, held)) {
            *sum += vote * weight;
        }
    }
    mean[0] = 1.0 - mean[1..].iter().sum::<f64>();
    // Only an account that has no finite weights gives no finite mean; it keeps what it has.
    Weights::try_new(mean).map_or(Target::Hold, Target::Weights)
}

/// The targets without repetition, in the order in which they were said first.
fn distinct<'a>(targets: &[&'a Target]) -> Vec<&'a Target> {
    let mut said: Vec<&Target> = Vec::new();
    for target in targets {
        if !said.contains(target) {
            said.push(target);
        }
    }
    said
}

/// The weights that a target asks for, cash first; what is held if it asks for none.
fn weights(target: &Target, held: &[f64]) -> Vec<f64> {
    match target {
        Target::Weights(weights) => weights.as_slice().to_vec(),
        Target::Hold | Target::Slot(_) => held.to_vec(),
    }
}

/// What a target bets on: the weights of the symbols; for a change of a slot its side.
///
/// Opening a long slot and closing a short one bet on a rise, with 1; the others on a fall, with −1.
pub(super) fn bet(target: &Target, ground: Ground<'_>) -> Vec<f64> {
    match (target, ground.slots) {
        (Target::Slot(SlotChange { slot, action }), Some(counts)) => match action {
            SlotAction::Open => vec![counts.side(*slot)],
            SlotAction::Close => vec![-counts.side(*slot)],
        },
        _ => weights(target, ground.held).split_off(1),
    }
}

/// Whether two bets are on opposite sides: the sum of their products is below 0.
pub(super) fn is_opposite(bet: &[f64], other: &[f64]) -> bool {
    bet.iter().zip(other).map(|(a, b)| a * b).sum::<f64>() < 0.0
}

/// Largest standard deviation of a place among the vectors, each of which counts the same.
pub(super) fn deviation(stances: &[Vec<f64>]) -> f64 {
    let count = stances.len() as f64;
    let places = stances.first().map_or(0, Vec::len);
    let variance = |place: usize| {
        let mean = stances.iter().map(|stance| stance[place]).sum::<f64>() / count;
        stances.iter().map(|stance| (stance[place] - mean).powi(2)).sum::<f64>() / count
    };
    (0..places).map(variance).fold(0.0, f64::max).sqrt()
}

/// Mean distance of each vector to the others; 0 for a single one.
pub(super) fn distances(stances: &[Vec<f64>]) -> Vec<f64> {
    let others = stances.len().saturating_sub(1).max(1) as f64;
    let mean = |stance| stances.iter().map(|other| distance(stance, other)).sum::<f64>() / others;
    stances.iter().map(|stance| mean(stance)).collect()
}

/// Share of an account that would have to move from one vector to the other, at most 1.
fn distance(stance: &[f64], other: &[f64]) -> f64 {
    let moved: f64 = stance.iter().zip(other).map(|(a, b)| (a - b).abs()).sum();
    (0.5 * moved).min(1.0)
}
