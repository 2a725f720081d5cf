//! Several accounts in one process: the binary, simulated gateways in other processes, TCP between them.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use releat::base::Stopwatch;
use serde_json::{Value, json};

use crate::brokers::{Gateway, KEY, SECRET, ready};
use crate::sandbox::Sandbox;

/// A day of six and a half hours in a minute and a half: three accounts share the machine.
const SPEED: &str = "300";
/// Far beyond what anything here takes on a machine that does something else besides.
const PATIENCE_S: f64 = 240.0;

/// What a session of a desk is, in a desk file.
fn entry(name: &str, venue: &str, account: &str, bundle: &str, gateway: &Gateway) -> String {
    let port = gateway.port;
    let place = match venue {
        "ibkr" => format!("connectors.ibkr.port: {port}"),
        _ => format!(
            "connectors.alpaca.base_url: \"http://127.0.0.1:{port}\", \
             connectors.alpaca.trading_url: \"http://127.0.0.1:{port}\""
        ),
    };
    let account = if account.is_empty() { String::new() } else { format!("account: {account}, ") };
    format!(
        "- {{name: {name}, venue: {venue}, {account}agents: [{bundle}], config: [agents/tiny.yaml], set: {{{place}}}}}\n"
    )
}

fn paper(sandbox: &Sandbox, more: &str) -> Command {
    let mut command = sandbox.command(&format!(
        "paper --desk desk.yaml --session day --speed {SPEED} --output-format json {more}"
    ));
    command.env("APCA_API_KEY_ID", KEY).env("APCA_API_SECRET_KEY", SECRET);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn log(sandbox: &Sandbox, session: &str) -> Vec<Value> {
    let path = sandbox.path(&format!("data/runs/sessions/{session}/events.jsonl"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(sandbox: &Sandbox, session: &str, event: &str) -> usize {
    log(sandbox, session).iter().filter(|row| row["event"] == event).count()
}

/// Waits until something is so, while the process lives.
fn wait(child: &mut Child, what: &str, is_so: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        let is_late = watch.seconds() > PATIENCE_S;
        if is_late || child.try_wait().unwrap().is_some() {
            child.kill().unwrap();
            let mut talk = String::new();
            child.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
            panic!("{}: {what}\n{talk}", if is_late { "not so" } else { "it ended before" });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows of a desk's document by the names of their sessions.
fn rows(output: &Output) -> BTreeMap<String, Value> {
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", told(output)));
    assert_eq!(document["schema_version"], 1);
    let sessions = document["sessions"].as_array().unwrap().iter();
    sessions.map(|row| (row["name"].as_str().unwrap().to_owned(), row.clone())).collect()
}

/// Cash at the end and orders of ours by the gateway's own books.
fn truth(sandbox: &Sandbox, file: &str, session: &str) -> (f64, u64) {
    let text = sandbox.read(file);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (mut cash, mut orders) = (0.0, 0);
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        if row["row"] == "order" && row["reference"].starts_with(&format!("releat-{session}-")) {
            orders += 1;
        }
        if let Ok(found) = row["cash"].parse() {
            cash = found;
        }
    }
    (cash, orders)
}

// fault: one_session_of_many_fails
#[test]
fn three_accounts_trade_a_day_and_one_is_killed_in_the_middle() {
    let (sandbox, bundle) = ready();
    let gateway = |broker: &str, more: &str| Gateway::start_at(&sandbox, broker, SPEED, more);
    let trend = gateway("ibkr", "--account DU11 --ground-truth trend.csv");
    let pairs = gateway("ibkr", "--account DU12 --ground-truth pairs.csv");
    let fund = gateway("alpaca", "--ground-truth fund.csv");
    let desk = [
        entry("trend", "ibkr", "DU11", &bundle, &trend),
        entry("pairs", "ibkr", "DU12", &bundle, &pairs),
        entry("fund", "alpaca", "", &bundle, &fund),
    ];
    sandbox.write("desk.yaml", format!("sessions:\n{}", desk.concat()));
    let mut child = paper(&sandbox, "--sessions 1").spawn().unwrap();
    let sessions = ["trend-day", "pairs-day", "fund-day"];
    wait(&mut child, "every account trades", || {
        sessions.iter().all(|session| count(&sandbox, session, "order_submitted") > 0)
    });
    let status = sandbox.document("status");
    let listed: Vec<&Value> = status["sessions"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), 3, "{status}");
    assert!(listed.iter().all(|row| row["is_running"] == true));
    assert!(sandbox.succeed("status").contains("ibkr:DU12"));
    // One alone is killed, by the beginning of its name.
    sandbox.succeed("kill pairs");
    let before = count(&sandbox, "trend-day", "decision");
    let output = child.wait_with_output().unwrap();
    let talk = told(&output);
    assert_eq!(output.status.code(), Some(0), "{talk}");
    assert!(talk.lines().any(|line| line.starts_with("trend: session trend-day")), "{talk}");
    for gateway in [trend, pairs, fund] {
        gateway.end();
    }
    let rows = rows(&output);
    assert_eq!(rows.len(), 3);
    for (name, row) in &rows {
        let session = format!("{name}-day");
        assert_eq!((&row["session"], &row["exit_code"]), (&session.clone().into(), &0.into()));
        assert_eq!((&row["complete"], &row["error"]), (&true.into(), &Value::Null), "{row}");
        let (cash, orders) = truth(&sandbox, &format!("{name}.csv"), &session);
        assert_eq!(row["orders"].as_u64(), Some(orders), "{name}: {row}");
        let log = log(&sandbox, &session);
        let last = log.iter().rev().find(|event| event["event"] == "reconciled").unwrap();
        assert!((last["cash"].as_f64().unwrap() - cash).abs() < 0.01, "{name}: {last}, {cash}");
        sandbox.succeed(&format!("audit verify {session}"));
        sandbox.succeed(&format!("replay {session}"));
        assert!(
            sandbox.read(&format!("data/runs/sessions/{session}/report.html")).contains("<svg")
        );
    }
    assert!(count(&sandbox, "trend-day", "decision") > before + 5, "the others trade on");
    assert!(rows["pairs"]["decisions"].as_u64() < rows["trend"]["decisions"].as_u64());
    // Nothing of it starts again: two are over, one was killed; all of it is told before anybody is asked.
    let again = paper(&sandbox, "--sessions 1").output().unwrap();
    assert_eq!(again.status.code(), Some(5), "{}", told(&again));
    for words in [
        "trend: session trend-day is over (complete)",
        "pairs: account `ibkr:DU12` was killed in session pairs-day",
        "releat resume pairs-day",
        "fund: session fund-day is over",
    ] {
        assert!(told(&again).contains(words), "`{words}` is missing:\n{}", told(&again));
    }
}

// fault: one_session_of_many_fails
#[test]
fn a_desk_is_stopped_and_killed_together_and_one_that_fails_stops_nobody() {
    let (sandbox, bundle) = ready();
    let first = Gateway::start_at(&sandbox, "ibkr", SPEED, "--account DU21");
    let second = Gateway::start_at(&sandbox, "alpaca", SPEED, "");
    let nobody = Gateway::start_at(&sandbox, "ibkr", SPEED, "--account DU22");
    let desk = [
        entry("trend", "ibkr", "DU21", &bundle, &first),
        entry("fund", "alpaca", "", &bundle, &second),
        entry("away", "ibkr", "DU22", &bundle, &nobody),
    ];
    nobody.end();
    sandbox.write("desk.yaml", format!("sessions:\n{}", desk.concat()));
    let mut child = paper(&sandbox, "").spawn().unwrap();
    wait(&mut child, "two of three trade", || {
        ["trend-day", "fund-day"].iter().all(|session| count(&sandbox, session, "decision") > 0)
    });
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let talk = told(&output);
    // The worst of: stopped, stopped, a gateway that is away.
    assert_eq!(output.status.code(), Some(4), "{talk}");
    assert!(talk.contains("away: error:") && talk.contains("--session day goes on"), "{talk}");
    let codes = |rows: &BTreeMap<String, Value>| -> Vec<u64> {
        ["trend", "fund", "away"].map(|name| rows[name]["exit_code"].as_u64().unwrap()).to_vec()
    };
    assert_eq!(codes(&rows(&output)), [143, 143, 4]);
    // The same command goes on; a signal kills what runs, all of it.
    let decided = count(&sandbox, "trend-day", "decision");
    let mut child = paper(&sandbox, "").spawn().unwrap();
    wait(&mut child, "both go on", || {
        count(&sandbox, "trend-day", "decision") > decided + 1
            && count(&sandbox, "fund-day", "session_started") > 1
    });
    signal(&child, "-USR1");
    wait(&mut child, "both were killed", || {
        ["trend-day", "fund-day"].iter().all(|session| count(&sandbox, session, "kill_asked") > 0)
    });
    let is_killed =
        |session: &str| sandbox.document(&format!("status {session}"))["is_killed"] == true;
    wait(&mut child, "the kill holds", || is_killed("trend-day") && is_killed("fund-day"));
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(codes(&rows(&output)), [130, 130, 4], "{}", told(&output));
    first.end();
    second.end();
    for session in ["trend-day", "fund-day"] {
        sandbox.succeed(&format!("audit verify {session}"));
        sandbox.succeed(&format!("replay {session}"));
    }
}

// fault: live_many_reasons
#[test]
fn a_desk_tells_everything_that_is_wrong_before_it_asks_anybody() {
    let (sandbox, bundle) = ready();
    let refused = |command: &str, code: i32, words: &[&str]| {
        let output = sandbox.run(command);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(code), "{command}\n{told}");
        for words in words {
            assert!(told.contains(words), "`{words}` is missing:\n{told}");
        }
    };
    // Nobody listens at these ports: a connection would be another error.
    let session = |name: &str, account: &str, more: &str| {
        format!("- {{name: {name}, venue: ibkr, account: {account}, agents: [{bundle}]{more}}}\n")
    };
    let same = [session("a", "DU1", ""), session("b", "DU1", "")].concat();
    sandbox.write("same.yaml", format!("sessions:\n{same}"));
    refused("paper --desk same.yaml", 2, &["same account DU1", "ensemble", "same.yaml:3:"]);
    sandbox.write("keys.yaml", "sessions:\n- {name: a, venue: ibkr, agnets: [x]}\n");
    refused("paper --desk keys.yaml", 2, &["keys.yaml:2:", "did you mean `agents`?"]);
    let wrong = [
        session("a", "U1", ""),
        session("b", "DU2", ", set: {connectors.ibkr.port: 7496, trade.sizing: {kelly: {}}}"),
        "- {name: c, venue: alpaca, agents: [nowhere]}\n".to_owned(),
    ];
    sandbox.write("wrong.yaml", format!("sessions:\n{}", wrong.concat()));
    refused(
        "paper --desk wrong.yaml",
        5,
        &[
            "no session of this desk may start",
            "a: releat paper and account U1 contradict",
            "b: releat paper and port 7496 contradict",
            "c: ",
            "nowhere",
        ],
    );
    let live = [session("a", "U1", ""), session("b", "U2", "")].concat();
    sandbox.write("live.yaml", format!("sessions:\n{live}"));
    sandbox.write("phrases", "trade tiny with real money on U1\n");
    refused(
        "live --desk live.yaml --confirm-file phrases --set connectors.ibkr.port=4001",
        5,
        &[
            "a: limits that are not set",
            "b: limits that are not set",
            "b: the confirmation must be `trade tiny with real money on U2`, word for word",
        ],
    );
    assert!(!sandbox.path("data/runs/sessions").exists(), "nothing was begun");
    let clients = session("a", "DU1", ", set: {connectors.ibkr.client_id: 3}")
        + &session("b", "DU2", ", set: {connectors.ibkr.client_id: 3}");
    sandbox.write("clients.yaml", format!("sessions:\n{clients}"));
    refused("paper --desk clients.yaml", 2, &["b: another session has client id 3"]);
    refused("paper --desk same.yaml --view", 2, &["shows one session", "releat status"]);
    refused("paper --desk same.yaml --account DU1", 2, &["`--account` does not go with --desk"]);
    refused("paper --desk same.yaml --config agents/tiny.yaml", 2, &["a key `config`"]);
    let schema: Value = serde_json::from_str(&sandbox.succeed("config schema --desk")).unwrap();
    assert_eq!(schema["title"], "releat desk file");
}

/// Halts, kills and what a session left are kept by the account's name at the broker, whether the session named it or not.
// fault: halted_last_time
#[test]
fn a_kill_holds_for_the_account_with_and_without_its_name() {
    let (sandbox, bundle) = ready();
    let held = "--account DU31 --position ZZZ=7@100";
    let gateway = Gateway::start_at(&sandbox, "ibkr", SPEED, held);
    let alone = |session: &str, more: &str| {
        let port = gateway.port;
        let mut command = sandbox.command(&format!(
            "paper --config agents/tiny.yaml --agent {bundle} --venue ibkr --speed {SPEED} --session {session} \
             --set connectors.ibkr.port={port} {more}"
        ));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let killed = |session: &str, more: &str, event: &str| {
        let mut child = alone(session, more).spawn().unwrap();
        wait(&mut child, event, || count(&sandbox, session, event) > 0);
        sandbox.succeed(&format!("kill {session}"));
        wait(&mut child, "nothing is under way", || {
            sandbox.document(&format!("status {session}"))["view"]["orders"] == json!([])
        });
        signal(&child, "-TERM");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143), "{}", told(&output));
        told(&output)
    };
    let refused = |session: &str, more: &str, by: &str| {
        let output = alone(session, more).output().unwrap();
        let told = told(&output);
        assert_eq!(output.status.code(), Some(5), "{told}");
        assert!(told.contains("`ibkr:DU31` was killed in session") && told.contains(by), "{told}");
    };
    let talk = killed("without", "", "order_filled");
    assert!(!talk.contains("ZZZ"), "nobody here trades it:\n{talk}");
    refused("next", "--account DU31", "session without");
    refused("next", "", "session without");
    sandbox.succeed("resume without");
    let talk = killed("with", "--account DU31", "reconciled");
    assert!(!talk.contains("our ledgers explain"), "the ledger of the first one does:\n{talk}");
    refused("next", "", "session with;");
    refused("next", "--account DU31", "session with;");
    let other = Gateway::start_at(&sandbox, "ibkr", SPEED, "--account DU32 --position AAA=10@100");
    let place = format!("--set connectors.ibkr.port={}", other.port);
    let talk = killed("stranger", &place, "reconciled");
    assert!(talk.contains("`ibkr:DU32` holds 10 AAA, our ledgers explain 0; it is taken over"));
    other.end();
    gateway.end();
}
