//! A study of 10,000 trials in the run database: keeping a trial, listing all, handing out jobs.
//!
//! On a file of SQLite, or on the database that `RELEAT_BENCH_STORE` names. Prints one JSON document.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot be set up should stop, and says what it measured"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use releat::base::{Stopwatch, digest_bytes, variable};
use releat::store::{
    ClaimFilter, JobDraft, JobEnd, Store, StudyDraft, TrialEnd, TrialParam, TrialState,
};

const NUM_TRIALS: usize = 10_000;
const NUM_JOBS: u64 = 1_000;
const NAME: &str = "bench";
const LEASE: Duration = Duration::from_secs(60);

fn study() -> StudyDraft {
    StudyDraft {
        name: NAME.to_owned(),
        agent: "bench".to_owned(),
        metric: "validation.sharpe".to_owned(),
        seed: 1,
        inputs: digest_bytes(b"bench"),
        agent_yaml: String::new(),
        tune_json: "{}".to_owned(),
    }
}

fn params(number: usize) -> Vec<TrialParam> {
    let distribution = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
    let names = ["learning_rate", "gamma", "gae_lambda", "clip_coef", "ent_coef", "vf_coef"];
    names
        .iter()
        .map(|name| TrialParam {
            name: format!("learner.ppo.{name}"),
            value: number as f64 / NUM_TRIALS as f64,
            distribution: distribution.to_owned(),
        })
        .collect()
}

/// A trial as a study keeps it: begun, two reports, ended. Seconds of it.
fn keep(store: &Store, number: usize) -> f64 {
    let watch = Stopwatch::start();
    store.put_trial(NAME, number, &params(number), &BTreeMap::new()).expect("a trial");
    store.report(NAME, number, 1_000, Some(number as f64)).expect("a report");
    store.report(NAME, number, 3_000, Some(number as f64)).expect("a report");
    let end = TrialEnd { state: TrialState::Complete, value: Some(number as f64) };
    store.end_trial(NAME, number, end).expect("an end");
    watch.seconds()
}

fn job(number: u64) -> JobDraft {
    JobDraft {
        number,
        trial: 0,
        rung: 0,
        budget_env_steps: 1_000,
        params: BTreeMap::new(),
        parent: None,
        max_attempts: 3,
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2] * 1e3
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite://{}", folder.path().join("releat.db").display());
    let store = Store::open(&variable("RELEAT_BENCH_STORE").unwrap_or(file)).expect("a database");
    store.create_study(&study()).expect("a study");
    let kept: Vec<f64> = (0..NUM_TRIALS).map(|number| keep(&store, number)).collect();
    let listed: Vec<f64> = (0..10)
        .map(|_| {
            let watch = Stopwatch::start();
            assert_eq!(store.trials(NAME).expect("trials").len(), NUM_TRIALS);
            watch.seconds()
        })
        .collect();
    let summarized: Vec<f64> = (0..10)
        .map(|_| {
            let watch = Stopwatch::start();
            assert_eq!(store.list_studies().expect("studies")[0].trials.complete, NUM_TRIALS);
            watch.seconds()
        })
        .collect();
    (0..NUM_JOBS).for_each(|number| store.offer(NAME, &job(number)).expect("an offer"));
    let watch = Stopwatch::start();
    while let Some(job) = store.claim(&ClaimFilter::default(), "bench", LEASE).expect("a job") {
        store.finish(&job.key, job.attempt, &JobEnd::Score(1.0)).expect("a result");
    }
    let jobs = watch.seconds() * 1e3 / NUM_JOBS as f64;
    let document = serde_json::json!({
        "database": store.url().split(':').next(),
        "trials": NUM_TRIALS,
        "keep_a_trial_ms": median(kept),
        "list_trials_ms": median(listed),
        "list_studies_ms": median(summarized),
        "claim_and_finish_a_job_ms": jobs,
    });
    println!("{document:#}");
}
