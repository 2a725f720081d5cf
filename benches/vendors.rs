//! `releat fetch` of 500 symbols × 10 years of days from a double that allows 50 requests a second.
//!
//! `cargo bench --profile dev --bench vendors -- [yahoo|polygon|alpaca|all] [SYMBOLS]` prints JSON: seconds, requests, the most
//! requests in one second, rows.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up should stop"
)]

use std::process::Command;

use releat::base::Stopwatch;
use serde_json::{Value, json};
use vendor_double::{
    AlpacaVendor, KEY, Market, PolygonVendor, Reply, Request, SECRET, VendorDouble, YahooVendor,
};

#[path = "../tests/it/vendor_double/mod.rs"]
mod vendor_double;

const AGENT: &str = "\
name: many
universe: {symbols: [SYMBOLS], timeframe: 1d, calendar: XNYS}
data:
  source: {VENDOR: {}}
  train: 2010-01-01..2017-12-31
  validation: 2018-01-01..2018-12-31
  test: 2019-01-01..2019-12-31
features: [log_return: {window: 1}]
model: {mlp: {}}
learner: {ppo: {}}
";

type Script = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let chosen = words.first().map_or("all", String::as_str);
    let count: usize = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(500);
    let vendors = ["yahoo", "polygon", "alpaca"];
    let rows: Vec<Value> = vendors
        .into_iter()
        .filter(|vendor| [*vendor, "all"].contains(&chosen))
        .map(|vendor| fetched(vendor, count))
        .collect();
    show(&format!("{:#}", json!({ "schema_version": 1, "symbols": count, "vendors": rows })));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn show(text: &str) {
    println!("{text}");
}

fn fetched(vendor: &str, count: usize) -> Value {
    let names: Vec<String> = (0..count).map(|index| format!("S{index:03}")).collect();
    let texts: Vec<&str> = names.iter().map(String::as_str).collect();
    let market = Market::new(&texts, "2010-01-04", "2019-12-31");
    let script: Script = match vendor {
        "yahoo" => {
            let vendor = YahooVendor::new(market);
            Box::new(move |request| vendor.reply(request))
        }
        "polygon" => {
            let vendor = PolygonVendor::new(market);
            Box::new(move |request| vendor.reply(request))
        }
        _ => {
            let vendor = AlpacaVendor::new(market);
            Box::new(move |request| vendor.reply(request))
        }
    };
    let double = VendorDouble::start(script);
    let folder = tempfile::tempdir().expect("a folder");
    let agent = AGENT.replace("SYMBOLS", &names.join(", ")).replace("VENDOR", vendor);
    std::fs::write(folder.path().join("a.yaml"), agent).expect("a file");
    let key = |name: &str| format!("connectors.{vendor}.{name}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_releat"));
    command.args(["fetch", "--config", "a.yaml", "--output-format", "json", "-q"]);
    for setting in [
        format!("{}={}", key("base_url"), double.url()),
        format!("{}=50", key("limits.requests_per_s")),
        format!("{}=8", key("limits.parallel")),
    ] {
        command.arg("--set").arg(setting);
    }
    command.env("POLYGON_API_KEY", KEY).env("APCA_API_KEY_ID", KEY);
    command.env("APCA_API_SECRET_KEY", SECRET).current_dir(folder.path());
    let watch = Stopwatch::start();
    let output = command.output().expect("the program runs");
    let seconds = watch.seconds();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(document["complete"], true);
    let symbols = document["symbols"].as_array().expect("symbols");
    let added: u64 = symbols.iter().filter_map(|line| line["rows_added"].as_u64()).sum();
    json!({
        "vendor": vendor,
        "seconds": seconds,
        "requests": double.requests().len(),
        "most_in_a_second": double.most_in_a_second(),
        "rows": added,
    })
}
