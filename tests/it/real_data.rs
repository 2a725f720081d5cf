//! The whole path on real daily bars, where the machine has them.

use crate::sandbox::{Sandbox, real_data};

fn agent(sandbox: &Sandbox) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/agents/spy_qqq.yaml");
    sandbox.write("agents/spy_qqq.yaml", std::fs::read_to_string(folder).unwrap());
}

#[test]
fn real_bars_reach_a_verdict_and_paper_agrees() {
    let Some(data) = real_data() else { return };
    let sandbox = Sandbox::empty();
    agent(&sandbox);
    let source = format!(
        "--config agents/spy_qqq.yaml --set data.source={{csv:{{path:\u{20}{}/daily/yahoo,layout:\u{20}yahoo}}}}",
        data.display()
    );
    let arguments = |rest: &str| -> Vec<String> {
        let mut words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        words.extend(["--config".to_owned(), "agents/spy_qqq.yaml".to_owned(), "--set".to_owned()]);
        words.push(source.split_once("--set ").unwrap().1.to_owned());
        words
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
    let judged = sandbox.document(&format!("eval --agent {bundle} {range} --audit a.csv -q"));
    assert!(judged["metrics"]["max_drawdown"]["value"].is_number());
    let paper = sandbox.document(&format!("paper --agent {bundle} {range} -q"));
    let audit = sandbox.read("a.csv");
    let mut reader = csv::Reader::from_reader(audit.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "equity").unwrap();
    let last = reader.records().last().unwrap().unwrap();
    let equity: f64 = last[column].parse().unwrap();
    assert!((equity - paper["equity_end"].as_f64().unwrap()).abs() < 0.005);
}
