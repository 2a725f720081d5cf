//! The simulated gateway, as foreign clients see it: twelve scenarios with published, unmodified Python clients.
//!
//! They decode every message by code that is not ours, and what they tell is compared with what really happened behind
//! the gateway. See tests/foreign_clients/README.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use releat::connectors::ibkr_sim::{GatewaySim, SimOptions};
use serde_json::Value;

const SCENARIOS: [&str; 12] = [
    "connect",
    "account",
    "positions",
    "contract_details",
    "history",
    "real_time_bars",
    "ticks",
    "market_order",
    "limit_and_cancel",
    "bracket",
    "reconnect",
    "what_if_and_reject",
];

/// A session of the exchange, an hour after it opened.
const START: &str = "2024-01-10T15:30:00Z";
const START_S: f64 = 1_704_900_600.0;
/// Seconds of the venue per second of the wall clock.
const SPEED: f64 = 10.0;

/// What a client told, by scenario.
struct Told {
    scenarios: BTreeMap<String, Value>,
    truth: String,
}

/// A Python with the clients, or `None` with a line that says that there is none.
fn python() -> Option<std::ffi::OsString> {
    let named = std::env::var_os("RELEAT_FOREIGN_PYTHON");
    if named.is_none() {
        eprintln!("skipped: no RELEAT_FOREIGN_PYTHON names a Python with `ib_async` and `ibapi`");
    }
    named
}

fn run(driver: &str) -> Option<Told> {
    let python = python()?;
    let options = SimOptions {
        seed: 11,
        clock: Some(START.parse().unwrap()),
        speed: SPEED,
        ..SimOptions::default()
    };
    let sim = GatewaySim::start(options).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign_clients");
    let output = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(folder.join(driver))
        .args(["127.0.0.1", &sim.address().port().to_string(), "40"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{driver}: {complaint}\n{told}");
    let mut scenarios = BTreeMap::new();
    for line in told.lines() {
        let mut value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["errors"], serde_json::json!([]), "{driver}: {line}");
        let name = value["scenario"].as_str().unwrap().to_owned();
        scenarios.insert(name, value["values"].take());
    }
    let names: BTreeSet<&str> = scenarios.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(SCENARIOS), "{driver}");
    Some(Told { scenarios, truth: sim.truth_csv() })
}

fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(f64::NAN)
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Rows whose first cell is this text.
fn rows_of<'a>(value: &'a Value, first: &str) -> Vec<&'a Value> {
    rows(value).iter().filter(|row| row[0] == first).collect()
}

fn has(codes: &Value, code: i64) -> bool {
    rows(codes).iter().any(|found| *found == code)
}

impl Told {
    fn of(&self, scenario: &str) -> &Value {
        &self.scenarios[scenario]
    }

    fn connection(&self, version: i64) {
        let connect = self.of("connect");
        assert_eq!(connect["version"], version);
        assert_eq!(connect["accounts"], serde_json::json!(["DU1234567"]));
        assert!(number(&connect["next_id"]) >= 1.0);
        let late = number(&connect["time"]) - START_S;
        assert!((0.0..600.0).contains(&late), "{connect}");
    }

    fn account(&self) {
        let account = self.of("account");
        for tag in ["NetLiquidation", "TotalCashValue", "BuyingPower"] {
            assert!(number(&account["summary"][tag]) > 0.0, "{tag}: {account}");
        }
        assert_eq!(number(&account["summary"]["NetLiquidation"]), 100_000.0);
        assert_eq!(number(&account["updates"]["NetLiquidation"]), 100_000.0);
        assert_eq!(account["updates"]["Currency"], "USD");
    }

    fn positions(&self) {
        let positions = self.of("positions");
        assert_eq!(positions["is_filled"], true);
        let held = rows_of(&positions["positions"], "SPY");
        assert_eq!((held.len(), number(&held[0][1])), (1, 10.0), "{positions}");
        let shown = rows_of(&positions["portfolio"], "SPY");
        let (price, value) = (number(&shown[0][2]), number(&shown[0][3]));
        assert!((value - 10.0 * price).abs() < 0.01, "{positions}");
        // What it cost, the commission of one dollar included.
        let cost = number(&held[0][2]);
        assert!((cost / price - 1.0).abs() < 0.02, "{positions}");
    }

    fn contract(&self) {
        let details = self.of("contract_details");
        assert_eq!(details["symbol"], "SPY");
        assert_eq!(details["currency"], "USD");
        assert_eq!(number(&details["min_tick"]), 0.01);
        assert_eq!(number(&details["rule"][0][1]), 0.01);
        assert_eq!(details["con_id"], self.of("positions")["positions"][0][3]);
        let hours = details["liquid_hours"].as_str().unwrap();
        assert!(hours.contains("20240110:0930-20240110:1600"), "{hours}");
        assert!(hours.contains("20240113:CLOSED"), "{hours}");
        assert_eq!(details["unknown"], 0);
        assert!(has(&details["codes"], 200), "{details}");
    }

    fn history(&self) {
        let history = self.of("history");
        // Yesterday whole, and today's first hour and some minutes.
        let count = rows(&history["bars"]).len();
        assert!((90..100).contains(&count), "{count} bars of five minutes");
        let num_days = rows(&history["days"]).len();
        assert!((9..=10).contains(&num_days), "{num_days} days in two weeks");
        for bar in rows(&history["bars"]).iter().chain(rows(&history["days"])) {
            sane(&bar[1], &bar[2], &bar[3], &bar[4]);
            assert!(number(&bar[5]) > 0.0, "{bar}");
        }
        let times: Vec<&str> =
            rows(&history["bars"]).iter().map(|bar| bar[0].as_str().unwrap()).collect();
        assert!(times.is_sorted(), "bars come in the order of time");
        assert!(number(&history["updates"]) >= 2.0, "a bar that grows is told");
    }

    fn streams(&self) {
        let bars = rows(&self.of("real_time_bars")["bars"]);
        assert!(bars.len() >= 3, "{bars:?}");
        for pair in bars.windows(2) {
            assert_eq!(number(&pair[1][0]) - number(&pair[0][0]), 5.0, "{pair:?}");
        }
        for bar in bars {
            sane(&bar[1], &bar[2], &bar[3], &bar[4]);
        }
        let ticks = self.of("ticks");
        let (bid, ask) = (number(&ticks["bid"]), number(&ticks["ask"]));
        assert!(0.0 < bid && bid < ask && ask < bid + 0.05, "{ticks}");
        assert!((number(&ticks["last"]) / bid - 1.0).abs() < 0.01, "{ticks}");
        assert_eq!(ticks["kind"], 1, "live data");
        assert!(number(&ticks["bid_size"]) > 0.0);
        for quote in rows(&ticks["quotes"]) {
            assert!(number(&quote[0]) < number(&quote[1]), "{quote}");
        }
    }

    fn market_orders(&self) {
        let orders = rows(&self.of("market_order")["orders"]);
        for (index, order) in orders.iter().enumerate() {
            let name = format!("market-{index}");
            assert_eq!((&order["status"], &order["reference"]), (&"Filled".into(), &name.into()));
            assert_eq!((number(&order["filled"]), number(&order["remaining"])), (300.0, 0.0));
            assert!(number(&order["perm_id"]) > 0.0);
            let (mut shares, mut spent, mut paid) = (0.0, 0.0, 0.0);
            for fill in rows(&order["fills"]) {
                shares += number(&fill["shares"]);
                spent += number(&fill["shares"]) * number(&fill["price"]);
                paid += number(&fill["commission"]);
                assert_eq!(number(&fill["cumulative"]), shares, "{order}");
                assert_eq!(fill["side"], "BOT");
                assert_eq!(fill["reference"], order["reference"]);
                assert_eq!(fill["report"], fill["id"], "a report of the costs of each fill");
            }
            assert_eq!(shares, 300.0, "{order}");
            assert!((spent / shares - number(&order["average"])).abs() < 1e-3, "{order}");
            // Half a cent a share.
            assert!((paid - 1.5).abs() < 0.01, "{order}");
        }
        let last = rows(&orders.last().unwrap()["fills"]);
        assert!(last.len() >= 2, "no order was filled in parts: {orders:?}");
    }

    fn working_orders(&self) {
        let limit = self.of("limit_and_cancel");
        assert_eq!(limit["is_working"], true);
        let found = rows_of(&limit["open"], "limit");
        assert_eq!(found, [&serde_json::json!(["limit", 1.0, 10.0, "GTC"])]);
        assert_eq!(limit["is_canceled"], true);
        assert!(has(&limit["codes"], 202), "{limit}");
        let bracket = self.of("bracket");
        assert_eq!(bracket["statuses"][0], "Filled", "{bracket}");
        for child in ["target", "stop"] {
            let found = rows_of(&bracket["parents"], child);
            assert_eq!((found.len(), &found[0][1]), (1, &bracket["entry_id"]), "{bracket}");
        }
        assert_eq!(bracket["ended"], serde_json::json!(["Cancelled", "Cancelled"]));
    }

    fn after_reconnect(&self) {
        let after = self.of("reconnect");
        let open = rows_of(&after["open"], "before-open");
        assert_eq!((open.len(), &open[0][1]), (1, &after["perm_id"]), "{after}");
        assert_eq!(after["canceled"], serde_json::json!(["Cancelled"]));
        let completed = rows_of(&after["completed"], "before-filled");
        assert_eq!((&completed[0][1], number(&completed[0][2])), (&"Filled".into(), 5.0));
        // Every execution of the day, exactly as it happened.
        let told: BTreeSet<(String, String)> = rows(&after["executions"])
            .iter()
            .map(|row| {
                let sign = if row[2] == "BOT" { 1.0 } else { -1.0 };
                let quantity = sign * number(&row[3]);
                (row[1].as_str().unwrap().to_owned(), format!("{quantity} {}", number(&row[4])))
            })
            .collect();
        assert_eq!(told, fills(&self.truth));
    }

    fn refusals(&self) {
        let refused = self.of("what_if_and_reject");
        let (margin, cost) = (number(&refused["init_margin"]), number(&refused["commission"]));
        assert!(margin > 0.0 && margin < 1e6, "{refused}");
        assert!((0.0..=1.0).contains(&cost), "{refused}");
        assert_eq!(refused["placed"], 0, "a question places nothing");
        assert!(["Inactive", "Cancelled"].contains(&refused["rejected"].as_str().unwrap()));
        for code in [110, 10147] {
            assert!(has(&refused["codes"], code), "{refused}");
        }
    }
}

#[track_caller]
fn sane(open: &Value, high: &Value, low: &Value, close: &Value) {
    let [open, high, low, close] = [open, high, low, close].map(number);
    let is_sane = low > 0.0 && low <= open.min(close) && open.max(close) <= high;
    assert!(is_sane, "open {open}, high {high}, low {low}, close {close}");
}

/// Executions of the ground truth: id, quantity with its sign and price.
fn fills(truth: &str) -> BTreeSet<(String, String)> {
    let cells = truth.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    cells
        .filter(|cells| cells[0] == "fill")
        .map(|cells| {
            let value = |index: usize| cells[index].parse::<f64>().unwrap();
            (cells[8].to_owned(), format!("{} {}", value(6), value(7)))
        })
        .collect()
}

fn check(driver: &str, version: i64) {
    let Some(told) = run(driver) else { return };
    told.connection(version);
    told.account();
    told.positions();
    told.contract();
    told.history();
    told.streams();
    told.market_orders();
    told.working_orders();
    told.after_reconnect();
    told.refusals();
}

#[test]
fn a_modern_client_understands_all_twelve_scenarios() {
    check("ib_async_driver.py", 178);
}

#[test]
fn an_old_client_understands_all_twelve_scenarios() {
    check("ibapi_driver.py", 157);
}
