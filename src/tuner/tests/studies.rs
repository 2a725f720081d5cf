//! Whole studies: the same whatever the timing, and through to the end.

use serde_json::{Value, json};

use super::workers::{run, study};
use super::{number, rich_space, tune};
use crate::base::digest_bytes;
use crate::config::Tune;
use crate::tuner::{Job, Next, Outcome, Study, Trial, TrialState, TunerError};

/// A score between 0 and 1 that settings and rung decide, and a failure in one of twenty.
fn worth(job: &Job) -> Outcome {
    let text = format!("{}/{:?}", job.rung, job.params);
    let digest = digest_bytes(text.as_bytes()).0;
    match digest[0] {
        0..13 => Outcome::Failed,
        // Equal scores are common.
        first => Outcome::Score(f64::from(first / 16) + job.rung as f64 * 0.5),
    }
}

const SCHEDULERS: [&str; 6] = [
    r#"{"asha": {"reduction": 3}}"#,
    r#"{"asha": {"reduction": 2, "grace_env_steps": 100}}"#,
    r#"{"hyperband": {"brackets": 3}}"#,
    r#"{"median_stop": {"min_trials": 3}}"#,
    r#"{"pbt": {}}"#,
    r#""none""#,
];

fn settings(scheduler: &str, sampler: &Value, trials: usize, lookahead: usize) -> Tune {
    let scheduler: Value = serde_json::from_str(scheduler).unwrap();
    tune(json!({
        "trials": trials,
        "lookahead": lookahead,
        "sampler": sampler,
        "scheduler": scheduler,
        "space": rich_space(),
    }))
}

fn tpe() -> Value {
    json!({"tpe": {"startup_trials": 5}})
}

#[test]
fn the_trials_are_the_same_for_any_timing() {
    for scheduler in SCHEDULERS {
        let tune = settings(scheduler, &tpe(), 30, 5);
        let (expected, _) = run(study(&tune), worth, 1, 0);
        assert_eq!(expected.len(), 30);
        for timing in 0..200 {
            let (trials, _) = run(study(&tune), worth, 1 + timing as usize % 7, timing);
            assert!(trials == expected, "{scheduler} {timing}");
        }
    }
}

#[test]
fn a_study_goes_on_from_any_reports() {
    for scheduler in SCHEDULERS {
        let tune = settings(scheduler, &tpe(), 16, 4);
        let (expected, reports) = run(study(&tune), worth, 4, 9);
        for known in 0..=reports.len() {
            let mut again = study(&tune);
            for (job, outcome) in reports[..known].iter().rev() {
                again.report(*job, *outcome).unwrap();
            }
            let (trials, rest) = run(again, worth, 3, known as u64);
            assert!(trials == expected, "{scheduler} after {known} reports");
            assert_eq!(rest.len() + known, reports.len(), "{scheduler}: a job was run twice");
        }
    }
}

/// Every job follows from the trial's jobs below it, and the states from the reports.
#[test]
fn tables_make_sense() {
    for scheduler in SCHEDULERS {
        for lookahead in [1, 2, 8] {
            let tune = settings(scheduler, &tpe(), 40, lookahead);
            let mut study = study(&tune);
            let plan = study.plan().clone();
            while let Next::Run(job) = study.next() {
                assert_eq!(job.budget_env_steps, plan.budgets[job.rung]);
                study.report(job.number, worth(&job)).unwrap();
            }
            assert_eq!(study.next(), Next::Done, "{scheduler} {lookahead}");
            for trial in study.trials() {
                check_trial(trial, plan.first_rungs[trial.bracket], plan.budgets.len() - 1);
            }
            let complete =
                study.trials().iter().filter(|trial| trial.state == TrialState::Complete).count();
            assert!(complete > 0, "{scheduler} {lookahead}");
        }
    }
}

fn check_trial(trial: &Trial, first: usize, last: usize) {
    for (place, report) in trial.reports.iter().enumerate() {
        assert_eq!(report.rung, first + place);
    }
    let end = trial.reports.last().unwrap();
    let expected = match end.score {
        None => TrialState::Failed,
        Some(_) if end.rung == last => TrialState::Complete,
        Some(_) => TrialState::Pruned,
    };
    assert_eq!(trial.state, expected);
    assert_eq!(trial.value, end.score);
}

#[test]
fn small_and_unhappy_studies_end() {
    let outcomes: [fn(&Job) -> Outcome; 4] = [
        |_| Outcome::Failed,
        |_| Outcome::Score(f64::NAN),
        |_| Outcome::Score(1.0),
        |job| if job.rung == 0 { Outcome::Score(1.0) } else { Outcome::Failed },
    ];
    for scheduler in SCHEDULERS {
        for (trials, lookahead) in [(1, 1), (1, 8), (2, 8), (7, 1), (7, 2), (7, 1024)] {
            for sampler in [json!("random"), json!("grid"), tpe()] {
                let tune = settings(scheduler, &sampler, trials, lookahead);
                for (index, outcome) in outcomes.iter().enumerate() {
                    let (table, _) = run(study(&tune), *outcome, 3, 5);
                    assert_eq!(table.len(), trials);
                    let is_good = index == 2;
                    let complete = table.iter().any(|trial| trial.state == TrialState::Complete);
                    assert!(complete || !is_good, "{scheduler} {trials} {lookahead}");
                    assert!(table.iter().all(|trial| trial.state != TrialState::Running));
                }
            }
        }
    }
}

/// Nine trials, each pair better than the one before, one at a time. Of the first three trial 2 goes on;
/// of five 4; of six 5 too, and 4 is the best of three at the next rung; then 6 (to the end), 7 and 8
/// (to the end). Scores that rise make more go on than one in three: those that went too early.
#[test]
fn halving_by_hand() {
    let space = json!({"x": {"integer": [0, 8], "steps": 9}});
    let scheduler = json!({"asha": {"grace_env_steps": 300, "reduction": 3}});
    let tune = tune(json!({
        "trials": 9, "lookahead": 1, "sampler": "grid", "scheduler": scheduler, "space": space,
    }));
    let worth = |job: &Job| Outcome::Score((number(&job.params, "x") / 2.0).floor());
    let (trials, reports) = run(study(&tune), worth, 1, 0);
    let rungs: Vec<usize> = trials.iter().map(|trial| trial.reports.len()).collect();
    assert_eq!(rungs, [1, 1, 2, 1, 3, 2, 3, 2, 3]);
    assert_eq!(reports.len(), 18);
}

/// Hyperband's brackets get 9, 5 and 3 of 17 (s = 2, 1, 0 and η = 3: 9, ⌈4.5⌉, 3).
#[test]
fn brackets_by_hand() {
    let scheduler = r#"{"hyperband": {"grace_env_steps": 300, "brackets": 3}}"#;
    let tune = settings(scheduler, &json!("random"), 34, 4);
    let (trials, _) = run(study(&tune), |_| Outcome::Score(0.0), 4, 0);
    let size = |bracket| trials.iter().filter(|trial| trial.bracket == bracket).count();
    assert_eq!([size(0), size(1), size(2)], [18, 10, 6]);
}

/// The worst quarter takes over from the best quarter, and nobody else changes.
#[test]
fn a_population_learns_from_its_best() {
    let tune = tune(json!({
        "trials": 8, "lookahead": 3, "sampler": "random",
        "scheduler": {"pbt": {"interval_env_steps": 900, "quantile": 0.25}},
        "space": {"x": {"uniform": [0.0, 1.0]}},
    }));
    let mut study = study(&tune);
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        match study.next() {
            Next::Run(job) => {
                study.report(job.number, Outcome::Score(number(&job.params, "x"))).unwrap();
                jobs.push(job);
            }
            Next::Wait => panic!("everything was reported"),
            Next::Done => break,
        }
    }
    assert_eq!(jobs.len(), 24);
    for rung in [1, 2] {
        let before = &jobs[(rung - 1) * 8..rung * 8];
        let after = &jobs[rung * 8..(rung + 1) * 8];
        let mut order: Vec<usize> = (0..8).collect();
        order.sort_by(|a, b| {
            let x = |trial: &usize| number(&before[*trial].params, "x");
            x(b).total_cmp(&x(a)).then(a.cmp(b))
        });
        for (place, trial) in order.iter().enumerate() {
            let job = &after[*trial];
            assert_eq!(job.trial, *trial);
            match job.parent {
                Some(parent) => assert!(place >= 6 && order[..2].contains(&parent)),
                None => {
                    assert!(place < 6);
                    assert_eq!(job.params, before[*trial].params);
                }
            }
        }
    }
}

#[test]
fn a_trial_below_the_median_stops() {
    let space = json!({"x": {"choice": [5, 4, 3, 6, 1]}});
    let tune = tune(json!({
        "trials": 5, "lookahead": 1, "sampler": "grid", "space": space,
        "scheduler": {"median_stop": {"interval_env_steps": 900, "min_trials": 2}},
    }));
    let (trials, _) = run(study(&tune), |job| Outcome::Score(number(&job.params, "x")), 1, 0);
    let states: Vec<usize> = trials.iter().map(|trial| trial.reports.len()).collect();
    assert_eq!(states, [3, 3, 1, 3, 1]);
    assert_eq!(trials[2].state, TrialState::Pruned);
}

#[test]
fn wrong_reports_are_refused() {
    let tune = settings(SCHEDULERS[0], &tpe(), 3, 2);
    let mut study = study(&tune);
    let Next::Run(job) = study.next() else { panic!("no job") };
    study.report(job.number, Outcome::Score(1.0)).unwrap();
    study.report(job.number, Outcome::Score(1.0)).unwrap();
    let error = study.report(job.number, Outcome::Failed).unwrap_err();
    assert!(matches!(error, TunerError::TwoReports { job: 0, .. }), "{error}");
    // A report of a job that never comes is noticed.
    study.report(900, Outcome::Failed).unwrap();
    while let Next::Run(job) = study.next() {
        study.report(job.number, Outcome::Score(0.0)).unwrap();
    }
    assert_eq!(study.unmatched(), [900]);
    assert_eq!(study.report(901, Outcome::Failed), Err(TunerError::NoSuchJob { job: 901 }));
}

#[test]
fn settings_that_make_no_study() {
    let error = |json: Value| Study::try_new(&tune(json), 100, 0, &[]).unwrap_err().to_string();
    assert_eq!(error(json!({})), "`tune.space` must name at least one key, it is empty");
    assert_eq!(
        error(json!({"space": {"a": {"uniform": [2, 1]}}})),
        "`tune.space.a` must begin below its end, was [2, 1]"
    );
    assert_eq!(
        error(json!({"space": {"a": {"choice": [1], "when": {"key": "b", "is": [1]}}}})),
        "`tune.space.a.when` must name another searched key that does not depend on it, was `b`"
    );
}

/// Ten thousand trials are a matter of a moment: no step may take time in proportion to all of them
/// squared.
#[test]
fn ten_thousand_trials() {
    let tune = settings(r#"{"asha": {}}"#, &json!("random"), 10_000, 64);
    let (trials, reports) = run(study(&tune), worth, 64, 0);
    assert_eq!(trials.len(), 10_000);
    assert!(reports.len() > 14_000, "{}", reports.len());
}
