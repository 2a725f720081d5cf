//! `releat fetch` against a vendor on this machine: exit codes, summary, silence, the lock.

use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::{Sandbox, TINY_AGENT};
use crate::vendor_double::{Fault, Faults, KEY, Market, PolygonVendor, VendorDouble};

const RANGE: &str = "2015-01-02..2016-12-30";

struct Stage {
    sandbox: Sandbox,
    double: VendorDouble,
}

fn stage(symbols: &[&str], faults: Faults) -> Stage {
    let sandbox = Sandbox::empty();
    let agent = TINY_AGENT
        .replace("[AAA, BBB]", &format!("[{}]", symbols.join(", ")))
        .replace("{synthetic: {seed: 3, planted: {edge_bps: 60}}}", "{polygon: {}}");
    sandbox.write("agents/tiny.yaml", agent);
    let market = Market::new(symbols, "2015-01-02", "2016-12-30");
    let vendor = PolygonVendor { page_rows: 100, ..PolygonVendor::new(market) };
    let double = VendorDouble::start(faults.around(move |request| vendor.reply(request)));
    Stage { sandbox, double }
}

impl Stage {
    fn command(&self, rest: &str) -> Command {
        let limits = "connectors.polygon.limits";
        let mut command = self.sandbox.command(&format!(
            "fetch --config agents/tiny.yaml --range {RANGE} --set {limits}.requests_per_s=500 \
             --set {limits}.burst=100 --set {limits}.tries=2 --set {limits}.pause_s=0.01 --set \
             connectors.polygon.base_url={} {rest}",
            self.double.url()
        ));
        command.env("POLYGON_API_KEY", KEY);
        command
    }

    fn run(&self, rest: &str) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = self.command(rest).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }

    fn document(&self, rest: &str, code: i32) -> Value {
        let (found, stdout, stderr) = self.run(&format!("-q --output-format json {rest}"));
        assert_eq!(found, Some(code), "{stderr}");
        serde_json::from_str(&stdout).unwrap()
    }
}

#[test]
fn a_second_fetch_is_silent_and_asks_nothing() {
    let stage = stage(&["AAA", "BBB"], Faults::none());
    let plan: Value = serde_json::from_str(&stage.run("--plan --output-format json").1).unwrap();
    assert_eq!(plan["symbols"][0]["missing"][0], RANGE);
    assert_eq!(stage.double.count(), 0, "a plan asks nobody");
    let first = stage.document("", 0);
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema_version", "source", "symbols", "complete"]);
    assert_eq!((&first["source"], &first["complete"]), (&"polygon".into(), &true.into()));
    for (index, symbol) in ["AAA", "BBB"].iter().enumerate() {
        let line = &first["symbols"][index];
        assert_eq!((line["symbol"].as_str(), &line["gaps"]), (Some(*symbol), &0.into()));
        assert_eq!((&line["rows_added"], &line["rows_total"]), (&504.into(), &504.into()));
        assert!(line["actions_added"].as_u64().unwrap() > 5);
    }
    let asked = stage.double.count();
    assert_eq!(stage.run("-q"), (Some(0), String::new(), String::new()));
    let second = stage.document("", 0);
    assert_eq!(
        (&second["symbols"][0]["rows_added"], &second["complete"]),
        (&0.into(), &true.into())
    );
    assert_eq!(stage.double.count(), asked);
    let again = stage.document("--all", 0);
    assert_eq!(
        (&again["symbols"][0]["rows_added"], &again["symbols"][0]["changed"]),
        (&0.into(), &0.into())
    );
    assert_eq!(stage.double.count(), 2 * asked);
}

#[test]
fn what_failed_is_named_and_the_rest_is_there() {
    let faults = Faults::none().on_path("/BBB/", usize::MAX, Fault::Status(503));
    let stage = stage(&["AAA", "BBB"], faults);
    let (code, stdout, stderr) = stage.run("--no-progress");
    assert_eq!(code, Some(6), "{stderr}");
    assert!(stderr.contains("error: 1 of 2 symbols failed\n"), "{stderr}");
    assert!(stderr.contains(&format!("\n  BBB lacks {RANGE}: polygon did not answer")), "{stderr}");
    assert!(stderr.contains("\nhint: run the same command again"), "{stderr}");
    assert!(stdout.contains("504"), "{stdout}");
    let document = stage.document("", 6);
    assert_eq!(document["complete"], false);
    assert_eq!(document["symbols"][1]["uncovered"][0], RANGE);
    assert!(document["symbols"][1]["error"].as_str().unwrap().contains("polygon did not answer"));
}

#[test]
fn a_vendor_that_is_down_or_refuses_the_key_is_left_alone() {
    let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];
    let one_by_one = "--set connectors.polygon.limits.parallel=1";
    let stage_down = stage(&names, Faults::none().always(Fault::Status(503)));
    let document = stage_down.document(one_by_one, 4);
    let errors: Vec<&str> = document["symbols"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["error"].as_str().unwrap())
        .collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[4..].iter().all(|error| *error == "not tried"), "{errors:?}");
    let stage_key = stage(&names, Faults::none());
    let output =
        stage_key.command(&format!("-q {one_by_one}")).env("POLYGON_API_KEY", "wrong").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stage_key.double.count(), 1, "one refusal is enough");
}

#[test]
fn of_two_at_the_same_time_one_works_and_one_says_who() {
    let stage = stage(&["AAA"], Faults::none().at(0, Fault::Hang));
    let mut first = stage.command("-q").spawn().unwrap();
    while stage.double.count() == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    let (code, stdout, stderr) = stage.run("-q");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!((code, stdout.as_str()), (Some(4), ""), "{stderr}");
    assert!(stderr.contains("data/lake/polygon/.lock is locked by another process (process "));
    assert!(stderr.contains(&format!("process {} on ", first.id())), "{stderr}");
    assert!(stderr.contains(" since 2"), "{stderr}");
    assert_eq!(stage.run("-q").0, Some(0), "the lock of a dead process holds nobody up");
}
