//! Studies, trials and the ledger.

use std::collections::BTreeMap;

use serde_json::json;

use super::places::{Place, params, study};
use crate::base::{digest_bytes, now};
use crate::store::{LedgerRow, Store, StoreError, TrialEnd, TrialReport, TrialState};

const NAME: &str = "turtle-1";

fn end(state: TrialState, value: Option<f64>) -> TrialEnd {
    TrialEnd { state, value }
}

/// Four trials: complete, pruned, failed, running.
fn fill(store: &Store) {
    store.create_study(&study(NAME)).unwrap();
    let attributes = BTreeMap::from([("folder".to_owned(), json!("trials/00000"))]);
    for number in 0..4 {
        store.put_trial(NAME, number, &params(0.1 + number as f64), &attributes).unwrap();
    }
    store.report(NAME, 0, 1_000, Some(0.1 + 0.2)).unwrap();
    store.report(NAME, 0, 3_000, Some(f64::NEG_INFINITY)).unwrap();
    store.end_trial(NAME, 0, end(TrialState::Complete, Some(0.5))).unwrap();
    store.report(NAME, 1, 1_000, Some(-2.0)).unwrap();
    store.end_trial(NAME, 1, end(TrialState::Pruned, Some(-2.0))).unwrap();
    store.report(NAME, 2, 1_000, None).unwrap();
    store.end_trial(NAME, 2, end(TrialState::Failed, None)).unwrap();
}

#[test]
fn what_was_put_comes_back() {
    for place in Place::all() {
        let store = place.open();
        fill(&store);
        let kept = store.find_study(NAME).unwrap().unwrap();
        assert_eq!(kept.draft, study(NAME));
        assert!(kept.ended_at.is_none());
        let trials = store.trials(NAME).unwrap();
        let states: Vec<_> = trials.iter().map(|trial| (trial.state, trial.value)).collect();
        assert_eq!(
            states,
            [
                (TrialState::Complete, Some(0.5)),
                (TrialState::Pruned, Some(-2.0)),
                (TrialState::Failed, None),
                (TrialState::Running, None),
            ]
        );
        assert_eq!(trials[3].params, params(3.1));
        let report = |step, score| TrialReport { step, score };
        let reports = [report(1_000, Some(0.1 + 0.2)), report(3_000, Some(f64::NEG_INFINITY))];
        assert_eq!(trials[0].reports, reports);
        assert_eq!(trials[2].reports, [report(1_000, None)]);
        assert_eq!(trials[1].attributes["folder"], json!("trials/00000"));
        assert!(trials[0].started_at <= trials[0].ended_at && trials[3].ended_at.is_none());
        let [summary] = &*store.list_studies().unwrap() else { panic!("one study") };
        assert_eq!((summary.trials.complete, summary.trials.running), (1, 1));
        assert_eq!((summary.best, summary.seed), (Some((0, 0.5)), Some(u64::MAX)));
    }
}

#[test]
fn the_same_word_twice_is_no_error_and_another_one_is() {
    for place in Place::all() {
        let store = place.open();
        fill(&store);
        let before = store.trials(NAME).unwrap();
        store.create_study(&study(NAME)).unwrap();
        store.report(NAME, 0, 1_000, Some(0.1 + 0.2)).unwrap();
        store.report(NAME, 2, 1_000, Some(f64::NAN)).unwrap();
        store.end_trial(NAME, 0, end(TrialState::Complete, Some(0.5))).unwrap();
        assert_eq!(store.trials(NAME).unwrap(), before);

        let text = |error: StoreError| error.to_string();
        assert_eq!(
            text(store.report(NAME, 0, 1_000, Some(0.3)).unwrap_err()),
            "the report of trial 0 at 1000 steps is kept as 0.30000000000000004 and cannot become 0.3"
        );
        let error = store.end_trial(NAME, 0, end(TrialState::Failed, None)).unwrap_err();
        assert_eq!(text(error), "the end of trial 0 is kept as COMPLETE and cannot become FAIL");
        let mut other = study(NAME);
        other.inputs = digest_bytes(b"others");
        let error = text(store.create_study(&other).unwrap_err());
        assert!(
            error.starts_with("study `turtle-1` of agent `turtle` is kept as made from"),
            "{error}"
        );
        let error = text(store.report("nobody", 0, 1, None).unwrap_err());
        assert!(error.starts_with("there is no study `nobody` in "), "{error}");
        let error = text(store.report(NAME, 9, 1, None).unwrap_err());
        assert!(error.starts_with("there is no trial 9 of study `turtle-1` in "), "{error}");
        let error = text(store.report(NAME, 0, 1 << 31, None).unwrap_err());
        assert!(error.contains("at most 2147483647"), "{error}");
    }
}

#[test]
fn settings_can_change_and_a_study_ends_and_goes_on() {
    for place in Place::all() {
        let store = place.open();
        fill(&store);
        store.put_trial(NAME, 3, &params(0.25), &BTreeMap::new()).unwrap();
        let trials = store.trials(NAME).unwrap();
        assert_eq!((trials.len(), trials[3].params.clone()), (4, params(0.25)));
        store.end_study(NAME).unwrap();
        assert!(store.find_study(NAME).unwrap().unwrap().ended_at.is_some());
        store.create_study(&study(NAME)).unwrap();
        assert!(store.find_study(NAME).unwrap().unwrap().ended_at.is_none());
        assert_eq!(store.find_study("nobody").unwrap(), None);
    }
}

fn ledger_row(study: &str, trial: usize) -> LedgerRow {
    LedgerRow {
        period: "2018".to_owned(),
        agent: "turtle".to_owned(),
        study: study.to_owned(),
        trial,
        seed: 7,
        state: TrialState::Running,
        score: Some(1.5),
        sharpe_per_bar: None,
        returns: vec![0.1, -0.0, f64::MIN_POSITIVE],
        config: digest_bytes(b"config"),
        noted_at: "2026-11-21T09:24:19.608629Z".parse().unwrap(),
    }
}

#[test]
fn the_ledger_keeps_one_row_a_trial_for_ever() {
    for place in Place::all() {
        let store = place.open();
        store.create_study(&study(NAME)).unwrap();
        store.note_trial(&ledger_row(NAME, 0)).unwrap();
        store.note_trial(&ledger_row("turtle-2", 0)).unwrap();
        let mut ended = ledger_row(NAME, 0);
        ended.state = TrialState::Complete;
        ended.sharpe_per_bar = Some(0.05);
        store.note_trial(&ended).unwrap();
        let other = LedgerRow { agent: "hare".to_owned(), ..ledger_row(NAME, 0) };
        store.note_trial(&other).unwrap();
        assert_eq!(store.ledger("turtle").unwrap(), [ended, ledger_row("turtle-2", 0)]);
        assert_eq!(store.ledger_len("hare").unwrap(), 1);
        assert_eq!(store.ledger("nobody").unwrap(), []);
    }
}

#[test]
fn trials_of_a_deleted_study_stay_counted() {
    for place in Place::all() {
        let store = place.open();
        fill(&store);
        store.note_trial(&ledger_row(NAME, 0)).unwrap();
        store
            .write(async |link| {
                // As Optuna does it: the parts first, without a word about what is ours.
                for table in ["values", "intermediate_values", "params", "user_attributes"] {
                    link.run("forget", &format!("DELETE FROM trial_{table}"), &[]).await?;
                }
                for table in ["directions", "user_attributes", "system_attributes"] {
                    link.run("forget", &format!("DELETE FROM study_{table}"), &[]).await?;
                }
                link.run("forget", "DELETE FROM trials", &[]).await?;
                link.run("forget", "DELETE FROM studies", &[]).await
            })
            .unwrap();
        assert_eq!(store.find_study(NAME).unwrap(), None);
        store.create_study(&study(NAME)).unwrap();
        let again = LedgerRow { noted_at: now(), ..ledger_row(NAME, 0) };
        store.note_trial(&again).unwrap();
        let kept = store.ledger("turtle").unwrap();
        assert_eq!(kept.len(), 2);
        assert!(
            kept[0].study.starts_with("turtle-1 (deleted before 2026-11-21"),
            "{}",
            kept[0].study
        );
        assert_eq!(kept[1].study, NAME);
    }
}
