//! The whole path on real daily bars, where the machine has them.

use crate::sandbox::{Sandbox, real_data};

/// A folder with the agent of three funds, and the setting that makes it read the real files.
fn prepared() -> Option<(Sandbox, String)> {
    let data = real_data()?;
    let sandbox = Sandbox::empty();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/agents/spy_qqq.yaml");
    sandbox.write("agents/spy_qqq.yaml", std::fs::read_to_string(file).unwrap());
    let folder = data.join("daily/yahoo");
    let source = format!("data.source={{csv: {{path: {}, layout: yahoo}}}}", folder.display());
    Some((sandbox, source))
}

#[test]
fn real_bars_reach_a_verdict_and_paper_agrees() {
    let Some((sandbox, source)) = prepared() else { return };
    let arguments = |rest: &str| -> Vec<String> {
        let words = rest.split_whitespace().map(str::to_owned);
        let fixed = ["--config", "agents/spy_qqq.yaml", "--set", &source];
        words.chain(fixed.map(str::to_owned)).collect()
    };
    let run = |rest: &str| -> serde_json::Value {
        let output = sandbox.command("").args(arguments(rest)).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{rest}: {errors}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let fetched = run("fetch -q --output-format json");
    assert_eq!(fetched["symbols"].as_array().unwrap().len(), 3);
    let proof = run("features --prove -q --output-format json --range 2017-01-01..2019-12-31");
    assert_eq!(proof["passed"], true);
    let trained = run(
        "train -q --no-eval --output-format json --seed 7 --set data.train=2010-01-01..2017-12-31 \
         --set data.validation=2018-01-01..2018-12-31 --set learner.ppo.total_env_steps=16384 \
         --set env.num_envs=64",
    );
    let bundle = trained["bundle"].as_str().unwrap();
    let range = "--range 2019-01-01..2019-12-31";
    // The gate may say no; the document comes all the same.
    let output = sandbox
        .run(&format!("eval --agent {bundle} {range} --audit a.csv -q --output-format json"));
    assert!(matches!(output.status.code(), Some(0 | 1)));
    let judged: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(judged["metrics"]["max_drawdown"]["value"].is_number());
    let paper = sandbox.document(&format!("paper --agent {bundle} {range} -q"));
    let audit = sandbox.read("a.csv");
    let mut reader = csv::Reader::from_reader(audit.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "equity").unwrap();
    let last = reader.records().last().unwrap().unwrap();
    let equity: f64 = last[column].parse().unwrap();
    assert!((equity - paper["equity_end"].as_f64().unwrap()).abs() < 0.005);
    let session = paper["session"].as_str().unwrap();
    assert_eq!(sandbox.document(&format!("replay {session} -q"))["identical"], true);
}

/// The source that was fetched is taken up by later commands through `releat.lock`.
#[test]
fn training_follows_the_pinned_source() {
    let Some((sandbox, source)) = prepared() else { return };
    let fetch = "fetch -q --config agents/spy_qqq.yaml --set";
    assert!(sandbox.command(fetch).arg(&source).output().unwrap().status.success());
    let features =
        sandbox.run("features --config agents/spy_qqq.yaml --range 2018-01-02..2018-01-31");
    let said = String::from_utf8_lossy(&features.stderr);
    assert_eq!(features.status.code(), Some(0), "{said}");
    assert!(said.contains("releat.lock"), "{said}");
}
