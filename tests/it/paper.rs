//! Sessions of the binary: steered from outside, stopped, gone on, killed, proved.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;

const WAITS: usize = 600;

/// A session in the background, one row of the stream about every tenth of a second.
struct Running {
    child: Child,
}

impl Running {
    fn start(sandbox: &Sandbox, bundle: &str, session: &str) -> Self {
        let arguments = format!(
            "paper --agent {bundle} --session {session} --speed 864000 --output-format json"
        );
        let mut command = sandbox.command(&arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { child }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of a session, once it is as asked for.
fn wait_for(sandbox: &Sandbox, session: &str, is_meant: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..WAITS {
        let output = sandbox.run(&format!("status {session} --output-format json -q"));
        if output.status.success()
            && let Ok(status) = serde_json::from_slice::<Value>(&output.stdout)
            && is_meant(&status)
        {
            return status;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("session {session} did not come to where it was waited for");
}

fn state(status: &Value) -> &str {
    status["state"].as_str().unwrap_or_default()
}

// fault: halted_last_time
#[test]
fn a_session_is_paused_resumed_killed_and_released() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    let running = Running::start(&sandbox, &bundle, "s1");
    wait_for(&sandbox, "s1", |status| state(status) == "running");
    sandbox.succeed("pause s1 -q");
    wait_for(&sandbox, "s1", |status| state(status) == "paused");
    sandbox.succeed("resume s1 -q");
    wait_for(&sandbox, "s1", |status| state(status) == "running");
    sandbox.succeed("kill s1 -q");
    wait_for(&sandbox, "s1", |status| state(status) == "killed");
    drop(running);

    // The kill holds over the death of the process.
    let refused = sandbox.run(&format!("paper --agent {bundle} --session s1 -q"));
    assert_eq!(refused.status.code(), Some(5), "{}", sandbox.show(&refused));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("releat resume s1"));
    sandbox.succeed("resume s1 -q");
    let ended = sandbox.document(&format!("paper --agent {bundle} --session s1 -q"));
    assert_eq!(ended["complete"], true);
    let replayed = sandbox.document("replay s1 -q");
    assert_eq!(replayed["identical"], true);
    assert_eq!(replayed["rows"], ended["ledger"]["rows"]);
}

// fault: signal_once
#[test]
fn a_stopped_session_goes_on_and_ends_as_one_that_was_not() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    let whole = sandbox.document(&format!("paper --agent {bundle} --session whole -q"));
    let running = Running::start(&sandbox, &bundle, "parts");
    wait_for(&sandbox, "parts", |status| state(status) == "running");
    std::process::Command::new("kill")
        .args(["-INT", &running.child.id().to_string()])
        .status()
        .unwrap();
    let mut running = running;
    let mut stderr = running.child.stderr.take().unwrap();
    let code = running.child.wait().unwrap().code();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stderr, &mut text).unwrap();
    assert_eq!(code, Some(130), "{text}");
    assert!(text.contains("--session parts"), "{text}");
    let parts = sandbox.document(&format!("paper --agent {bundle} --session parts -q"));
    for key in ["equity_end", "decisions", "orders", "fills"] {
        assert_eq!(parts[key], whole[key], "{key}");
    }
    assert_eq!(sandbox.document("replay parts -q")["identical"], true);
}

// fault: ledger_touched
#[test]
fn a_touched_ledger_is_found_and_the_row_is_named() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    sandbox.succeed(&format!("paper --agent {bundle} --session s1 -q"));
    let path = sandbox.path("data/releat.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let needle = b"\"decided\":{\"time\"";
    let found = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    let digit = found + bytes[found..].iter().position(u8::is_ascii_digit).unwrap();
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    std::fs::write(&path, bytes).unwrap();
    let audited = sandbox.run("audit verify s1 -q");
    assert_eq!(audited.status.code(), Some(1), "{}", sandbox.show(&audited));
    assert!(
        String::from_utf8_lossy(&audited.stderr).contains("row "),
        "{}",
        sandbox.show(&audited)
    );
}

#[test]
fn two_bundles_trade_as_one() {
    let sandbox = Sandbox::with_agent();
    let first = sandbox.bundle().to_string_lossy().into_owned();
    let second =
        sandbox.document("train --config agents/tiny.yaml --seed 5 --no-eval -q")["bundle"]
            .as_str()
            .unwrap()
            .to_owned();
    let ended = sandbox.document(&format!("paper --agent {first} --agent {second} -q"));
    assert_eq!(ended["complete"], true);
    let session = ended["session"].as_str().unwrap();
    assert_eq!(sandbox.document(&format!("replay {session} -q"))["identical"], true);
}

// fault: agent_looser_limit
#[test]
fn a_looser_limit_is_refused() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle().to_string_lossy().into_owned();
    let arguments = format!(
        "paper --agent {bundle} -q --set risk.gross_exposure_max=1 --set trade.risk.gross_exposure_max=2"
    );
    let refused = sandbox.run(&arguments);
    assert_eq!(refused.status.code(), Some(2), "{}", sandbox.show(&refused));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("gross_exposure_max"));
}
