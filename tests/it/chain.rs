//! One script from data to paper trading; each step finds the next through the JSON alone.

use crate::sandbox::Sandbox;

#[test]
fn fetch_features_train_eval_paper() {
    let sandbox = Sandbox::with_agent();
    let fetched = sandbox.document("fetch --config agents/tiny.yaml -q");
    assert_eq!(fetched["schema_version"], 1);
    assert_eq!(fetched["complete"], true);
    assert!(fetched["symbols"][0]["rows_added"].as_u64().unwrap() > 700);
    let again = sandbox.document("fetch --config agents/tiny.yaml -q");
    assert_eq!(again["symbols"][0]["rows_added"], 0);
    assert_eq!(sandbox.run("fetch --config agents/tiny.yaml -q").stdout, b"");

    sandbox.succeed("features --config agents/tiny.yaml --raw --output f.csv");
    let header = sandbox.read("f.csv").lines().next().unwrap().to_owned();
    assert_eq!(
        header,
        "time,AAA.log_return_1,AAA.z_score_20_volume,BBB.log_return_1,BBB.z_score_20_volume"
    );

    let trained = sandbox.document("train --config agents/tiny.yaml -q");
    assert_eq!(trained["env_steps"], 2048);
    for key in ["run", "bundle", "bundle_digest"] {
        assert!(trained[key].is_string(), "{key}");
    }
    for key in ["rollout_steps_per_s", "update_steps_per_s", "steps_per_s"] {
        assert!(trained[key].as_f64().unwrap() > 0.0, "{key}");
    }
    let bundle = trained["bundle"].as_str().unwrap();

    let range = "--range 2017-07-03..2017-12-29";
    let judged = sandbox.document(&format!(
        "eval --agent {bundle} {range} --audit a.csv --trades t.csv --report r.html -q"
    ));
    assert_eq!(judged["range"], "2017-07-03..2017-12-29");
    assert!(judged["metrics"]["sharpe"]["value"].is_number());
    let baselines = judged["baselines"].as_array().unwrap();
    let names: Vec<&str> = baselines.iter().map(|run| run["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "cash",
            "buy_and_hold.AAA",
            "buy_and_hold.BBB",
            "equal_weight",
            "sma_cross",
            "momentum",
            "min_variance",
            "random",
            "oracle",
        ]
    );
    assert!(judged["gate"]["passed"].is_boolean());
    assert!(sandbox.read("r.html").trim_end().ends_with("</html>"));
    assert!(sandbox.read("t.csv").starts_with("symbol,side,"));

    let paper = sandbox.document(&format!(
        "paper --config agents/tiny.yaml --agent {bundle} --venue sim --stream recorded {range} \
         --speed max --decisions d.csv -q"
    ));
    same_decisions(&sandbox, &paper);
    the_ledger_proves_itself(&sandbox, paper["session"].as_str().unwrap());
}

/// The session comes out of its ledger again, the ledger is whole, and a touched byte is found and named.
fn the_ledger_proves_itself(sandbox: &Sandbox, session: &str) {
    let replayed = sandbox.document(&format!("replay {session} -q"));
    assert_eq!(replayed["identical"], true);
    let audited = sandbox.document(&format!("audit verify {session} -q"));
    assert_eq!(audited["verified"], true);
    assert_eq!(audited["rows"], replayed["rows"]);
    sandbox.succeed(&format!("ledger export {session} --output rows.csv -q"));
    let rows = csv::Reader::from_reader(sandbox.read("rows.csv").as_bytes()).records().count();
    assert_eq!(rows as u64, audited["rows"].as_u64().unwrap());
    let folder = format!("data/runs/sessions/{session}");
    for file in ["session.json", "anchor.json", "events.jsonl", "report.html"] {
        assert!(!sandbox.read(&format!("{folder}/{file}")).is_empty(), "{file}");
    }
}

/// The paper session takes the same actions and ends with the same equity to the cent.
fn same_decisions(sandbox: &Sandbox, paper: &serde_json::Value) {
    let column = |file: &str, name: &str| -> Vec<String> {
        let text = sandbox.read(file);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let index = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
        reader.records().map(|record| record.unwrap()[index].to_owned()).collect()
    };
    assert_eq!(column("a.csv", "time"), column("d.csv", "time"));
    assert_eq!(column("a.csv", "action"), column("d.csv", "action"));
    let equity: f64 = column("a.csv", "equity").last().unwrap().parse().unwrap();
    let paper_equity = paper["equity_end"].as_f64().unwrap();
    assert!((equity - paper_equity).abs() < 0.005, "{equity} {paper_equity}");
    assert!(paper["fills"].as_u64().unwrap() > 0, "a session without fills proves nothing");
}

#[test]
fn every_fill_rule_trades_as_it_was_judged() {
    for fill in ["next_open", "next_close", "same_close"] {
        let sandbox = Sandbox::with_agent();
        let trained = sandbox.document(&format!(
            "train --config agents/tiny.yaml --no-eval -q --set env.fill={fill}"
        ));
        let bundle = trained["bundle"].as_str().unwrap();
        sandbox.succeed(&format!("eval --agent {bundle} --audit a.csv -q"));
        let paper = sandbox.document(&format!("paper --agent {bundle} --decisions d.csv -q"));
        same_decisions(&sandbox, &paper);
    }
}

#[test]
fn every_market_trades_as_it_was_judged() {
    let markets = [
        ("slots: {max_long: 2, max_short: 2, unit_frac: 0.25}", "AAA", "ppo"),
        ("single: {exposures: [0.0, 1.0, -1.0]}", "AAA", "dqn"),
        ("portfolio: {actions: etf16}", "AAA, BBB, CCC", "a2c"),
    ];
    for (market, symbols, learner) in markets {
        let sandbox = Sandbox::with_agent();
        sandbox.write(
            "agents/other.yaml",
            format!(
                "universe: {{symbols: [{symbols}]}}\nenv: {{market: {{{market}}}}}\n\
                 learner: {{{learner}: {{total_env_steps: 2048, num_steps: 32}}}}\n"
            ),
        );
        let trained = sandbox
            .document("train --config agents/tiny.yaml --config agents/other.yaml --no-eval -q");
        let bundle = trained["bundle"].as_str().unwrap();
        sandbox.succeed(&format!("eval --agent {bundle} --audit a.csv -q"));
        let paper = sandbox.document(&format!("paper --agent {bundle} --decisions d.csv -q"));
        same_decisions(&sandbox, &paper);
    }
}

#[test]
fn init_gives_a_folder_in_which_the_first_command_works() {
    let sandbox = Sandbox::empty();
    sandbox.succeed("init project");
    sandbox.succeed("-C project config check --config agents/quickstart.yaml");
    sandbox.succeed("-C project fetch --config agents/quickstart.yaml --plan");
    for place in ["staging", "production"] {
        sandbox.succeed(&format!(
            "-C project config check --config agents/quickstart.yaml --env {place}"
        ));
    }
    let second = sandbox.transcript("init project");
    assert!(second.contains("exists"), "{second}");
}

#[test]
fn features_prove_passes_on_the_synthetic_market() {
    let sandbox = Sandbox::with_agent();
    let proof = sandbox.document("features --config agents/tiny.yaml --prove -q");
    assert_eq!(proof["passed"], true);
    assert_eq!(proof["columns"], 4);
}
