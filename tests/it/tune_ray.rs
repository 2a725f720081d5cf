//! A study on a real Ray head: one worker is killed, one job is stopped by hand, the head is restarted.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::tune_workers::{Ended, sandbox, table, undisturbed, wait_for};

/// A head on ports of its own, and its folder, whose path must be short.
struct Head {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Head {
    /// `None` with a line that says so where there is no Ray.
    fn start() -> Option<Self> {
        let program = program()?;
        let folder = PathBuf::from(format!("/tmp/rlt-{}", std::process::id()));
        let port = free_port();
        let child = spawn(&program, &folder, port);
        let head = Self { program, folder, port, child };
        head.wait();
        Some(head)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends all processes of the head and starts another at the same address.
    fn restart(&mut self) {
        self.end();
        self.child = spawn(&self.program, &self.folder, self.port);
        self.wait();
    }

    fn wait(&self) {
        wait_for("the head of Ray", || self.ask("GET", "/api/version").is_some());
    }

    /// The head is the leader of its group, in which all processes of Ray but those of jobs are.
    fn end(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }

    fn ask(&self, method: &str, path: &str) -> Option<String> {
        let url = format!("{}{path}", self.url());
        let mut curl = Command::new("curl");
        let done = curl.args(["-sf", "-m", "5", "-X", method, &url]).output().unwrap();
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Names of jobs that run.
    fn running(&self) -> Vec<String> {
        let text = self.ask("GET", "/api/jobs/").unwrap_or_default();
        let jobs: Value = serde_json::from_str(&text).unwrap_or_default();
        let jobs = jobs.as_array().cloned().unwrap_or_default();
        let runs = jobs.iter().filter(|job| job["status"] == "RUNNING");
        runs.filter_map(|job| job["submission_id"].as_str().map(str::to_owned)).collect()
    }
}

impl Drop for Head {
    fn drop(&mut self) {
        self.end();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(program: &Path, folder: &Path, port: u16) -> Child {
    let port = port.to_string();
    let [own, agent] = [free_port().to_string(), free_port().to_string()];
    Command::new(program)
        .args(["start", "--head", "--block", "--disable-usage-stats", "--num-cpus", "2"])
        .args(["--dashboard-host", "127.0.0.1", "--dashboard-port", &port, "--port", &own])
        .args(["--dashboard-agent-listen-port", &agent, "--node-ip-address", "127.0.0.1"])
        .args(["--object-store-memory", "100000000", "--temp-dir"])
        .arg(folder)
        .current_dir("/tmp")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os("RELEAT_RAY_BIN").map(PathBuf::from);
    let found = std::env::split_paths(&path).map(|folder| folder.join("ray"));
    let program = named.into_iter().chain(found).find(|program| program.is_file());
    if program.is_none() {
        eprintln!("skipped: no ray in PATH or RELEAT_RAY_BIN; pip install \"ray[default]\"");
    }
    program
}

/// The worker of a launch, by its command line.
fn process_of(launch: &str) -> Option<u32> {
    fs::read_dir("/proc").unwrap().find_map(|entry| {
        let entry = entry.unwrap();
        let id = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        // Not the shell that starts it, whose command is one word.
        let is_worker =
            words.windows(2).any(|two| two == [b"--name".as_slice(), launch.as_bytes()]);
        is_worker.then_some(id)
    })
}

/// Waits for a worker at work and gives the name of its launch and its process.
fn victim(head: &Head, spared: &[String]) -> (String, u32) {
    let mut found = None;
    wait_for("a job at work", || {
        let mut names = head.running().into_iter().filter(|name| !spared.contains(name));
        found = names.find_map(|name| process_of(&name).map(|id| (name, id)));
        found.is_some()
    });
    found.unwrap()
}

/// One that has just ended by itself is as good.
fn kill(process: u32) {
    let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
}

fn jobs_of(sandbox: &Sandbox) -> Vec<(String, u32)> {
    let script = "import sqlite3, sys\n\
                  for row in sqlite3.connect(sys.argv[1]).execute('SELECT state, attempt FROM jobs'):\n  \
                  print(*row)";
    let database = sandbox.path("data/releat.db");
    let done = Command::new("python3").args(["-c", script]).arg(database).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let row = |line: &str| {
        let (state, attempt) = line.split_once(' ').unwrap();
        (state.to_owned(), attempt.parse().unwrap())
    };
    text.lines().map(row).collect()
}

#[test]
fn a_kill_a_stop_and_a_restart_of_the_head_lose_and_double_nothing() {
    let Some(mut head) = Head::start() else { return };
    let place = format!(
        "executors: {{lease_s: 20, poll_s: 0.3, attempts_max: 9, ray: {{url: '{}', \
         limits: {{requests_per_s: 50, burst: 50}}}}}}\n",
        head.url()
    );
    let sandbox = sandbox(&place);
    let search = "tune --config agents/tiny.yaml -q --study one --executor ray";
    let mut search = Ended(sandbox.command(search).spawn().unwrap());

    let (killed, process) = victim(&head, &[]);
    kill(process);
    let (stopped, _) = victim(&head, std::slice::from_ref(&killed));
    assert!(head.ask("POST", &format!("/api/jobs/{stopped}/stop")).is_some());
    let (_, process) = victim(&head, &[killed, stopped]);
    // The machine of the head goes down with what runs on it.
    head.end();
    kill(process);
    std::thread::sleep(Duration::from_secs(1));
    head.restart();

    assert!(search.0.wait().unwrap().success());
    assert_eq!(table(&sandbox), undisturbed());
    let jobs = jobs_of(&sandbox);
    assert!(jobs.iter().all(|(state, _)| state == "done"), "{jobs:?}");
    assert!(jobs.iter().filter(|(_, attempt)| *attempt > 1).count() >= 1, "{jobs:?}");
}
