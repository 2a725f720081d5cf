//! Each method on numbers worked by hand.

use super::*;
use crate::config::{
    ConsensusEnsemble, DiversityAwareEnsemble, RiskAdjustedEnsemble, WeightedVotingEnsemble,
};

const WINDOW: usize = 4;

/// Two members for the first symbol and one for the second, after two rows on which the first symbol rose and the
/// second fell: marks 1, 1 for the first two members and 0, 0 for the third.
fn marked(method: EnsembleMethod, confidences: [f64; 3]) -> Joint {
    let [first, second, third] = confidences;
    let sources = vec![
        says(weights(&[0.0, 1.0, 0.0]), first),
        says(weights(&[0.0, 1.0, 0.0]), second),
        says(weights(&[0.0, 0.0, 1.0]), third),
    ];
    let mut ensemble = ensemble(sources, &trade(method));
    for index in 0..3 {
        let close = 100.0 + index as f64;
        ensemble.observe(&row(index, &[close, 200.0 - close]));
        if index < 2 {
            ask(&mut ensemble, &FLAT);
        }
    }
    joint(ask(&mut ensemble, &FLAT))
}

#[test]
fn weighted_voting() {
    let settings = WeightedVotingEnsemble { floor: 0.05, window: WINDOW };
    let found = marked(EnsembleMethod::WeightedVoting(settings), [0.9, 0.5, 0.6]);
    // Scores 1, 1 and the floor: 1 / 2.05 and 0.05 / 2.05.
    let (high, low) = (1.0 / 2.05, 0.05 / 2.05);
    assert_near(&votes_of(&found), &[high, high, low]);
    assert_near(&target_of(&found), &[0.0, 2.0 * high, low]);
    let confidence = (0.9 + 0.5 + 0.05 * 0.6) / 2.05;
    assert_near(&[found.signal.confidence, found.signal.value], &[confidence, 10.0 * confidence]);
    assert_eq!(found.members[2].score, 0.05);
    assert_eq!(target_of(&found).iter().sum::<f64>(), 1.0);
}

#[test]
fn consensus_is_the_plain_mean_while_the_members_agree() {
    // Weights of the first symbol 1, 1, 0: mean 2/3, variance (2·(1/3)² + (2/3)²) / 3 = 2/9.
    let deviation = (2.0_f64 / 9.0).sqrt();
    let method = |deviation_max| {
        let settings = ConsensusEnsemble { deviation_max, floor: 0.05, window: WINDOW };
        EnsembleMethod::Consensus(settings)
    };
    let agreed = marked(method(deviation + 1e-9), [0.5; 3]);
    assert_near(&votes_of(&agreed), &[1.0 / 3.0; 3]);
    assert_near(&target_of(&agreed), &[0.0, 2.0 / 3.0, 1.0 / 3.0]);
    assert_near(&[agreed.diagnostics.unwrap().deviation], &[deviation]);
    let apart = marked(method(deviation - 1e-9), [0.5; 3]);
    assert_near(&votes_of(&apart), &[1.0 / 2.05, 1.0 / 2.05, 0.05 / 2.05]);
}

#[test]
fn diversity_aware_shares_the_votes_of_those_who_say_the_same() {
    let of = |penalty| {
        let settings = DiversityAwareEnsemble { penalty, floor: 1.0, window: WINDOW };
        votes_of(&marked(EnsembleMethod::DiversityAware(settings), [0.5; 3]))
    };
    assert_near(&of(0.0), &[1.0 / 3.0; 3]);
    // The first two are like each other and unlike the third: likeness ½, ½, 0.
    assert_near(&of(1.0), &[0.25, 0.25, 0.5]);
    assert_near(&of(0.1), &[0.95 / 2.9, 0.95 / 2.9, 1.0 / 2.9]);
}

#[test]
fn risk_adjusted_takes_votes_from_the_unsure() {
    let settings = RiskAdjustedEnsemble { floor: 1.0, window: WINDOW };
    // Uncertainties 0.1, 0.3, 0.6 of 1 in all: 0.9, 0.7, 0.4 of 2.
    let found = marked(EnsembleMethod::RiskAdjusted(settings), [0.9, 0.7, 0.4]);
    assert_near(&votes_of(&found), &[0.45, 0.35, 0.2]);
    // Nobody is unsure: nobody loses.
    let found = marked(EnsembleMethod::RiskAdjusted(settings), [1.0; 3]);
    assert_near(&votes_of(&found), &[1.0 / 3.0; 3]);
}

#[test]
fn methods_that_take_votes_leave_some() {
    let penalty = DiversityAwareEnsemble { penalty: 1.0, floor: 1.0, window: WINDOW };
    let same = || vec![says(weights(&FLAT), 0.5), says(weights(&FLAT), 0.5)];
    let mut alike = ensemble(same(), &trade(EnsembleMethod::DiversityAware(penalty)));
    assert_eq!(votes_of(&joint(ask(&mut alike, &FLAT))), [0.5, 0.5]);
    let settings = RiskAdjustedEnsemble { floor: 1.0, window: WINDOW };
    let one_unsure = vec![says(weights(&FLAT), 1.0), says(weights(&FLAT), 0.2)];
    let mut unsure = ensemble(one_unsure, &trade(EnsembleMethod::RiskAdjusted(settings)));
    assert_eq!(votes_of(&joint(ask(&mut unsure, &FLAT))), [1.0, 0.0]);
}

#[test]
fn hold_votes_as_what_is_held() {
    let sources = vec![says(Target::Hold, 0.5), says(weights(&[0.0, 0.0, 1.0]), 0.5)];
    let mut two = ensemble(sources, &Trade::default());
    let found = joint(ask(&mut two, &[0.2, 0.8, 0.0]));
    assert_near(&target_of(&found), &[0.1, 0.4, 0.5]);
    let all = vec![says(Target::Hold, 0.5), says(Target::Hold, 0.7)];
    let found = joint(ask(&mut ensemble(all, &Trade::default()), &[0.2, 0.8, 0.0]));
    assert_eq!(found.signal.target, Target::Hold);
}

#[test]
fn what_all_say_is_not_touched() {
    let odd = weights(&[0.1, 0.2, 0.7]);
    let sources = (0..3).map(|_| says(odd.clone(), 1.0 / 3.0)).collect();
    let found = joint(ask(&mut ensemble(sources, &Trade::default()), &FLAT));
    assert_eq!(found.signal.target, odd);
}

#[test]
fn a_lone_member_passes_unchanged() {
    let said = opinion(weights(&[0.1, 0.2, 0.7]), 1.0 / 3.0, None);
    let expected = said.clone();
    let mut lone = ensemble(vec![puppet(move |_| Ok(said.clone()))], &Trade::default());
    assert_eq!(ask(&mut lone, &FLAT), expected);
    assert_eq!(ask(&mut lone, &[0.5, 0.5, 0.0]), expected);
}

fn viewed(target: Target, flat: Target) -> Source {
    let views = Views { flat, hedge: Target::Hold };
    puppet(move |_| Ok(opinion(target.clone(), 0.5, Some(views.clone()))))
}

#[test]
fn a_member_that_contradicts_its_flat_view_counts_half() {
    let (long, short) = (weights(&[0.0, 1.0, 0.0]), weights(&[2.0, -1.0, 0.0]));
    let sources = || {
        vec![
            viewed(long.clone(), short.clone()),
            viewed(long.clone(), long.clone()),
            viewed(Target::Hold, short.clone()),
        ]
    };
    let held = [0.0, 1.0, 0.0];
    let found = joint(ask(&mut ensemble(sources(), &Trade::default()), &held));
    let flags: Vec<bool> = found.members.iter().map(|member| member.is_contradictory).collect();
    assert_eq!(flags, [true, false, true]);
    assert_near(&votes_of(&found), &[0.25, 0.5, 0.25]);
    // Together: flat they would be short by half; on the other side they hold what that side holds.
    let views = found.signal.views.unwrap();
    assert_eq!(views.flat, weights(&[1.0, 0.0, 0.0]));
    assert_eq!(views.hedge, Target::Hold);
    // Without a position there is nothing to contradict.
    let found = joint(ask(&mut ensemble(sources(), &Trade::default()), &FLAT));
    assert!(!found.members[2].is_contradictory);
}

#[test]
fn hedge_views_are_combined_on_the_other_side() {
    let hedged = |hedge| {
        let views = Views { flat: weights(&FLAT), hedge };
        puppet(move |_| Ok(opinion(Target::Hold, 0.5, Some(views.clone()))))
    };
    let sources = vec![hedged(Target::Hold), hedged(weights(&FLAT))];
    let found = joint(ask(&mut ensemble(sources, &Trade::default()), &[0.4, 0.6, 0.0]));
    let views = found.signal.views.unwrap();
    let Target::Weights(hedge) = &views.hedge else { panic!("{views:?}") };
    assert_near(hedge.as_slice(), &[1.3, -0.3, 0.0]);
}

#[test]
fn diagnostics_by_hand() {
    let method = EnsembleMethod::WeightedVoting(WeightedVotingEnsemble { floor: 0.5, window: 2 });
    let turns = |rows| if rows == 1 { weights(&FLAT) } else { weights(&[0.0, 1.0, 0.0]) };
    let sources = vec![
        puppet(move |rows| Ok(opinion(turns(rows), 0.5, None))),
        says(weights(&[0.5, 0.5, 0.0]), 0.5),
        says(weights(&[0.5, 0.5, 0.0]), 0.5),
    ];
    let trade = Trade { ensemble: method, ..Trade::default() };
    let mut three = ensemble(sources, &trade);
    three.observe(&row(0, &[100.0, 100.0]));
    let first = joint(ask(&mut three, &FLAT)).diagnostics.unwrap();
    // Distances ½ to both others for the first, ½ and 0 for the others: means ½, ¼, ¼.
    assert_near(&[first.diversity], &[1.0 / 3.0]);
    assert_eq!((first.consensus_rate, first.weight_stability), (1.0, 1.0));
    // The first earned as cash did and keeps 0.5, the others have 1: votes 1/3 each become 0.2, 0.4, 0.4.
    three.observe(&row(1, &[110.0, 100.0]));
    let second = joint(ask(&mut three, &FLAT)).diagnostics.unwrap();
    assert_near(&[second.weight_stability], &[1.0 - 2.0 / 15.0]);
    assert_near(&[second.deviation], &[(1.0_f64 / 18.0).sqrt()]);
    assert_eq!(second.consensus_rate, 1.0);
}
