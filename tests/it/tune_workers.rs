//! A study whose jobs worker processes do that share a Postgres, some of which are killed.

use std::process::{Child, Command};
use std::time::Duration;

use releat::base::Stopwatch;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, TINY_AGENT};
use crate::server::Server;

/// Eight trials that take long enough to be killed.
pub(crate) const TUNE: &str = "
train: {validate_every_updates: 16}
tune:
  trials: 8
  lookahead: 4
  sampler: random
  scheduler: {asha: {reduction: 2, grace_env_steps: 65536, max_env_steps: 262144}}
  space:
    learner.ppo.learning_rate: {log_uniform: [1e-4, 1e-2]}
    learner.ppo.gamma: {uniform: [0.3, 0.99]}
";

/// A sandbox with an agent to tune and a place.
pub(crate) fn sandbox(place: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("agents/tiny.yaml", format!("{TINY_AGENT}{TUNE}"));
    sandbox.write("configs/base.yaml", place);
    sandbox
}

/// What of a study must not depend on who did its jobs.
pub(crate) fn table(sandbox: &Sandbox) -> Value {
    let shown = sandbox.document("tune show one");
    let trials = shown["trials"].as_array().unwrap().iter();
    trials
        .map(|trial| {
            let keep = ["number", "params", "state", "value", "reports", "bracket"];
            json!(keep.map(|key| trial[key].clone()))
        })
        .collect()
}

/// The table of the same study, done in threads of one process.
pub(crate) fn undisturbed() -> Value {
    let sandbox = sandbox("{}");
    sandbox.succeed("tune --config agents/tiny.yaml -q --study one");
    table(&sandbox)
}

/// Waits until `is_so`, a few minutes at most.
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Stopwatch::start();
    while !is_so() {
        assert!(clock.seconds() < 300.0, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends what a failed test would leave behind.
pub(crate) struct Ended(pub(crate) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn place(url: &str) -> String {
    format!("store: {{url: '{url}'}}\nexecutors: {{lease_s: 3, poll_s: 0.1, attempts_max: 9}}\n")
}

fn spawn(mut command: Command) -> Ended {
    Ended(command.spawn().unwrap())
}

#[test]
fn two_of_four_workers_are_killed_and_nothing_is_lost_or_doubled() {
    let Some(server) = Server::get() else { return };
    let url = server.database();
    let sandbox = sandbox(&place(&url));
    let search = "tune --config agents/tiny.yaml -q --study one --executor worker";
    let mut search = spawn(sandbox.command(search));
    let worker =
        |name: usize| spawn(sandbox.command(&format!("worker -q --name w{name} --idle 30")));
    let mut workers: Vec<Ended> = (0..4).map(worker).collect();
    for victim in [0, 1] {
        let has_a_job =
            format!("SELECT 1 FROM jobs WHERE state = 'running' AND worker = 'w{victim}'");
        wait_for("a victim at work", || {
            // The table is there once the search has opened the store.
            let is_there = server.sql(&url, "SELECT to_regclass('jobs')");
            !is_there.trim().is_empty() && !server.sql(&url, &has_a_job).is_empty()
        });
        workers[victim].0.kill().unwrap();
        workers[victim].0.wait().unwrap();
    }
    assert!(search.0.wait().unwrap().success());
    assert_eq!(table(&sandbox), undisturbed());

    let count = |condition: &str| {
        let text = server.sql(&url, &format!("SELECT count(*) FROM jobs WHERE {condition}"));
        text.trim().parse::<usize>().unwrap()
    };
    assert_eq!(count("state NOT IN ('done', 'failed')"), 0);
    assert_eq!(count("state = 'failed'"), 0);
    assert!(count("attempt > 1") >= 1, "a killed one had a job that another did");
    assert!(count("worker IN ('w2', 'w3')") > 0);
}
