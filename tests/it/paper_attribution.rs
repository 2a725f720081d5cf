//! What lies between a session and its backtest is told at its end, to the cent.

use serde_json::Value;

use crate::sandbox::Sandbox;

const CENT: f64 = 0.005;
const NAMES: [&str; 6] = ["data", "missed", "latency", "fill", "cost", "unexplained"];

fn ready() -> (Sandbox, String) {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    (sandbox, bundle)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn split(sandbox: &Sandbox, session: &str) -> Value {
    let text = sandbox.read(&format!("data/runs/sessions/{session}/attribution.json"));
    serde_json::from_str(&text).unwrap()
}

/// The parts of each day are its difference, the days are the whole, and the whole is what paper made.
fn check_sums(split: &Value, paper: &Value) {
    let sum = |terms: &Value| NAMES.iter().map(|name| number(&terms[*name])).sum::<f64>();
    let days = split["days"].as_array().unwrap();
    assert!(days.len() > 100, "{} days", days.len());
    for day in days {
        assert!((sum(&day["terms"]) - number(&day["difference"])).abs() < CENT, "{day}");
        assert!(number(&day["terms"]["unexplained"]).abs() < CENT, "{day}");
    }
    let whole: f64 = days.iter().map(|day| number(&day["difference"])).sum();
    assert!((whole - number(&split["difference"])).abs() < CENT);
    assert!((sum(&split["total"]) - number(&split["difference"])).abs() < CENT, "{split}");
    let earned = number(&paper["equity_end"]) - number(&paper["equity_start"]);
    assert!((number(&split["paper"]) - earned).abs() < CENT, "{} {earned}", split["paper"]);
}

fn show(what: &str, split: &Value) {
    let parts: Vec<String> =
        NAMES.iter().map(|name| format!("{name} {:.2}", number(&split["total"][*name]))).collect();
    eprintln!("{what}: difference {:.2} = {}", number(&split["difference"]), parts.join(", "));
}

#[test]
fn a_session_with_default_settings_is_its_backtest() {
    let (sandbox, bundle) = ready();
    let paper = sandbox.document(&format!("paper --agent {bundle} --session plain -q"));
    let found = split(&sandbox, "plain");
    show("default settings", &found);
    check_sums(&found, &paper);
    assert_eq!(found["session"], "plain");
    for day in found["days"].as_array().unwrap() {
        for name in NAMES {
            assert!(number(&day["terms"][name]).abs() < CENT, "{name}: {day}");
        }
    }
    let judged = sandbox.run(&format!("eval --agent {bundle} -q --output-format json"));
    let judged: Value = serde_json::from_slice(&judged.stdout).unwrap();
    let gained = number(&judged["metrics"]["total_return"]["value"]);
    let backtest = number(&found["backtest"]) / number(&paper["equity_start"]);
    assert!((gained - backtest).abs() < 1e-9, "{gained} {backtest}");
    let page = sandbox.read("data/runs/sessions/plain/report.html");
    for words in ["Paper less backtest", "day by day", "commissions, spread, interest"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(sandbox.path("data/runs/sessions/plain/pictures/attribution.png").exists());
}

/// A script and the part that it must show in.
fn check_faults(sandbox: &Sandbox, bundle: &str, name: &str, (script, part): (&str, &str)) {
    sandbox.write("faults.yaml", script);
    let command = format!("paper --agent {bundle} --session {name} --faults faults.yaml -q");
    let paper = sandbox.document(&command);
    let found = split(sandbox, name);
    show(script.trim(), &found);
    check_sums(&found, &paper);
    let shown = number(&found["total"][part]);
    assert!(shown.abs() > CENT, "{script} must show in {part}, was {shown}");
}

#[test]
fn faults_of_the_venue_add_up_to_the_difference() {
    let (sandbox, bundle) = ready();
    let scripts = [
        ("faults: [reject: {nth: 2, times: 3}]\n", "missed"),
        ("faults: [partial: {frac: 0.4, nth: 2, times: 4}]\n", "missed"),
        ("faults: [lost_request: {nth: 3, times: 2}]\n", "missed"),
        // A day and a half: the order is not there when the bar comes that it is good for.
        ("venue: {latency_ms: 129600000}\n", "missed"),
        (
            "venue: {partial_prob: 0.3, reject_prob: 0.1}\n\
             faults: [late_cost: {polls: 4, times: 9}, delay: {polls: 3, times: 9}, \
             drop: {event: filled, nth: 4}, duplicate: {nth: 5, times: 9}, link_lost: {nth: 90, polls: 5}]\n",
            "missed",
        ),
    ];
    for (number, script) in scripts.into_iter().enumerate() {
        check_faults(&sandbox, &bundle, &format!("faults-{number}"), script);
    }
}

/// Execution that the backtest does not have: the shares trade at other prices and times.
#[test]
fn other_executions_add_up_to_the_difference() {
    let (sandbox, bundle) = ready();
    for (name, rule) in [
        ("passive", "{passive: {wait_s: 3600}}"),
        ("twap", "{twap: {duration_s: 86400, parts: 4}}"),
    ] {
        let output = sandbox
            .command(&format!("paper --agent {bundle} --session {name} -q --output-format json"))
            .args(["--set", &format!("trade.execution={rule}")])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", sandbox.show(&output));
        let paper: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = split(&sandbox, name);
        show(name, &found);
        check_sums(&found, &paper);
        assert!(number(&found["difference"]).abs() > CENT, "{name}");
    }
}

#[test]
fn a_session_of_several_processes_is_told_as_one() {
    let (sandbox, bundle) = ready();
    sandbox.write("faults.yaml", "faults: [crash: {at: before_commit, nth: 400}]\n");
    let command = format!("paper --agent {bundle} --session parts --faults faults.yaml -q");
    assert_eq!(sandbox.run(&command).status.code(), None, "the first process is killed");
    let paper = sandbox.document(&command);
    let found = split(&sandbox, "parts");
    show("two processes", &found);
    check_sums(&found, &paper);
    for name in NAMES {
        assert!(number(&found["total"][name]).abs() < CENT, "{name}: {}", found["total"]);
    }
}
