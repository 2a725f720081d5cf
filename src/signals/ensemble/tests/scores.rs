//! Marks and scores.

use super::super::score::{ExcessReturns, Score};
use super::*;
use crate::config::WeightedVotingEnsemble;

fn score_after(bets: &[(f64, f64)], window: usize) -> f64 {
    let mut score = Score::new(0.05, window);
    for (bet, earned) in bets {
        score.bet(vec![*bet]);
        score.mark(&[*earned]);
    }
    score.value()
}

#[test]
fn scores_by_hand() {
    assert_eq!(score_after(&[], 4), 0.5);
    assert_eq!(score_after(&[(1.0, 0.01)], 4), 1.0);
    assert_eq!(score_after(&[(1.0, -0.01)], 4), 0.05);
    assert_eq!(score_after(&[(-1.0, -0.01)], 4), 1.0);
    assert_eq!(score_after(&[(0.0, -0.01)], 4), 0.5);
    assert_eq!(score_after(&[(1.0, 0.01), (1.0, -0.01), (0.0, 0.0)], 4), 0.5);
    // Only the last two count.
    assert_eq!(score_after(&[(1.0, -0.01), (1.0, 0.01), (0.0, 0.0)], 2), 0.75);
}

#[test]
fn only_the_bar_after_an_opinion_is_marked() {
    let mut score = Score::new(0.05, 4);
    score.mark(&[0.01]);
    assert_eq!(score.value(), 0.5);
    score.bet(vec![1.0]);
    score.mark(&[0.01]);
    score.mark(&[-0.01]);
    assert_eq!(score.value(), 1.0);
}

#[test]
fn returns_are_those_beyond_cash() {
    let mut returns = ExcessReturns::new(0.01);
    assert_eq!(returns.pass([Some(100.0), None].into_iter()), [-0.01, -0.01]);
    assert_near(&returns.pass([Some(110.0), Some(50.0)].into_iter()), &[0.09, -0.01]);
    assert_near(&returns.pass([None, Some(51.0)].into_iter()), &[-0.01, 0.01]);
    assert_near(&returns.pass([Some(99.0), Some(51.0)].into_iter()), &[-0.11, -0.01]);
}

#[test]
fn less_than_cash_earns_is_a_loss() {
    let method = EnsembleMethod::WeightedVoting(WeightedVotingEnsemble::default());
    let sources = vec![says(weights(&[0.0, 1.0, 0.0]), 0.5), says(Target::Hold, 0.5)];
    let mut two = ensemble(sources, &trade(method));
    two.observe(&row(0, &[100.0, 100.0]));
    ask(&mut two, &[0.0, 0.0, 1.0]);
    // Cash earns 0.1 %; the first symbol half of that, the second, which is held, twice of it.
    two.observe(&row(1, &[100.05, 100.2]));
    let found = joint(ask(&mut two, &[0.0, 0.0, 1.0]));
    assert_eq!(found.members.iter().map(|m| m.score).collect::<Vec<_>>(), [0.05, 1.0]);
}
