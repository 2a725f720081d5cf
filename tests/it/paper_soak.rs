//! Weeks of trading on bars of a minute, at many times the speed of life: the process stays as small as it was.
//!
//! Six weeks warm up: caches of the database and of the allocator fill. Memory comes from the system in steps of some MB, so
//! what a week adds is the slope of a line through the twelve weeks after them.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::sandbox::Sandbox;

/// Seconds of the stream in a second: nights and weekends included, the eighteen weeks take about 75 s.
const SPEED: f64 = 150_000.0;
/// The speed, if another one is wanted; at 60 it takes two days.
const SPEED_VARIABLE: &str = "RELEAT_SOAK_SPEED";
/// Growth in a week, a fraction.
const GROWTH_MAX: f64 = 0.02;
const WEEKS: f64 = 17.7;
const PAUSE: Duration = Duration::from_millis(250);
/// 88 sessions of 390 minutes, less the last row, on which nothing is decided.
const DECISIONS: u64 = 88 * 390 - 1;

const AGENT: &str = "\
name: minutes
seed: 1
universe: {symbols: [AAA, BBB], timeframe: 1min, calendar: XNYS}
data:
  source: {synthetic: {seed: 3}}
  train: 2017-01-03..2017-01-13
  validation: 2017-01-17..2017-01-20
  test: 2017-02-27..2017-06-30
  embargo_bars: 0
features:
  - log_return: {window: 1}
  - z_score: {window: 20, input: volume}
transform: [standardize, squash]
env:
  num_envs: 16
  episode: {length_bars: 32}
model: {gru: {encoder: 8, hidden: 8}}
learner:
  ppo: {total_env_steps: 2048, num_steps: 32, sequence_length: 16, minibatch_transitions: 256}
eval: {bootstrap: {samples: 100}}
";

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Size {
    resident_kib: f64,
    files: usize,
}

/// Absent when the process is gone.
fn size(pid: u32) -> Option<Size> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
    Some(Size { resident_kib: kib("VmRSS:")?, files })
}

/// Whether the last row has been played: what comes then is the report.
fn is_closed(log: &Path) -> bool {
    let tail = || -> std::io::Result<String> {
        let mut file = std::fs::File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(8192)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    tail().is_ok_and(|text| text.contains("\"session_closed\""))
}

#[test]
fn weeks_of_minutes_leave_memory_and_files_as_they_were() {
    let speed = std::env::var_os(SPEED_VARIABLE).and_then(|text| text.into_string().ok());
    let speed: f64 = speed.and_then(|text| text.parse().ok()).unwrap_or(SPEED);
    let sandbox = Sandbox::empty();
    sandbox.write("agents/minutes.yaml", AGENT);
    let trained = sandbox.document("train --config agents/minutes.yaml --no-eval -q");
    let bundle = trained["bundle"].as_str().unwrap();
    let arguments =
        format!("paper --agent {bundle} --session soak --speed {speed} -q --output-format json");
    let mut command = sandbox.command(&arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let log = sandbox.path("data/runs/sessions/soak/events.jsonl");
    let mut sizes = Vec::new();
    while child.try_wait().unwrap().is_none() {
        let found = size(child.id());
        if is_closed(&log) {
            break;
        }
        // The session has begun.
        sizes.extend(found.filter(|_| log.exists()));
        thread::sleep(PAUSE);
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", sandbox.show(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["complete"], true);
    assert_eq!(document["decisions"].as_u64(), Some(DECISIONS), "{document}");
    check(&sizes, speed, &document);
}

/// What a week adds, over the last two thirds.
fn check(sizes: &[Size], speed: f64, document: &serde_json::Value) {
    assert!(sizes.len() >= 60, "only {} looks at the process", sizes.len());
    let (warm, rest) = sizes.split_at(sizes.len() / 3);
    let week = sizes.len() as f64 / WEEKS;
    let course: Vec<f64> = rest.iter().map(|size| size.resident_kib).collect();
    let growth = slope(&course) * week / course[0];
    // One more is open now and then, while a file is replaced or looked at.
    let least = |sizes: &[Size]| sizes.iter().map(|size| size.files).min().unwrap_or(0);
    let files = (least(&warm[warm.len() / 2..]), least(&rest[rest.len() / 2..]));
    eprintln!(
        "soak at {speed} times, {} looks, {} orders: resident {} -> {} KiB, {:+.2} % a week, files {} -> {}",
        sizes.len(),
        document["orders"],
        course[0],
        course[course.len() - 1],
        100.0 * growth,
        files.0,
        files.1,
    );
    assert!(growth <= GROWTH_MAX, "resident memory grows by {:.2} % a week", 100.0 * growth);
    assert!(files.1 <= files.0, "open files grew from {} to {}", files.0, files.1);
}

/// By how much one look is above the one before, by least squares.
fn slope(values: &[f64]) -> f64 {
    let middle = (values.len() - 1) as f64 / 2.0;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let (mut product, mut square) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let distance = index as f64 - middle;
        product += distance * (value - mean);
        square += distance * distance;
    }
    product / square
}
