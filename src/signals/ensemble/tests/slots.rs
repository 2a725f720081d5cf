//! Changes of slots are voted on, never mixed.

use super::*;
use crate::gym::{SlotAction, SlotChange};

const COUNTS: SlotCounts = SlotCounts { max_long: 2, max_short: 1 };
const HELD: [f64; 2] = [0.7, 0.3];

fn change(slot: usize, action: SlotAction) -> Target {
    Target::Slot(SlotChange { slot, action })
}

fn target(said: &[Target]) -> Target {
    let sources = said.iter().map(|target| says(target.clone(), 0.5)).collect();
    joint(ask(&mut of(sources, &Trade::default(), Some(COUNTS)), &HELD)).signal.target
}

#[test]
fn the_majority_decides_else_nothing_is_done() {
    let (open, close) = (change(0, SlotAction::Open), change(1, SlotAction::Close));
    assert_eq!(target(&[open.clone(), close.clone(), open.clone()]), open);
    assert_eq!(target(&[open.clone(), close.clone()]), Target::Hold);
    assert_eq!(target(&[open.clone(), close.clone(), Target::Hold]), Target::Hold);
    assert_eq!(target(&[Target::Hold, Target::Hold, close.clone()]), Target::Hold);
    assert_eq!(target(&[close.clone(), close.clone()]), close);
}

#[test]
fn disagreement_is_that_of_the_votes() {
    let sources = vec![says(change(0, SlotAction::Open), 0.5), says(Target::Hold, 0.5)];
    let found = joint(ask(&mut of(sources, &Trade::default(), Some(COUNTS)), &HELD));
    let diagnostics = found.diagnostics.unwrap();
    assert_eq!((diagnostics.deviation, diagnostics.diversity), (0.5, 1.0));
}

#[test]
fn a_change_is_marked_by_its_side() {
    let said = [
        change(0, SlotAction::Open),
        change(2, SlotAction::Open),
        change(1, SlotAction::Close),
        change(2, SlotAction::Close),
        Target::Hold,
    ];
    let sources = said.iter().map(|target| says(target.clone(), 0.5)).collect();
    let mut five = of(sources, &Trade::default(), Some(COUNTS));
    five.observe(&row(0, &[100.0]));
    ask(&mut five, &HELD);
    five.observe(&row(1, &[101.0]));
    let found = joint(ask(&mut five, &HELD));
    let scores: Vec<f64> = found.members.iter().map(|member| member.score).collect();
    assert_eq!(scores, [1.0, 0.05, 0.05, 1.0, 1.0]);
}
