//! The run database from outside: Optuna reads it, and the commands list, show and compare what is in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use releat::base::{Digest, digest_bytes};
use releat::store::{
    RunDraft, RunEnd, RunStatus, Store, StudyDraft, TrialEnd, TrialParam, TrialState,
};
use serde_json::{Value, json};

use super::sandbox::Sandbox;

const NAME: &str = "tiny-1";

fn inputs() -> Digest {
    digest_bytes(b"inputs")
}

fn study() -> StudyDraft {
    StudyDraft {
        name: NAME.to_owned(),
        agent: "tiny".to_owned(),
        metric: "validation.sharpe".to_owned(),
        seed: 1,
        inputs: inputs(),
        agent_yaml: "name: tiny\n".to_owned(),
        tune_json: "{}".to_owned(),
    }
}

/// Every kind of distribution; the value as Optuna counts it.
fn params(rate: f64) -> Vec<TrialParam> {
    let real = json!({"name": "FloatDistribution",
        "attributes": {"step": null, "low": 1e-5, "high": 1.0, "log": true}});
    let whole = json!({"name": "IntDistribution",
        "attributes": {"log": false, "step": 1, "low": 1, "high": 9}});
    let choice = json!({"name": "CategoricalDistribution",
        "attributes": {"choices": ["gru", "mlp", null, true]}});
    let param = |name: &str, value, distribution: Value| TrialParam {
        name: name.to_owned(),
        value,
        distribution: distribution.to_string(),
    };
    vec![
        param("learner.ppo.learning_rate", rate, real),
        param("learner.ppo.epochs", 4.0, whole),
        param("model", 1.0, choice),
    ]
}

/// Complete, pruned, failed, running, and a better complete one.
fn fill(store: &Store) {
    store.create_study(&study()).unwrap();
    let attributes = BTreeMap::from([("folder".to_owned(), json!("trials/00000"))]);
    for number in 0..5 {
        store.put_trial(NAME, number, &params(0.1 * (number + 1) as f64), &attributes).unwrap();
    }
    let ends = [
        (0, TrialState::Complete, Some(0.1 + 0.2)),
        (1, TrialState::Pruned, Some(-0.5)),
        (2, TrialState::Failed, None),
        (4, TrialState::Complete, Some(1.25)),
    ];
    for (number, state, value) in ends {
        store.report(NAME, number, 1_000, value).unwrap();
        store.end_trial(NAME, number, TrialEnd { state, value }).unwrap();
    }
    store.report(NAME, 4, 3_000, Some(f64::NEG_INFINITY)).unwrap();
}

/// A Python with Optuna: the folder of a venv in `RELEAT_TEST_OPTUNA`, else the one of the system.
fn python() -> Option<PathBuf> {
    let named =
        std::env::var_os("RELEAT_TEST_OPTUNA").map(|venv| PathBuf::from(venv).join("bin/python"));
    let python = named.unwrap_or_else(|| PathBuf::from("python3"));
    let probe = Command::new(&python).args(["-c", "import optuna, optuna_dashboard"]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!(
        "skipped: no python3 with optuna and optuna-dashboard; name a venv with RELEAT_TEST_OPTUNA"
    );
    None
}

#[test]
fn optuna_and_its_dashboard_read_a_study() {
    let Some(python) = python() else { return };
    let sandbox = Sandbox::empty();
    let store = Store::open(&format!("sqlite://{}", sandbox.path("releat.db").display())).unwrap();
    fill(&store);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/read_study.py");
    let output = Command::new(python).args([script, store.url(), NAME]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}{}", String::from_utf8_lossy(&output.stdout));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["differences"], json!([]));
    assert_eq!(
        (&read["direction"], &read["metric_names"]),
        (&json!("MAXIMIZE"), &json!(["validation.sharpe"]))
    );
    assert_eq!((&read["best_trial"], &read["best_value"]), (&json!(4), &json!(1.25)));
    assert_eq!(read["user_attrs"]["inputs"], json!(inputs()));
    let trials = read["trials"].as_array().unwrap();
    let states: Vec<&str> = trials.iter().map(|trial| trial["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["COMPLETE", "PRUNED", "FAIL", "RUNNING", "COMPLETE"]);
    assert_eq!(trials[0]["value"].as_f64(), Some(0.1 + 0.2));
    assert_eq!(
        trials[1]["params"],
        json!({"learner.ppo.learning_rate": 0.2, "learner.ppo.epochs": 4, "model": "mlp"})
    );
    assert_eq!(trials[2]["intermediate_values"], json!({"1000": "nan"}));
    assert_eq!(trials[4]["intermediate_values"], json!({"1000": "1.25", "3000": "-inf"}));
    assert_eq!(trials[0]["user_attrs"], json!({"folder": "trials/00000"}));
    // The same instants as we keep, though Optuna shows them in local time.
    let kept = store.trials(NAME).unwrap();
    for (theirs, ours) in trials.iter().zip(&kept) {
        for (theirs, ours) in
            [(&theirs["started"], ours.started_at), (&theirs["ended"], ours.ended_at)]
        {
            let theirs =
                theirs.as_str().map(|text| text.parse::<releat::base::Timestamp>().unwrap());
            assert_eq!(theirs, ours);
        }
    }
    assert_eq!(kept.len(), 6, "the one that Optuna asked for");
}

fn run(sandbox: &Sandbox, store: &Store, id: &str, gamma: &str, score: f64) {
    let draft = RunDraft {
        id: id.to_owned(),
        agent: "tiny".to_owned(),
        seed: 1,
        inputs: inputs(),
        folder: sandbox.path("elsewhere").join(id),
        agent_yaml: format!("name: tiny\nlearner:\n  ppo: {{gamma: {gamma}}}\n"),
    };
    store.begin_run(&draft, Duration::from_secs(30)).unwrap();
    store.note_metrics(id, 1_000, &[("policy_loss", 0.5)]).unwrap();
    store.note_metrics(id, 2_000, &[("policy_loss", 0.25)]).unwrap();
    let status = RunStatus::Complete;
    let end = RunEnd { status, env_steps: 2_048, best_score: Some(score), bundle: None };
    store.end_run(id, &end).unwrap();
}

#[test]
fn runs_of_the_database_are_listed_shown_and_compared() {
    let sandbox = Sandbox::empty();
    let nothing = sandbox.document("runs list");
    assert_eq!(nothing["runs"], json!([]));
    assert!(!sandbox.path("data/releat.db").exists(), "looking makes no database");

    let store =
        Store::open(&format!("sqlite://{}", sandbox.path("data/releat.db").display())).unwrap();
    run(&sandbox, &store, "one", "0.99", 1.0);
    run(&sandbox, &store, "two", "0.9", 1.5);
    let list = sandbox.document("runs list");
    assert_eq!(list["runs"][0]["id"], "one");
    assert_eq!(list["runs"][1]["status"], "complete");
    assert_eq!(list["runs"][1]["kept_in"], json!(["store"]));
    let show = sandbox.document("runs show two");
    assert_eq!(show["run"]["best_score"], 1.5);
    assert_eq!(show["figures"]["policy_loss"], 0.25);
    let compared = sandbox.document("runs compare one two");
    let score = &compared["figures"][0];
    assert_eq!((&score["name"], &score["differences"]), (&json!("best_score"), &json!([0.0, 0.5])));
    assert_eq!(compared["settings"], json!([{"key": "learner.ppo.gamma", "values": [0.99, 0.9]}]));
    let text = sandbox.succeed("runs compare one two");
    assert!(text.contains("Δ two") && text.contains("learner.ppo.gamma"), "{text}");
    assert_eq!(sandbox.run("runs compare one three").status.code(), Some(3));
    assert_eq!(sandbox.document("agents list")["agents"], json!([]));
}

#[test]
fn a_bad_address_ends_with_two_and_never_shows_the_password() {
    let sandbox = Sandbox::empty();
    let output = sandbox.run("runs list --set store.url=mysql://me:secret@host/db");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("mysql://me@host/db") && !text.contains("secret"), "{text}");
    let output = sandbox.run("runs list --set store.url=postgres://me:secret@127.0.0.1:1/db");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("postgresql://me@127.0.0.1:1/db cannot be opened"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}
