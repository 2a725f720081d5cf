//! Weeks of trading on bars of a minute, at many times the speed of life: the process stays as small as it was.
//!
//! The first week warms up. What the process holds on the weekend after it and on the weekend two weeks later is the same:
//! on a weekend nothing moves, so that what is measured is kept and not on its way.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::sandbox::Sandbox;

/// Seconds of the stream in a second: the three weeks and the weekends around take about 55 s.
const SPEED: f64 = 36_000.0;
/// The speed, if another one is wanted; at 60 it takes nine hours a day.
const SPEED_VARIABLE: &str = "RELEAT_SOAK_SPEED";
/// Growth in two weeks, a fraction.
const GROWTH_MAX: f64 = 0.02;
/// The last bars before the two weekends.
const FRIDAYS: [&str; 2] = ["2017-03-03T21:00:00Z", "2017-03-17T20:00:00Z"];
const PAUSE: Duration = Duration::from_millis(100);
/// 16 sessions of 390 minutes, less the last row, on which nothing is decided.
const DECISIONS: u64 = 16 * 390 - 1;

const AGENT: &str = "\
name: minutes
seed: 1
universe: {symbols: [AAA, BBB], timeframe: 1min, calendar: XNYS}
data:
  source: {synthetic: {seed: 3}}
  train: 2017-01-03..2017-01-13
  validation: 2017-01-17..2017-01-20
  test: 2017-02-27..2017-03-20
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

/// The end of a file that grows.
fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(8192)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

/// When the last row was that the venue has passed.
fn clock(journal: &Path) -> Option<String> {
    let text = tail(journal);
    let (_, last) = text.rsplit_once("{\"advance\":")?;
    let (_, time) = last.split_once("\"time\":\"")?;
    time.split('"').next().map(str::to_owned)
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
    let journal = sandbox.path("data/runs/sessions/soak/venue.jsonl");
    let mut weekends = [Vec::new(), Vec::new()];
    while child.try_wait().unwrap().is_none() {
        let time = clock(&journal);
        let weekend = FRIDAYS.iter().position(|friday| time.as_deref() == Some(*friday));
        if let Some((weekend, size)) = weekend.zip(size(child.id())) {
            weekends[weekend].push(size);
        }
        thread::sleep(PAUSE);
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", sandbox.show(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["complete"], true);
    assert_eq!(document["decisions"].as_u64(), Some(DECISIONS), "{document}");
    let [before, after] = weekends.map(|looks| middle(&looks));
    let growth = after.resident_kib / before.resident_kib - 1.0;
    eprintln!(
        "soak at {speed} times, {} orders: resident {} -> {} KiB, {:+.2} % in two weeks, files {} -> {}",
        document["orders"],
        before.resident_kib,
        after.resident_kib,
        100.0 * growth,
        before.files,
        after.files,
    );
    assert!(growth <= GROWTH_MAX, "resident memory grew by {:.2} %", 100.0 * growth);
    assert_eq!(after.files, before.files, "open files");
}

/// The look in the middle; of files the fewest, as one more is open now and then while a file is replaced or looked at.
fn middle(looks: &[Size]) -> Size {
    assert!(looks.len() >= 10, "only {} looks at the process on a weekend", looks.len());
    let mut resident: Vec<f64> = looks.iter().map(|size| size.resident_kib).collect();
    resident.sort_by(f64::total_cmp);
    let files = looks.iter().map(|size| size.files).min().unwrap_or(0);
    Size { resident_kib: resident[resident.len() / 2], files }
}
