//! `releat data`: what the lake holds, whether it is sound, and its bars as text.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::sandbox::{Sandbox, TINY_AGENT, real_data};

/// A lake with the made-up market of the small agent.
fn fetched() -> Sandbox {
    let sandbox = Sandbox::with_agent();
    sandbox.succeed("fetch -q --config agents/tiny.yaml");
    sandbox
}

/// The recorded daily files in one lake: `layout` of a folder, for some symbols.
fn fetch_recorded(sandbox: &Sandbox, layout: &str, symbols: &str) -> bool {
    let Some(data) = real_data() else { return false };
    let folder = data.join("daily").join(layout);
    let source = format!("data.source={{csv: {{path: {}, layout: {layout}}}}}", folder.display());
    let universe = format!("universe.symbols={symbols}");
    let arguments = "fetch -q --config agents/tiny.yaml --range 2010-01-01..2019-12-31 --set";
    let output =
        sandbox.command(arguments).arg(&source).args(["--set", &universe]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 6)), "{errors}");
    true
}

fn failed(sandbox: &Sandbox, arguments: &str, code: i32) -> String {
    let output = sandbox.run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(output.status.code(), Some(code), "{arguments}: {errors}");
    errors
}

#[test]
fn a_made_up_market_is_listed_and_sound() {
    let sandbox = fetched();
    let listed = sandbox.document("data list");
    assert_eq!(listed["schema_version"], 1);
    let series = listed["series"].as_array().unwrap();
    assert_eq!(series.len(), 2);
    for (line, symbol) in series.iter().zip(["AAA", "BBB"]) {
        assert_eq!((&line["symbol"], &line["timeframe"]), (&symbol.into(), &"1d".into()));
        assert_eq!(line["range"], "2015-01-02..2017-12-29");
        assert!(line["rows"].as_u64().unwrap() > 700 && line["size_bytes"].as_u64().unwrap() > 0);
    }
    assert!(sandbox.succeed("data list").contains("AAA"));
    let checked = sandbox.document("data check");
    assert_eq!(
        (checked["sound"].as_bool(), checked["findings"].as_array().unwrap().len()),
        (Some(true), 0)
    );
    assert!(sandbox.succeed("data check --symbol AAA").contains("no findings"));
}

#[test]
fn an_empty_lake_is_no_error_and_a_missing_series_is() {
    let sandbox = Sandbox::empty();
    assert!(sandbox.succeed("data list").starts_with("no series in data/lake"));
    assert!(sandbox.succeed("data check").contains("0 series, 0 bars: no findings"));
    let errors = failed(&sandbox, "data show --symbol SPY", 3);
    assert!(errors.contains("no series of `SPY` in data/lake"), "{errors}");
    let errors = failed(&sandbox, "data export --symbol SPY --timeframe 1h --output x.csv", 3);
    assert!(errors.contains("no series of `SPY` 1h in data/lake"), "{errors}");
    assert!(!sandbox.path("x.csv").exists());
}

#[test]
fn a_series_is_shown_with_its_names() {
    let sandbox = fetched();
    let map = r#"{"schema_version": 1, "symbols": {"AAA": {"former": [{"called": "OLD", "until": "2016-06-30"}]}}}"#;
    sandbox.write("data/lake/symbols.json", map);
    let shown = sandbox.document("data show --symbol AAA --range 2016-01-01..2016-12-31");
    assert_eq!(shown["names"][0]["called"], "OLD");
    assert_eq!(shown["names"][1]["range"], "2016-07-01..2016-12-30");
    assert_eq!(shown["rows"], 252);
    assert_eq!(shown["first"][0]["open_time"], "2016-01-04T14:30:00Z");
    let text = sandbox.succeed("data show --symbol AAA");
    assert!(text.contains("OLD in 2015-01-02..2016-06-30"), "{text}");
    sandbox.write("data/lake/symbols.json", "{}");
    assert!(failed(&sandbox, "data show --symbol AAA", 3).contains("must be a symbol map"));
}

#[test]
fn damage_is_found_and_drawn() {
    let sandbox = fetched();
    let path = sandbox.lake_source().join("AAA/1d/2016.parquet");
    let mut bytes = fs::read(&path).unwrap();
    bytes[50] ^= 1;
    fs::write(&path, bytes).unwrap();
    let arguments = "data check --html c.html --picture c.svg --output-format json";
    let output = sandbox.run(arguments);
    assert_eq!(output.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &document["findings"][0];
    assert_eq!((&finding["symbol"], &finding["code"]), (&"AAA".into(), &"damaged".into()));
    assert!(finding["text"].as_str().unwrap().contains("2016.parquet is damaged"));
    assert!(sandbox.read("c.svg").starts_with("<svg "));
    let page = sandbox.read("c.html");
    assert!(
        page.contains("1 finding")
            && page.contains("</html>")
            && !page.contains("https://")
            && !page.contains("src=")
    );
    let errors = failed(&sandbox, "data check --picture c.jpg", 2);
    assert!(errors.contains("must end in .svg or .png, was c.jpg"), "{errors}");
}

#[test]
fn bars_are_exported_bit_for_bit() {
    let sandbox = fetched();
    let range = "--range 2016-03-01..2016-03-31";
    let export = format!("data export --symbol AAA --timeframe 1d {range} --adjust none");
    sandbox.succeed(&format!("{export} --output out/f.csv"));
    let text = sandbox.read("out/f.csv");
    assert_eq!(sandbox.succeed(&format!("{export} --output -")), text);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time,open,high,low,close,volume"));
    let shown = sandbox.document(&format!("data show --symbol AAA {range}"));
    let first: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(first[0], "2016-03-01");
    for (cell, name) in first[1..].iter().zip(["open", "high", "low", "close", "volume"]) {
        assert_eq!(cell.parse::<f64>().unwrap(), shown["first"][0][name].as_f64().unwrap());
    }
    assert_eq!(text.lines().count(), 1 + 22);
    let errors = failed(&sandbox, &format!("{export} --as-of 2016-03-15 --output x.csv"), 2);
    assert!(errors.contains("hint: --range 2016-03-01..2016-03-15"), "{errors}");
    let late = "data export --symbol AAA --range 2030-01-01..2030-12-31 --output x.csv";
    assert!(failed(&sandbox, late, 3).contains("the lake has 2015-01-02..2017-12-29"));
}

/// Two vendors of one fund agree after adjustment but for the differences that are known, and each
/// of those is listed.
#[test]
fn two_vendors_of_one_fund_are_compared() {
    let sandbox = Sandbox::with_agent();
    if !fetch_recorded(&sandbox, "yahoo", "[SPY, QQQ, IWM]")
        || !fetch_recorded(&sandbox, "lean", "[SPY, QQQ, IWM]")
    {
        return;
    }
    let errors = failed(&sandbox, "data show --symbol SPY", 2);
    assert!(errors.contains("one series must be meant, 2 fit: csv-"), "{errors}");
    let listed = sandbox.document("data list");
    let series = listed["series"].as_array().unwrap();
    assert_eq!(series.len(), 6);
    let is_yahoo = |line: &&serde_json::Value| {
        line["actions"].as_u64() > Some(0) && line["symbol"] == "QQQ" && line["rows"] == 2516
    };
    let yahoo = series.iter().find(is_yahoo).unwrap()["source"].as_str().unwrap().to_owned();
    let other = series.iter().map(|line| line["source"].as_str().unwrap()).find(|s| *s != yahoo);
    let arguments =
        format!("data check --source {yahoo} --against {} --output-format json", other.unwrap());
    let output = sandbox.run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let has = |symbol: &str, day: &str, price: &str| {
        findings.iter().any(|finding| {
            finding["symbol"] == symbol
                && finding["code"] == "price_disagrees"
                && finding["time"].as_str().is_some_and(|time| time.starts_with(day))
                && finding["text"].as_str().unwrap().contains(price)
        })
    };
    for (symbol, day, price) in [
        ("SPY", "2016-11-07", "open 208.55 here"),
        ("SPY", "2016-11-07", "low 208.55 here"),
        ("SPY", "2011-11-30", "low 120 here"),
        ("SPY", "2011-08-18", "high 119.71 here"),
        ("SPY", "2016-06-24", "high 210.85 here"),
        ("IWM", "2011-11-30", "low 69.65 here"),
        ("QQQ", "2018-05-14", "low 169.47 here"),
    ] {
        assert!(has(symbol, day, price), "{symbol} {day} {price}");
    }
    let of = |code: &str| findings.iter().filter(|finding| finding["code"] == code).count();
    assert!(of("price_disagrees") < 60, "{} of 7241 days", of("price_disagrees"));
    assert_eq!(of("close"), 0);
    assert_eq!(of("wrong_scale") + of("jump") + of("missing_split"), 0);
}

/// Another program reads the lake with what docs/DATA.md tells.
#[test]
fn polars_reads_the_lake() {
    let Some(python) = python() else { return };
    let sandbox = fetched();
    let folder = sandbox.lake_source().join("AAA/1d");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/read_lake.py");
    let output = Command::new(python).arg(script).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = String::from_utf8(output.stdout).unwrap();
    let export = "data export --symbol AAA --adjust none --output -";
    let exported = sandbox.succeed(export);
    assert_eq!(read.lines().count(), exported.lines().count());
    assert!(read.starts_with("open_time,available_at,open,high,low,close,volume\n"), "{read:.80}");
    for (read, exported) in read.lines().zip(exported.lines()).skip(1) {
        let numbers = |line: &str, skip: usize| -> Vec<f64> {
            line.split(',').skip(skip).map(|cell| cell.parse().unwrap()).collect()
        };
        assert_eq!(numbers(read, 2), numbers(exported, 1));
    }
}

/// A Python with polars: the folder of a venv in `RELEAT_TEST_POLARS`, else the one of the system.
fn python() -> Option<PathBuf> {
    let named =
        std::env::var_os("RELEAT_TEST_POLARS").map(|venv| PathBuf::from(venv).join("bin/python"));
    let python = named.unwrap_or_else(|| PathBuf::from("python3"));
    let probe = Command::new(&python).args(["-c", "import polars"]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("skipped: no python3 with polars; name a venv with RELEAT_TEST_POLARS");
    None
}

#[test]
fn ticks_come_into_the_lake_and_become_bars() {
    let sandbox = Sandbox::empty();
    let agent = TINY_AGENT
        .replace("[AAA, BBB]", "[EURUSD]")
        .replace("calendar: XNYS", "calendar: 24x7")
        .replace(
            "synthetic: {seed: 3, planted: {edge_bps: 60}}",
            "histdata: {path: ticks, content: ticks}",
        );
    sandbox.write("agents/ticks.yaml", agent);
    sandbox.write(
        "ticks/DAT_ASCII_EURUSD_T_201601.csv",
        "20160104 090000100,1.0850,1.0852,0\n20160104 090000900,1.0860,1.0862,0\n\
         20160104 090001500,1.0840,1.0842,0\n20160104 090001700,1.0845,1.0847,0\n",
    );
    let fetch = "fetch --ticks --config agents/ticks.yaml";
    let document = sandbox.document(fetch);
    assert_eq!(document["symbols"][0]["rows_added"], 4);
    assert_eq!(sandbox.document(fetch)["symbols"][0]["rows_added"], 0);
    assert_eq!(sandbox.run(&format!("{fetch} -q")).stdout, b"");
    let source = document["source"].as_str().unwrap();
    let bars = |rule: &str| {
        let line = format!(
            "data bars --symbol EURUSD --source {source} --price bid --calendar 24x7 --output - --every"
        );
        let output = sandbox.command(&line).arg(rule).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        bars("1s"),
        "time,open,high,low,close,volume\n\
         2016-01-04T14:00:00Z,1.085,1.086,1.085,1.086,2\n\
         2016-01-04T14:00:01Z,1.084,1.0845,1.084,1.0845,2\n"
    );
    assert_eq!(bars("3 ticks").lines().count(), 3);
    let output = sandbox
        .command(&format!("data bars --symbol EURUSD --source {source} --output - --every"))
        .arg("3 pints")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
