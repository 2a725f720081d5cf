//! How many must speak, and how far they may be apart.

use super::*;
use crate::config::Quorum;

fn silent() -> Source {
    puppet(|_| Ok(Opinion::WarmingUp))
}

fn failing() -> Source {
    let action = SignalError::Action { time: time(0), action: 9, num_actions: 5 };
    let mut error = Some(action);
    puppet(move |_| match error.take() {
        Some(error) => Err(error),
        None => Ok(Opinion::NoQuorum { failed: Vec::new() }),
    })
}

fn with_quorum(members_frac_min: f64) -> Trade {
    Trade { quorum: Quorum { members_frac_min, disagreement_max: None }, ..Trade::default() }
}

fn cash() -> Source {
    says(weights(&FLAT), 0.5)
}

#[test]
fn members_without_an_opinion_do_not_count() {
    let mut half = ensemble(vec![cash(), silent()], &with_quorum(0.5));
    assert_eq!(votes_of(&joint(ask(&mut half, &FLAT))), [1.0]);
    let mut more = ensemble(vec![cash(), silent()], &with_quorum(0.51));
    assert_eq!(ask(&mut more, &FLAT), Opinion::WarmingUp);
    let mut all = ensemble(vec![cash(), cash(), cash()], &with_quorum(1.0));
    assert_eq!(joint(ask(&mut all, &FLAT)).members.len(), 3);
    // 0.28 · 25 is above 7 by rounding.
    let sources = (0..25).map(|index| if index < 7 { cash() } else { silent() }).collect();
    assert_eq!(joint(ask(&mut ensemble(sources, &with_quorum(0.28)), &FLAT)).members.len(), 7);
}

// fault: member_fails
#[test]
fn without_a_quorum_nobody_speaks_and_the_failed_are_named() {
    let mut two = ensemble(vec![cash(), failing()], &with_quorum(0.6));
    let failed = vec![("b".to_owned(), format!("an action must be in 0..5, was 9 at {}", time(0)))];
    assert_eq!(ask(&mut two, &FLAT), Opinion::NoQuorum { failed });
    let reason = "its own members have no common opinion".to_owned();
    let failed = vec![("b".to_owned(), reason)];
    assert_eq!(ask(&mut two, &FLAT), Opinion::NoQuorum { failed });
}

#[test]
fn an_ensemble_warms_up_while_a_quorum_is_possible() {
    let mut three = ensemble(vec![failing(), silent(), silent()], &with_quorum(0.5));
    assert_eq!(ask(&mut three, &FLAT), Opinion::WarmingUp);
    let mut three = ensemble(vec![failing(), failing(), silent()], &with_quorum(0.5));
    assert!(matches!(ask(&mut three, &FLAT), Opinion::NoQuorum { failed } if failed.len() == 2));
    let mut lone = ensemble(vec![silent()], &with_quorum(0.5));
    assert_eq!(ask(&mut lone, &FLAT), Opinion::WarmingUp);
}

#[test]
fn members_that_are_too_far_apart_are_not_followed() {
    // Weights 1 and 0 of the same symbol: deviation ½.
    let sources = || vec![cash(), says(weights(&[0.0, 1.0, 0.0]), 0.5)];
    let limited = |most| {
        let quorum = Quorum { members_frac_min: 0.5, disagreement_max: Some(most) };
        Trade { quorum, ..Trade::default() }
    };
    let at_limit = joint(ask(&mut ensemble(sources(), &limited(0.5)), &FLAT));
    assert_eq!(target_of(&at_limit), [0.5, 0.5, 0.0]);
    let beyond = ask(&mut ensemble(sources(), &limited(0.499)), &FLAT);
    assert_eq!(beyond, Opinion::Disagreement { failed: Vec::new() });
}
