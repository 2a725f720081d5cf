//! A training that was killed or stopped goes on to the same bits.

use std::process::{Child, Stdio};
use std::time::Duration;

use releat::base::Stopwatch;

use crate::sandbox::Sandbox;

const LONGER: &str = "train --config agents/tiny.yaml --no-eval -q --output-format json \
    --set learner.ppo.total_env_steps=614400 --set train.checkpoint_every_seconds=1";

/// A learner with a buffer that is a part of the checkpoint.
const DEEP_Q: &str = "learner={dqn: {total_env_steps: 61440, learning_starts: 512, num_steps: 8, \
    buffer_size: 8192, prioritized: {}}}";

fn digest(text: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(text).unwrap();
    document["bundle_digest"].as_str().unwrap().to_owned()
}

/// Waits until the run has written a checkpoint, so that the kill comes in the middle.
fn wait_for_checkpoint(sandbox: &Sandbox, child: &mut Child) {
    let waiting = Stopwatch::start();
    while waiting.seconds() < 120.0 {
        let found = std::fs::read_dir(sandbox.path("data/runs")).is_ok_and(|mut runs| {
            runs.any(|run| run.is_ok_and(|run| has_progress(&run.path().join("checkpoint"))))
        });
        if found || child.try_wait().unwrap().is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no checkpoint within two minutes");
}

/// Whether a checkpoint beyond the first was written.
fn has_progress(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut found| {
        found.any(|entry| {
            let name = entry.unwrap().file_name().to_string_lossy().to_string();
            name.parse::<u64>().is_ok_and(|updates| updates > 0)
        })
    })
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn the_same_training_gives_the_same_digest() {
    let (first, second) = (Sandbox::with_agent(), Sandbox::with_agent());
    let command = "train --config agents/tiny.yaml --no-eval -q --output-format json";
    let expected = digest(&first.run(command).stdout);
    assert_eq!(digest(&second.run(command).stdout), expected);
    let alone = Sandbox::with_agent();
    let output = alone.command(command).env("RAYON_NUM_THREADS", "1").output().unwrap();
    assert_eq!(digest(&output.stdout), expected, "one thread gives other bits");
}

#[test]
fn deep_q_learning_goes_on_to_the_same_digest() {
    let words = |sandbox: &Sandbox| {
        let mut child = sandbox.command(
            "train --config agents/tiny.yaml --no-eval -q --output-format json \
                --set train.checkpoint_every_seconds=1",
        );
        child.args(["--set", DEEP_Q]);
        child
    };
    let straight = Sandbox::with_agent();
    let expected = digest(&words(&straight).output().unwrap().stdout);
    let sandbox = Sandbox::with_agent();
    let mut child = words(&sandbox).stdout(Stdio::null()).spawn().unwrap();
    wait_for_checkpoint(&sandbox, &mut child);
    signal(&child, "KILL");
    child.wait().unwrap();
    let resumed = words(&sandbox).args(["--resume", "must"]).output().unwrap();
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(digest(&resumed.stdout), expected);
}

#[test]
fn kill_nine_and_resume_give_the_same_digest() {
    let straight = Sandbox::with_agent();
    let expected = digest(&straight.run(LONGER).stdout);

    let sandbox = Sandbox::with_agent();
    let mut child = sandbox.command(LONGER).stdout(Stdio::null()).spawn().unwrap();
    wait_for_checkpoint(&sandbox, &mut child);
    signal(&child, "KILL");
    child.wait().unwrap();
    assert!(sandbox.succeed("runs list").contains("lost"));

    let resumed = sandbox.run(&format!("{LONGER} --resume must"));
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(digest(&resumed.stdout), expected);
}

#[test]
fn one_interrupt_stops_after_a_checkpoint_and_says_how_to_go_on() {
    let sandbox = Sandbox::with_agent();
    let command = LONGER.replace(" -q", " --no-progress");
    let mut child =
        sandbox.command(&command).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_checkpoint(&sandbox, &mut child);
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("--resume"), "{said}");

    let straight = Sandbox::with_agent();
    let resumed = sandbox.run(LONGER);
    assert_eq!(digest(&resumed.stdout), digest(&straight.run(LONGER).stdout));
}

// fault: signal_twice
#[test]
fn the_second_interrupt_ends_the_process_and_the_run_can_go_on() {
    let sandbox = Sandbox::with_agent();
    let mut child =
        sandbox.command(LONGER).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for_checkpoint(&sandbox, &mut child);
    signal(&child, "INT");
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let resumed = sandbox.run(&format!("{LONGER} --resume must"));
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    let straight = Sandbox::with_agent();
    assert_eq!(digest(&resumed.stdout), digest(&straight.run(LONGER).stdout));
}
