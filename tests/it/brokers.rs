//! Whole sessions at brokers: the binary, a simulated gateway in another process, TCP between them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Bars of five minutes, and orders that are cut in two.
const AGENT: &str = "\
name: tiny
seed: 1
universe: {symbols: [AAA, BBB], timeframe: 5min, calendar: XNYS}
data:
  source: {synthetic: {seed: 3}}
  train: 2015-01-01..2015-03-31
  validation: 2015-04-01..2015-04-30
  test: 2015-05-01..2015-05-15
features:
  - log_return: {window: 1}
  - z_score: {window: 20, input: volume}
transform: [standardize, squash]
env: {num_envs: 16, episode: {length_bars: 32}}
model: {gru: {encoder: 8, hidden: 8}}
learner:
  ppo: {total_env_steps: 2048, num_steps: 32, sequence_length: 16, minibatch_transitions: 256}
trade:
  sizing: {volatility_target: {volatility_annual: 0.1, scale_max: 1, window: 20, band: 0.02}}
  execution: {twap: {duration_s: 240, parts: 2}}
eval: {bootstrap: {samples: 100}}
";
/// Ten minutes before the opening.
const CLOCK: &str = "2026-03-02T14:20:00Z";
/// A day of six and a half hours in half a minute at the gateway, and in a minute at Alpaca, which answers 200 requests in a
/// minute of ours.
const SPEEDS: [(&str, &str); 2] = [("ibkr", "900"), ("alpaca", "450")];
pub(crate) const SECRET: &str = "canary-3f9b-secret";
pub(crate) const KEY: &str = "canary-71cc-key";

fn speed(broker: &str) -> &'static str {
    SPEEDS.iter().find(|(name, _)| *name == broker).unwrap().1
}

/// A simulated gateway in a process of its own.
pub(crate) struct Gateway {
    process: Child,
    pub(crate) port: u64,
}

impl Gateway {
    pub(crate) fn start(sandbox: &Sandbox, broker: &str, more: &str) -> Self {
        Self::start_at(sandbox, broker, speed(broker), more)
    }

    /// Starts it with a speed of its own.
    pub(crate) fn start_at(sandbox: &Sandbox, broker: &str, speed: &str, more: &str) -> Self {
        Self::launch(
            sandbox,
            &format!("sim {broker} --seed 1 --speed {speed} --clock {CLOCK} {more}"),
        )
    }

    /// Starts it with these words.
    pub(crate) fn launch(sandbox: &Sandbox, command: &str) -> Self {
        let mut command = sandbox.command(command);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address: Value = serde_json::from_str(&line).unwrap();
        Self { process, port: address["port"].as_u64().unwrap() }
    }

    /// Ends it in good order, so that it writes the truth down.
    pub(crate) fn end(mut self) {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn ready() -> (Sandbox, String) {
    let sandbox = Sandbox::empty();
    sandbox.write("agents/tiny.yaml", AGENT);
    sandbox.succeed("fetch --config agents/tiny.yaml -q");
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    (sandbox, bundle)
}

pub(crate) fn paper(
    sandbox: &Sandbox,
    bundle: &str,
    gateway: &Gateway,
    broker: &str,
    more: &str,
) -> Command {
    let port = gateway.port;
    let place = match broker {
        "ibkr" => format!("--set connectors.ibkr.port={port}"),
        _ => format!(
            "--set connectors.alpaca.base_url=http://127.0.0.1:{port} \
             --set connectors.alpaca.trading_url=http://127.0.0.1:{port}"
        ),
    };
    let mut command = sandbox.command(&format!(
        "paper --config agents/tiny.yaml --agent {bundle} --venue {broker} --speed {} --sessions 1 \
         --session day --output-format json {place} {more}",
        speed(broker)
    ));
    command.env("APCA_API_KEY_ID", KEY).env("APCA_API_SECRET_KEY", SECRET);
    command
}

/// What the gateway says really happened: for each order reference how often it was sent, and the cash at the end.
pub(crate) fn truth(sandbox: &Sandbox) -> (BTreeMap<String, usize>, f64) {
    let text = sandbox.read("truth.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (mut orders, mut cash) = (BTreeMap::new(), 0.0);
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        if row["row"] == "order" {
            *orders.entry(row["reference"].clone()).or_default() += 1;
        }
        if let Ok(found) = row["cash"].parse() {
            cash = found;
        }
    }
    (orders, cash)
}

/// The events of a kind in the log of the session `day`.
pub(crate) fn events(sandbox: &Sandbox, kind: &str) -> Vec<Value> {
    let text = sandbox.read("data/runs/sessions/day/events.jsonl");
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["event"] == kind).collect()
}

/// What must hold after every day: the ledger is whole, and says of the account what the gateway says.
pub(crate) fn agrees(sandbox: &Sandbox, document: &Value) {
    let (orders, cash) = truth(sandbox);
    assert!(orders.values().all(|&times| times == 1), "an order was sent twice: {orders:?}");
    let own = orders.keys().filter(|name| name.starts_with("releat-day-")).count();
    assert_eq!(Some(own as u64), document["orders"].as_u64(), "{orders:?}");
    let last = events(sandbox, "reconciled").pop().unwrap();
    assert!((last["cash"].as_f64().unwrap() - cash).abs() < 0.01, "{last} and {cash}");
    assert_eq!(document["complete"], true);
    assert_eq!(events(sandbox, "session_closed").len(), 1);
    let mismatches = events(sandbox, "alert");
    assert!(mismatches.iter().all(|alert| !alert.to_string().contains("stray")), "{mismatches:?}");
    sandbox.succeed("audit verify day");
    sandbox.succeed("replay day");
    assert!(sandbox.read("data/runs/sessions/day/report.html").contains("<svg"));
}

pub(crate) fn document(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

// fault: connection_lost, nightly_restart, paper_same_path
#[test]
fn a_day_at_the_gateway_with_its_nightly_restart() {
    let (sandbox, bundle) = ready();
    let restart =
        "faults:\n- {at: {time_s: 9000}, do: {restart: {down_s: 1.0, id_rollback: 40}}}\n";
    sandbox.write("faults.yaml", restart);
    let more = "--faults faults.yaml --ground-truth truth.csv --record frames";
    let gateway = Gateway::start(&sandbox, "ibkr", more);
    let day = document(&mut paper(&sandbox, &bundle, &gateway, "ibkr", ""));
    gateway.end();
    assert!(day["decisions"].as_u64().unwrap() > 10, "{day}");
    assert!(day["orders"].as_u64().unwrap() >= 2 && day["fills"].as_u64().unwrap() >= 2, "{day}");
    assert!(
        !events(&sandbox, "link_lost").is_empty() && !events(&sandbox, "link_restored").is_empty()
    );
    assert!(!events(&sandbox, "cost_known").is_empty(), "commissions come after their fills");
    agrees(&sandbox, &day);
    assert!(std::fs::read_dir(sandbox.path("frames")).unwrap().count() >= 2, "two connections");
}

// fault: paper_same_path
#[test]
fn a_day_at_alpaca_whose_keys_nobody_sees() {
    let (sandbox, bundle) = ready();
    let gateway = Gateway::start(&sandbox, "alpaca", "--ground-truth truth.csv");
    let mut command = paper(&sandbox, &bundle, &gateway, "alpaca", "-v");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    let output = child.wait_with_output().unwrap();
    gateway.end();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let day: Value = serde_json::from_slice(&output.stdout).unwrap();
    // How many bars of the morning are over when the past has been read is a matter of the machine.
    assert!(
        day["decisions"].as_u64().unwrap() > 10 && day["fills"].as_u64().unwrap() >= 2,
        "{day}"
    );
    agrees(&sandbox, &day);
    let mut places = files(&sandbox.path("data"));
    places.extend([
        ("arguments".into(), arguments),
        ("output".into(), output.stdout),
        ("errors".into(), output.stderr),
    ]);
    for (place, bytes) in places {
        let is_in =
            |secret: &str| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!is_in(SECRET) && !is_in(KEY), "a key is in {}", place.display());
    }
}

/// A secret that was typed in the wrong place is not told back.
#[test]
fn no_error_shows_a_key() {
    let sandbox = Sandbox::empty();
    let mut command = sandbox.command(&format!("paper --venue alpaca --agent runs/{SECRET} -v"));
    let output = command.env("APCA_API_KEY_ID", KEY).env("APCA_API_SECRET_KEY", SECRET).output();
    let output = output.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(0));
    assert!(errors.contains("runs/***") && !errors.contains(SECRET), "{errors}");
}

fn files(folder: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path, bytes));
        }
    }
    all
}

// fault: kill_9
#[test]
fn a_session_that_is_killed_in_the_middle_of_the_day_goes_on() {
    let (sandbox, bundle) = ready();
    let gateway = Gateway::start(&sandbox, "ibkr", "--ground-truth truth.csv");
    // Two deaths at moments that nobody chose; orders are out or not.
    for _ in 0..2 {
        let mut command = paper(&sandbox, &bundle, &gateway, "ibkr", "");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(6));
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let day = document(&mut paper(&sandbox, &bundle, &gateway, "ibkr", ""));
    gateway.end();
    agrees(&sandbox, &day);
}

// fault: live_without_limits, live_not_judged, live_made_up, live_not_confirmed, live_many_reasons
// fault: wrong_account
#[test]
fn live_refuses_with_every_reason_before_anybody_is_asked() {
    let (sandbox, bundle) = ready();
    // Nobody listens: a connection would be another error.
    let output = sandbox.run(&format!(
        "live --config agents/tiny.yaml --agent {bundle} --venue ibkr --account DU1 --set connectors.ibkr.port=7497"
    ));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{errors}");
    for words in [
        "port 7497 contradict",
        "account DU1 contradict",
        "made-up market",
        "limits that are not set",
        "no verdict of the gate",
        "--confirm \"trade tiny with real money on DU1\"",
    ] {
        assert!(errors.contains(words), "`{words}` is missing:\n{errors}");
    }
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let sandbox = Sandbox::empty();
    let closed =
        sandbox.run("doctor --broker ibkr --set connectors.ibkr.port=9 --output-format json");
    assert_eq!(closed.status.code(), Some(4));
    let found: Value = serde_json::from_slice(&closed.stdout).unwrap();
    assert_eq!(found["findings"][0]["check"], "connect");
    assert_eq!(found["findings"][0]["outcome"], "failed");
    assert_eq!(found["can_trade"], false);
    let card = sandbox.document("doctor --broker ibkr --card");
    let steps = card["steps"].as_array().unwrap();
    assert!(steps.len() >= 40);
    let is_whole = |step: &Value| step["step"] != "" && step["expected"] != "";
    assert!(steps.iter().all(is_whole));
}
