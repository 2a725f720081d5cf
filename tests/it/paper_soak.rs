//! A long session stays as small as it was.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::sandbox::Sandbox;

/// Growth of the resident set from the end of the first quarter to the end, a fraction.
const GROWTH_MAX: f64 = 0.02;
/// What a process may add in any case, KiB: pages of the allocator.
const SLACK_KIB: f64 = 2048.0;
/// Seconds of the stream in a second.
const SPEED: f64 = 3600.0 * 24.0;

/// Resident memory in KiB and open files of a process; `None` when it is gone.
fn size(pid: u32) -> Option<(f64, usize)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let resident = line.split_whitespace().nth(1)?.parse().ok()?;
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
    Some((resident, files))
}

/// `RELEAT_SOAK_S` is how long it runs, about; 0, the default, leaves it out.
#[test]
fn memory_and_files_of_a_long_session_do_not_grow() {
    let wanted = std::env::var_os("RELEAT_SOAK_S").and_then(|text| text.into_string().ok());
    let seconds: u64 = wanted.and_then(|text| text.parse().ok()).unwrap_or(0);
    if seconds == 0 {
        eprintln!("skipped: say how many seconds to soak with RELEAT_SOAK_S");
        return;
    }
    let sandbox = Sandbox::with_agent();
    sandbox.succeed("fetch --config agents/tiny.yaml -q");
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    let mut child = sandbox
        .command(&format!("paper --agent {bundle} --session soak --speed {SPEED} -q"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut sizes = Vec::new();
    for _ in 0..seconds {
        thread::sleep(Duration::from_secs(1));
        match size(child.id()) {
            Some(size) if child.try_wait().unwrap().is_none() => sizes.push(size),
            _ => break,
        }
    }
    let _ = child.kill();
    child.wait().unwrap();
    assert!(sizes.len() >= 8, "the session ended after {} s", sizes.len());
    let (first, last) = (sizes[sizes.len() / 4], sizes[sizes.len() - 1]);
    assert!(
        last.0 <= first.0 * (1.0 + GROWTH_MAX) + SLACK_KIB,
        "resident memory grew from {} to {} KiB",
        first.0,
        last.0
    );
    assert!(last.1 <= first.1, "open files grew from {} to {}", first.1, last.1);
}
