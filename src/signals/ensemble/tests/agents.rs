//! Ensembles of bundles: parity of a lone one, threads, restarts.

use super::*;
use crate::signals::BundleSignal;
use crate::signals::fixtures::Stage;

const CASH_RETURN: f64 = 1e-5;

fn agents(stage: &Stage, seeds: std::ops::Range<u64>) -> Vec<(String, BundleSignal)> {
    seeds.map(|seed| (format!("agent-{seed}"), stage.agent(seed))).collect()
}

fn ensemble_of(stage: &Stage, seeds: std::ops::Range<u64>, trade: &Trade) -> Ensemble {
    Ensemble::try_new(agents(stage, seeds), trade, CASH_RETURN).unwrap()
}

#[test]
fn a_lone_agent_passes_to_the_bit() {
    let stage = Stage::portfolio();
    let alone = stage.play(&mut stage.agent(5));
    assert_eq!(stage.play(&mut ensemble_of(&stage, 5..6, &Trade::default())), alone);
    assert!(alone.iter().any(|opinion| matches!(opinion, Opinion::Signal(_))));
    let viewed = stage.play(&mut stage.agent(5).with_views());
    let views = Trade { views: true, ..Trade::default() };
    assert_eq!(stage.play(&mut ensemble_of(&stage, 5..6, &views)), viewed);
}

fn methods() -> [EnsembleMethod; 4] {
    [
        EnsembleMethod::WeightedVoting(Default::default()),
        EnsembleMethod::Consensus(Default::default()),
        EnsembleMethod::DiversityAware(Default::default()),
        EnsembleMethod::RiskAdjusted(Default::default()),
    ]
}

#[test]
fn threads_do_not_change_a_bit() {
    let stage = Stage::portfolio();
    for method in methods() {
        let play = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let trade = Trade { views: true, ..trade(method) };
            pool.install(|| stage.play(&mut ensemble_of(&stage, 0..7, &trade)))
        };
        let one = play(1);
        assert!(one.iter().any(|opinion| matches!(opinion, Opinion::Signal(_))));
        for threads in [2, 3, 8] {
            assert_eq!(play(threads), one, "{threads} threads");
        }
    }
}

#[test]
fn a_restarted_ensemble_goes_on_as_if_it_had_not_stopped() {
    let stage = Stage::portfolio();
    let mut whole = ensemble_of(&stage, 0..4, &Trade::default());
    let expected = stage.play(&mut whole);
    let mut account = stage.account();
    let mut source = ensemble_of(&stage, 0..4, &Trade::default());
    for (row, expected) in expected.iter().enumerate() {
        if row == expected_restart(&stage) {
            source = replayed(&stage, row);
        }
        let found = stage.ask(&mut source, &account, row);
        assert_eq!(&found, expected, "row {row}");
        if let (Some(at), Opinion::Signal(joint)) = (row.checked_sub(stage.num_warm_up()), &found) {
            account.step(&stage.tape, at, joint.signal.target.order());
        }
    }
}

fn expected_restart(stage: &Stage) -> usize {
    stage.num_warm_up() + 100
}

/// A fresh ensemble that has been shown all rows and decision points before `until` again.
fn replayed(stage: &Stage, until: usize) -> Ensemble {
    let mut source = ensemble_of(stage, 0..4, &Trade::default());
    let mut account = stage.account();
    for row in 0..until {
        let found = stage.ask(&mut source, &account, row);
        if let (Some(at), Opinion::Signal(joint)) = (row.checked_sub(stage.num_warm_up()), &found) {
            account.step(&stage.tape, at, joint.signal.target.order());
        }
    }
    source
}

#[test]
fn agents_of_two_markets_are_refused() {
    let (stage, other) = (Stage::portfolio(), narrower());
    let mixed = vec![("a".to_owned(), stage.agent(1)), ("b".to_owned(), other.agent(2))];
    let error = Ensemble::try_new(mixed, &Trade::default(), CASH_RETURN).err().unwrap();
    let text = "the same universe: `a` has SPY, QQQ, IWM, `b` has SPY, QQQ";
    assert!(error.to_string().ends_with(text), "{error}");
}

fn narrower() -> Stage {
    let spec = crate::gym::fixtures::PanelSpec { rows: 250, num_symbols: 2, ..Default::default() };
    Stage::new(crate::config::Env::default().market, &spec)
}
