//! A member that fails hurts nobody but itself.

use super::*;

const CASH: [f64; 3] = FLAT;

fn cash() -> Source {
    says(weights(&CASH), 0.5)
}

// fault: member_fails
#[test]
fn an_error_is_left_out_once() {
    let flaky = puppet(|rows| match rows {
        1 => Err(SignalError::Action { time: time(0), action: 9, num_actions: 5 }),
        _ => Ok(opinion(weights(&[0.0, 1.0, 0.0]), 0.5, None)),
    });
    let mut three = ensemble(vec![flaky, cash(), cash()], &Trade::default());
    three.observe(&row(0, &[1.0, 1.0]));
    let found = joint(ask(&mut three, &FLAT));
    assert_eq!(found.failed[0].0, "a");
    assert_eq!(found.signal.target, weights(&CASH));
    assert_eq!(found.members.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    three.observe(&row(1, &[1.0, 1.0]));
    let found = joint(ask(&mut three, &FLAT));
    assert!(found.failed.is_empty());
    assert_near(&target_of(&found), &[2.0 / 3.0, 1.0 / 3.0, 0.0]);
}

// fault: model_not_a_number
#[test]
fn numbers_that_are_none_are_left_out() {
    for confidence in [f64::NAN, f64::INFINITY] {
        let broken = says(weights(&[0.0, 1.0, 0.0]), confidence);
        let found = joint(ask(&mut ensemble(vec![cash(), broken], &Trade::default()), &FLAT));
        let text = format!("its confidence must be finite, was {confidence}");
        assert_eq!(found.failed, [("b".to_owned(), text)]);
        assert_eq!(found.signal.target, weights(&CASH));
    }
}

// fault: model_panics
#[test]
fn a_panic_is_left_out_for_good() {
    let wild = puppet(|rows| match rows {
        1 => panic!("no idea"),
        _ => Ok(opinion(weights(&[0.0, 1.0, 0.0]), 0.5, None)),
    });
    let mut two = ensemble(vec![cash(), wild], &Trade::default());
    for index in 0..3 {
        two.observe(&row(index, &[1.0, 1.0]));
        let found = joint(ask(&mut two, &FLAT));
        let text = "it panicked and is left out until the session is started again: no idea";
        assert_eq!(found.failed, [("b".to_owned(), text.to_owned())]);
        assert_eq!(found.signal.target, weights(&CASH));
    }
}

#[test]
fn a_panic_over_a_row_is_told_with_the_next_decision() {
    let say = |_| Ok(opinion(weights(&[0.0, 1.0, 0.0]), 0.5, None));
    let wild = Box::new(Puppet { say, panics_at: Some(2), rows: 0 });
    let mut two = ensemble(vec![cash(), wild], &Trade::default());
    two.observe(&row(0, &[1.0, 1.0]));
    assert!(joint(ask(&mut two, &FLAT)).failed.is_empty());
    for index in 1..4 {
        two.observe(&row(index, &[1.0, 1.0]));
        let found = joint(ask(&mut two, &FLAT));
        assert!(found.failed[0].1.contains("this row is too much"), "{:?}", found.failed);
    }
}

// fault: member_fails
#[test]
fn a_lone_member_that_fails_leaves_no_quorum() {
    let mut lone = ensemble(vec![puppet(|_| panic!("no idea"))], &Trade::default());
    let found = ask(&mut lone, &FLAT);
    assert!(matches!(found, Opinion::NoQuorum { failed } if failed[0].0 == "a"));
}

#[test]
fn the_first_that_speaks_gives_action_and_observation() {
    let fails = puppet(|_| Err(SignalError::Action { time: time(0), action: 9, num_actions: 5 }));
    let found = joint(ask(&mut ensemble(vec![fails, cash()], &Trade::default()), &FLAT));
    assert_eq!((found.signal.action, found.legal.len()), (2, 3));
    assert_eq!(found.signal.observation, digest_bytes(b"seen"));
}
