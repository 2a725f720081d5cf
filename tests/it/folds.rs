//! An agent on many folds of its bars, and a bundle under hardship.

use std::process::Stdio;
use std::time::Duration;

use releat::base::Stopwatch;

use crate::sandbox::Sandbox;

const FOLDS: &str = "eval --config agents/tiny.yaml -q --output-format json \
    --set eval.walk_forward.train_bars=200 --set eval.walk_forward.validation_bars=60 \
    --set eval.walk_forward.test_bars=60 --set eval.walk_forward.step_bars=100 \
    --set eval.purged.groups=4 --set eval.purged.test_groups=1";

fn without_folder(text: &str) -> serde_json::Value {
    let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
    let fields = document.as_object_mut().unwrap();
    fields.remove("folder");
    for fold in fields["folds"].as_array_mut().unwrap() {
        fold.as_object_mut().unwrap().remove("bundle");
    }
    document
}

#[test]
fn folds_that_were_killed_come_out_as_if_they_were_not() {
    let (whole, killed) = (Sandbox::with_agent(), Sandbox::with_agent());
    let command = format!("{FOLDS} --walk-forward");
    let expected = without_folder(&whole.succeed(&command));
    let folds = expected["folds"].as_array().unwrap();
    assert!(folds.len() >= 3);
    assert_eq!(expected["schema_version"], 1);
    assert_eq!(
        expected["degradation"]["count"].as_u64().unwrap() as usize
            + expected["degradation"]["absent"].as_u64().unwrap() as usize,
        folds.len()
    );

    let mut child = killed.command(&command).stdout(Stdio::null()).spawn().unwrap();
    let results = || {
        let folders = std::fs::read_dir(killed.path("data/runs/folds/tiny-walk_forward"));
        folders.map_or(0, |found| {
            found.filter(|fold| fold.as_ref().unwrap().path().join("result.json").exists()).count()
        })
    };
    let waiting = Stopwatch::start();
    while results() == 0 && child.try_wait().unwrap().is_none() && waiting.seconds() < 120.0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(results() > 0);
    assert_eq!(without_folder(&killed.succeed(&command)), expected);
}

#[test]
fn every_path_goes_through_all_groups() {
    let sandbox = Sandbox::with_agent();
    let document = without_folder(&sandbox.succeed(&format!("{FOLDS} --purged")));
    assert_eq!(document["folds"].as_array().unwrap().len(), 4);
    let paths = document["paths"].as_array().unwrap();
    assert_eq!(paths.len(), 1);
    let bars = paths[0]["figures"]["num_bars"].as_u64().unwrap();
    // The last bar of each group is lived through and not decided on.
    assert_eq!(bars + 4, document["num_bars"].as_u64().unwrap());
}

#[test]
fn a_sweep_begins_with_the_plain_evaluation() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle();
    let bundle = bundle.display();
    let plain = sandbox.document(&format!("eval --agent {bundle} -q"));
    let sweep = sandbox.document(&format!(
        "eval --agent {bundle} --sweep -q --set eval.stress.bad_years.drawn=20 --set eval.stress.bad_years.judged=2"
    ));
    let stress = &sweep["stress"];
    let total = &plain["metrics"]["total_return"]["value"];
    assert_eq!(&stress["unstressed"]["total_return"], total);
    assert_eq!(&stress["costs"][1]["figures"], &stress["unstressed"]);
    assert_eq!(&stress["delays"][0]["figures"], &stress["unstressed"]);
    let names: Vec<&str> = stress["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scenario| scenario["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"bad_years") && names.contains(&"volatility"), "{names:?}");
    let frozen = sandbox.run(&format!("eval --agent {bundle} --sweep --set env.costs.minimum=1"));
    assert_eq!(frozen.status.code(), Some(2));
}
