//! Studies: the same table whatever happens on the way, and a winner that is what it is said to be.

use std::process::Child;
use std::time::Duration;

use releat::base::variable;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, TINY_AGENT};

/// Trials of a blink.
const TUNE: &str = "
train: {validate_every_updates: 1}
tune:
  trials: 12
  lookahead: 3
  sampler: {tpe: {startup_trials: 4}}
  scheduler: {asha: {reduction: 3, grace_env_steps: 512, max_env_steps: 4608}}
  space:
    learner.ppo.learning_rate: {log_uniform: [1e-4, 1e-2]}
    learner.ppo.gamma: {uniform: [0.3, 0.99]}
    learner.ppo.update_epochs: {integer: [1, 3]}
    model.gru.hidden: {choice: [4, 8]}
";

const SEARCH: &str = "tune --config agents/tiny.yaml -q --output-format json --study one";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("agents/tiny.yaml", format!("{TINY_AGENT}{TUNE}"));
    sandbox
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What of a study must not depend on time, threads or kills.
fn table(sandbox: &Sandbox) -> Value {
    let shown = parsed(&sandbox.succeed("tune show one --output-format json"));
    let trials = shown["trials"].as_array().unwrap().iter();
    trials
        .map(|trial| {
            let keep = ["number", "params", "state", "value", "reports", "bracket"];
            json!(keep.map(|key| trial[key].clone()))
        })
        .collect()
}

#[test]
fn a_study_names_its_winner_and_eval_gives_the_same_number() {
    let sandbox = sandbox();
    let study = parsed(&sandbox.succeed(SEARCH));
    let trials = &study["trials"];
    let count = |state: &str| trials[state].as_u64().unwrap();
    assert_eq!(count("complete") + count("pruned") + count("failed"), 12, "{trials}");
    assert!(count("complete") >= 1 && count("pruned") >= 6, "{trials}");

    let best = &study["best"];
    let bundle = best["bundle"].as_str().unwrap();
    let range = "2017-01-01..2017-06-30";
    let command = format!("eval --agent {bundle} --range {range} --output-format json");
    let judged = parsed(&String::from_utf8(sandbox.run(&command).stdout).unwrap());
    let sharpe = judged["metrics"]["sharpe"]["value"].as_f64().unwrap();
    assert_eq!(sharpe.to_bits(), best["value"].as_f64().unwrap().to_bits());

    let overfitting = &study["overfitting"];
    for key in ["pbo", "deflated_sharpe", "min_track_record_years", "effective_trials"] {
        assert!(overfitting.get(key).is_some(), "{key} in {overfitting}");
    }
    let report = std::fs::read_to_string(study["report"].as_str().unwrap()).unwrap();
    assert!(report.contains("<svg") && report.contains("12 trials"));
    sandbox.succeed("tune verify one");
}

#[test]
fn one_thread_and_four_give_the_same_trials() {
    let tables = [1, 2, 4].map(|jobs| {
        let sandbox = sandbox();
        sandbox.succeed(&format!("{SEARCH} --jobs {jobs}"));
        table(&sandbox)
    });
    assert_eq!(tables[0].as_array().unwrap().len(), 12);
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0], tables[2]);
}

/// Kills a search at some moment; whether it was still running.
fn killed(child: &mut Child, after: Duration) -> bool {
    std::thread::sleep(after);
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_running
}

#[test]
fn a_study_that_is_killed_again_and_again_gives_the_same_trials() {
    let points = variable("RELEAT_KILL_POINTS").and_then(|text| text.parse().ok());
    let points: u64 = points.unwrap_or(12);
    let undisturbed = sandbox();
    undisturbed.succeed(&format!("{SEARCH} --jobs 2"));
    let expected = table(&undisturbed);
    let mut kills = 0;
    let mut spread = 0x9e37_79b9_7f4a_7c15_u64;
    while kills < points {
        let disturbed = sandbox();
        while kills < points {
            spread = spread.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let moment = Duration::from_millis(60 + (spread >> 33) % 900);
            let mut command = disturbed.command(&format!("{SEARCH} --jobs 2"));
            let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
            if !killed(&mut child, moment) {
                break;
            }
            kills += 1;
        }
        disturbed.succeed(&format!("{SEARCH} --jobs 2"));
        assert_eq!(table(&disturbed), expected, "after {kills} kills");
    }
}

#[test]
fn a_stopped_study_goes_on() {
    let sandbox = sandbox();
    let mut child = sandbox.command(&format!("{SEARCH} --jobs 1")).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let interrupt = ["-INT".to_owned(), child.id().to_string()];
    std::process::Command::new("kill").args(interrupt).status().unwrap();
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(130 | 0)), "{code:?}");
    sandbox.succeed(SEARCH);
    assert_eq!(table(&sandbox).as_array().unwrap().len(), 12);
}

#[test]
fn a_study_whose_report_cannot_be_written_is_not_over() {
    let sandbox = sandbox();
    let search = SEARCH.replace(" --study one", "");
    // A folder stands where the report should go: every trial is done and the winner trained again by then.
    std::fs::create_dir(sandbox.path("taken")).unwrap();
    let failed = sandbox.run(&format!("{search} --report taken"));
    assert_eq!(failed.status.code(), Some(3), "{}", String::from_utf8_lossy(&failed.stderr));
    let open = parsed(&sandbox.succeed("tune list --output-format json"));
    let names = |list: &Value| -> Vec<String> {
        let studies = list["studies"].as_array().unwrap().iter();
        studies.map(|study| study["name"].as_str().unwrap().to_owned()).collect()
    };
    let study = parsed(&sandbox.succeed(&search));
    assert_eq!(names(&open), [study["study"].as_str().unwrap()]);
    let done = parsed(&sandbox.succeed("tune list --output-format json"));
    assert_eq!(names(&done), names(&open));
}

#[test]
fn what_must_not_be_searched_is_refused() {
    let sandbox = sandbox();
    let space = "tune.space={env.costs.commission_bps: {uniform: [0, 10]}}";
    let mut command = sandbox.command("tune --config agents/tiny.yaml");
    let output = command.args(["--set", space]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("env.costs.commission_bps"), "{text}");
    let mut command = sandbox.command("tune --config agents/tiny.yaml");
    let output = command.args(["--set", "tune.space={}"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn jobs_at_once_are_no_option_of_executors() {
    let sandbox = sandbox();
    let settings = [
        ("ray", "executors.ray.jobs_max"),
        ("slurm", "executors.slurm.jobs_max"),
        ("worker", "releat worker"),
    ];
    for (executor, setting) in settings {
        let output = sandbox.run(&format!("{SEARCH} --executor {executor} --jobs 2"));
        assert_eq!(output.status.code(), Some(2), "{executor}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("--jobs 2") && text.contains(setting), "{text}");
    }
}
