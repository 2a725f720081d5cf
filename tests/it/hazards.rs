//! Sessions of the binary whose settings, folders, signals, clock or neighbors are not as they should be.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use releat::base::{Stopwatch, Timestamp};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

use crate::brokers::{Gateway, agrees, document, events, paper, ready};
use crate::sandbox::{Sandbox, TINY_AGENT};

/// Longest wait for anything.
const WAIT_S: f64 = 60.0;
/// A session ends in good order within this; wide, as a busy machine may let a process wait.
const STOP_S: f64 = 15.0;

fn tiny() -> (Sandbox, String) {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    (sandbox, bundle)
}

/// A session in the background.
struct Running(Child);

impl Running {
    fn start(sandbox: &Sandbox, arguments: &str) -> Self {
        let mut command = sandbox.command(arguments);
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn output(mut self) -> Output {
        let stdout = self.0.stdout.take();
        let stderr = self.0.stderr.take();
        let status = self.0.wait().unwrap();
        let read = |from: Option<Box<dyn std::io::Read>>| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut from.unwrap(), &mut bytes).unwrap();
            bytes
        };
        let stdout = read(stdout.map(|it| Box::new(it) as Box<dyn std::io::Read>));
        let stderr = read(stderr.map(|it| Box::new(it) as Box<dyn std::io::Read>));
        Output { status, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        assert!(watch.seconds() < WAIT_S, "waited for {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Whether a file of a session has a text.
fn has(sandbox: &Sandbox, session: &str, file: &str, text: &str) -> bool {
    let path = sandbox.path(&format!("data/runs/sessions/{session}/{file}"));
    std::fs::read_to_string(path).is_ok_and(|found| found.contains(text))
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Ends with this code and with all of these words, and nothing was begun.
fn refused(sandbox: &Sandbox, command: &mut Command, code: i32, words: &[&str]) {
    let output = command.output().unwrap();
    let text = errors(&output);
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing:\n{text}");
    }
    assert!(!sandbox.path("data/runs/sessions").exists(), "a session was begun:\n{text}");
}

// fault: config_unknown_key, config_key_twice, config_wrong_type, config_no_yaml, config_no_text
// fault: config_empty, config_too_large, config_variables
#[test]
fn settings_that_are_wrong_begin_no_session() {
    let (sandbox, bundle) = tiny();
    let changed = |from: &str, to: &str| TINY_AGENT.replacen(from, to, 1).into_bytes();
    let wrong: [(&str, Vec<u8>, &[&str]); 7] = [
        (
            "unknown",
            format!("{TINY_AGENT}trade: {{sizng: {{}}}}\n").into_bytes(),
            &["sizng", "sizing", "unknown.yaml:"],
        ),
        ("twice", changed("seed: 1", "seed: 1\nseed: 2"), &["`seed`", "twice.yaml:3:1"]),
        ("type", changed("num_envs: 16", "num_envs: many"), &["num_envs", "type.yaml:"]),
        ("yaml", changed("{window: 1}", "{window: 1"), &["YAML", "yaml.yaml:"]),
        ("text", vec![0xff, 0xfe, 0, 1], &["text.yaml must be UTF-8"]),
        ("empty", Vec::new(), &["the file is empty", "empty.yaml"]),
        ("large", vec![b'#'; 3 << 20], &["large.yaml must be at most 1 MiB"]),
    ];
    let commands = ["paper", "paper --venue ibkr", "live --venue ibkr --account U1234567"];
    for (name, text, words) in wrong {
        sandbox.write(&format!("agents/{name}.yaml"), text);
        for command in commands {
            let line = format!("{command} --config agents/{name}.yaml --agent {bundle}");
            refused(&sandbox, &mut sandbox.command(&line), 2, words);
        }
    }
    for command in commands {
        let line = format!("{command} --agent {bundle}");
        for (variable, value, word) in [
            ("RELEAT_STROE__RUNS_DIR", "x", "did you mean `store`"),
            ("RELEAT_STORE__RUNS_DIR", "{", "RELEAT_STORE__RUNS_DIR={"),
        ] {
            let mut command = sandbox.command(&line);
            refused(&sandbox, command.env(variable, value), 2, &[word]);
        }
    }
    // Of two that set one key the one that says more precisely which wins, and what is written by hand beats both.
    for (more, folder) in [("", "exact"), ("--set store.runs_dir=hand", "hand")] {
        let mut command = sandbox.command(&format!("paper --agent {bundle} -q {more}"));
        command.env("RELEAT_STORE", "{runs_dir: wide}").env("RELEAT_STORE__RUNS_DIR", "exact");
        assert_eq!(command.output().unwrap().status.code(), Some(0));
        assert!(sandbox.path(&format!("{folder}/sessions")).exists(), "{folder}");
        assert!(!sandbox.path("wide").exists());
    }
}

// fault: folder_read_only
#[test]
fn places_that_cannot_be_written_begin_no_session() {
    let (sandbox, bundle) = tiny();
    for (key, path) in [("store.runs_dir", "/sys/runs"), ("store.url", "sqlite:///sys/releat.db")] {
        let line = format!("paper --agent {bundle} --set {key}={path}");
        refused(&sandbox, &mut sandbox.command(&line), 3, &[path.trim_start_matches("sqlite://")]);
    }
}

// fault: signal_once
#[test]
fn a_signal_ends_a_session_in_good_order() {
    let (sandbox, bundle) = tiny();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let name = format!("by{}", signal.to_lowercase());
        let line = format!("paper --agent {bundle} --session {name}");
        let running = Running::start(&sandbox, &format!("{line} --speed 864000"));
        until("a decision", || has(&sandbox, &name, "events.jsonl", "\"decision\""));
        let watch = Stopwatch::start();
        running.signal(signal);
        let output = running.output();
        assert!(watch.seconds() < STOP_S, "{} s", watch.seconds());
        assert_eq!(output.status.code(), Some(code), "{}", errors(&output));
        assert!(errors(&output).contains(&format!("--session {name}")), "{}", errors(&output));
        assert_eq!(sandbox.document(&format!("{line} -q"))["complete"], true);
        assert_eq!(sandbox.document(&format!("replay {name} -q"))["identical"], true);
    }
}

/// The loop stands still, so that it cannot hear the first signal.
// fault: signal_twice
#[test]
fn a_second_signal_ends_a_session_at_once() {
    let (sandbox, bundle) = tiny();
    sandbox.write("faults.yaml", "faults: [stall: {request: submit, ms: 50000}]\n");
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let name = format!("twice{}", signal.to_lowercase());
        let line = format!("paper --agent {bundle} --session {name}");
        let running = Running::start(&sandbox, &format!("{line} --faults faults.yaml"));
        until("an order", || has(&sandbox, &name, "venue.jsonl", "\n{\"submit\""));
        running.signal(signal);
        sleep(Duration::from_millis(300));
        let watch = Stopwatch::start();
        running.signal(signal);
        let output = running.output();
        assert!(watch.seconds() < STOP_S, "{} s", watch.seconds());
        assert_eq!((output.status.code(), output.status.signal()), (Some(code), None));
        // The stall was noted before it struck, and does not come again.
        assert_eq!(sandbox.document(&format!("{line} --faults faults.yaml -q"))["complete"], true);
        assert_eq!(sandbox.document(&format!("replay {name} -q"))["identical"], true);
    }
}

// fault: output_closed
#[test]
fn nobody_reads_what_a_session_says() {
    let (sandbox, bundle) = tiny();
    for json in ["", "--output-format json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let name = if json.is_empty() { "text" } else { "json" };
        let line = format!("paper --agent {bundle} --session {name} {json}");
        let mut command = sandbox.command(&line);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert!(!errors(&output).contains("anic"), "{}", errors(&output));
        assert_eq!(sandbox.document(&format!("audit verify {name} -q"))["verified"], true);
        assert!(has(&sandbox, name, "events.jsonl", "session_closed"));
    }
}

// fault: second_process
#[test]
fn a_second_process_is_told_who_trades() {
    let (sandbox, bundle) = tiny();
    let line = format!("paper --agent {bundle} --session one --speed 864000");
    let first = Running::start(&sandbox, &line);
    until("a decision", || has(&sandbox, "one", "events.jsonl", "\"decision\""));
    let second = sandbox.run(&line);
    assert_eq!(second.status.code(), Some(4), "{}", errors(&second));
    let process = format!("process {}", first.0.id());
    assert!(errors(&second).contains(&process), "{}", errors(&second));
    first.signal("-INT");
    assert_eq!(first.output().status.code(), Some(130));
    assert_eq!(sandbox.document("replay one -q")["identical"], true);
}

/// Ten versions later.
// fault: database_newer
#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (sandbox, bundle) = tiny();
    sandbox.succeed(&format!("paper --agent {bundle} --session old -q"));
    let path = sandbox.path("data/releat.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut link =
            SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        let sql = "INSERT INTO releat_schema (version, name, releat_version, applied_at) \
                   SELECT version + 10, 'later', '9.8.7', applied_at FROM releat_schema \
                   ORDER BY version DESC LIMIT 1";
        sqlx::query(sql).execute(&mut link).await.unwrap();
        link.close().await.unwrap();
    });
    let before = std::fs::read(&path).unwrap();
    for command in ["paper --session new", "paper --session old"] {
        let output = sandbox.run(&format!("{command} --agent {bundle}"));
        assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
        let text = errors(&output);
        assert!(text.contains("needs releat 9.8.7 or newer"), "{text}");
    }
    assert!(std::fs::read(&path).unwrap() == before, "the database was touched");
}

// fault: restart_other_settings, restart_other_model
#[test]
fn a_session_goes_on_with_its_own_settings_only() {
    let (sandbox, bundle) = tiny();
    let trained = sandbox.document("train --config agents/tiny.yaml --seed 5 --no-eval -q");
    let other = trained["bundle"].as_str().unwrap();
    let line = format!("paper --agent {bundle} --session s1");
    let running = Running::start(&sandbox, &format!("{line} --speed 864000"));
    until("a decision", || has(&sandbox, "s1", "events.jsonl", "\"decision\""));
    running.signal("-INT");
    assert_eq!(running.output().status.code(), Some(130));
    for (changed, what) in [
        (format!("paper --agent {other} --session s1"), "another bundles"),
        (format!("{line} --agent {other}"), "another bundles"),
        (format!("{line} --set trade.sizing.target_weights.band=0.02"), "another section `trade`"),
        (format!("{line} --set risk.gross_exposure_max=0.5"), "another limits"),
        (format!("{line} --range 2017-07-01..2017-08-31"), "another range"),
    ] {
        let output = sandbox.run(&changed);
        assert_eq!(output.status.code(), Some(5), "{changed}\n{}", errors(&output));
        assert!(errors(&output).contains(what), "{what}\n{}", errors(&output));
    }
    assert_eq!(sandbox.document(&format!("{line} -q"))["complete"], true);
    assert_eq!(sandbox.document("replay s1 -q")["identical"], true);
}

/// The clock of the wall an hour ahead for some seconds, then an hour behind.
const JUMPS: &str = "\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int (*real)(clockid_t, struct timespec *);
static long begin;
int clock_gettime(clockid_t which, struct timespec *time) {
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, \"clock_gettime\");
    int result = real(which, time);
    if (which == CLOCK_REALTIME) {
        struct timespec since;
        real(CLOCK_MONOTONIC, &since);
        if (!begin) begin = since.tv_sec;
        long passed = since.tv_sec - begin;
        if (passed >= 8 && passed < 14) time->tv_sec += 3600;
        if (passed >= 14) time->tv_sec -= 3600;
    }
    return result;
}
";

/// A library that makes the clock of a process jump; none where there is no compiler.
fn jumps(sandbox: &Sandbox) -> Option<String> {
    sandbox.write("jumps.c", JUMPS);
    let library = sandbox.path("jumps.so");
    let source = sandbox.path("jumps.c");
    let mut compiler = Command::new("cc");
    let made = compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let is_made = made.status().is_ok_and(|status| status.success());
    if !is_made {
        eprintln!("skipped: no C compiler makes the library that moves the clock");
    }
    is_made.then(|| library.to_string_lossy().into_owned())
}

/// How long the session took by the clock of the wall, minutes.
fn minutes(sandbox: &Sandbox) -> i64 {
    let card: Value =
        serde_json::from_str(&sandbox.read("data/runs/sessions/day/process.json")).unwrap();
    let at = |key: &str| card[key].as_str().unwrap().parse::<Timestamp>().unwrap().nanos();
    (at("ended_at") - at("began_at")) / 60_000_000_000
}

// fault: clock_jump
#[test]
fn a_clock_that_jumps_does_not_move_a_session() {
    let (sandbox, bundle) = ready();
    let Some(library) = jumps(&sandbox) else { return };
    let gateway = Gateway::start(&sandbox, "ibkr", "--ground-truth truth.csv");
    let mut command = paper(&sandbox, &bundle, &gateway, "ibkr", "");
    let day = document(command.env("LD_PRELOAD", library));
    gateway.end();
    assert!(minutes(&sandbox) < -50, "it ended before it began: {} min", minutes(&sandbox));
    assert!(day["decisions"].as_u64().unwrap() > 10, "{day}");
    assert!(events(&sandbox, "link_lost").is_empty(), "a clock is no connection");
    agrees(&sandbox, &day);
}

/// Much of what a broker can do to an account, on one day.
const BAD_DAY: &str = "\
faults:
- {at: {request: place_order, nth: 3}, do: {over_fill: {quantity: 3}}}
- {at: {reply: execution_data, nth: 2}, do: {correct: {price_change: -0.25}}}
- {at: {reply: order_status, nth: 3}, do: duplicate, times: 50}
- {at: {reply: execution_data, nth: 3}, do: {reorder: {frames: 3}}, times: 20, chance: 0.5}
- {at: {time_s: 5000}, do: {burst: {notices: 10000}}}
- {at: {time_s: 8000}, do: {unknown_message: {number: 777}}}
- {at: {time_s: 11000}, do: {link_lost: {time_s: 600, data: lost}}}
- {at: {time_s: 14000}, do: {competing_session: {time_s: 600}}}
- {at: {time_s: 17000}, do: {restart: {down_s: 1.0, id_rollback: 40}}}
";

// fault: unknown_message, frame_burst, paper_same_path, over_fill, correction
#[test]
fn a_day_on_which_much_goes_wrong_ends_with_the_truth() {
    let (sandbox, bundle) = ready();
    sandbox.write("faults.yaml", BAD_DAY);
    let more = "--faults faults.yaml --ground-truth truth.csv";
    let gateway = Gateway::start(&sandbox, "ibkr", more);
    let day = document(&mut paper(&sandbox, &bundle, &gateway, "ibkr", ""));
    gateway.end();
    assert!(events(&sandbox, "link_lost").len() >= 3, "unknown message, 1100, restart");
    assert!(!events(&sandbox, "data_stale").is_empty(), "10197");
    let alerts = events(&sandbox, "alert");
    let is_told = |what: &str| alerts.iter().any(|alert| alert.to_string().contains(what));
    assert!(is_told("over"), "more than was ordered: {alerts:?}");
    agrees(&sandbox, &day);
}

/// From now on the process gets no more memory: it goes on with what it has, or dies.
// fault: memory_limit
#[test]
fn memory_that_runs_out_is_a_death_like_any_other() {
    let (sandbox, bundle) = tiny();
    let line = format!("paper --agent {bundle} --session s1");
    let running = Running::start(&sandbox, &format!("{line} --speed 2000000"));
    until("a decision", || has(&sandbox, "s1", "events.jsonl", "\"decision\""));
    let limit = ["--pid", &running.0.id().to_string(), "--as=1:1"];
    if !Command::new("prlimit").args(limit).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no `prlimit` to keep memory from a process");
        return;
    }
    let died = running.output();
    let again = sandbox.run(&format!("{line} -q"));
    let is_over = again.status.code() == Some(2) && errors(&again).contains("is over (complete)");
    assert!(again.status.code() == Some(0) || is_over, "{}\n{}", died.status, errors(&again));
    assert_eq!(sandbox.document("replay s1 -q")["identical"], true);
    assert_eq!(sandbox.document("audit verify s1 -q")["verified"], true);
}
