//! Kills of a session with a hundred open orders, by every trigger, also without database or disk; and the dead man.
//!
//! Each test prints how long the last cancel took. The limits asserted here are wide, as a busy machine may let a
//! process wait; docs/BENCHMARKS.md has the figures of a quiet one.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use releat::base::Stopwatch;
use releat::connectors::simulated::SimulatedVenue;
use releat::ports::OrderEnd;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

use crate::sandbox::Sandbox;

pub(crate) const NUM_ORDERS: usize = 100;
/// Longest wait for anything.
const WAIT_S: f64 = 60.0;
/// Longest time to the last cancel; the promise is 0.25 on a machine that is not busy.
const CANCEL_S_MAX: f64 = 2.0;
/// The seconds of a day take longer than any test.
const SPEED: &str = "600";
pub(crate) const TRIGGERS: [Trigger; 3] = [Trigger::Socket, Trigger::File, Trigger::Signal];

#[derive(Debug, Clone, Copy)]
pub(crate) enum Trigger {
    Socket,
    File,
    Signal,
}

/// A hundred symbols that are bought at once, by limit orders that wait for the next bar.
fn agent() -> String {
    let symbols: Vec<String> = (0..NUM_ORDERS).map(|index| format!("S{index:02}")).collect();
    let row = |cash: f64| {
        let weight = format!(", {:.4}", (1.0 - cash) / NUM_ORDERS as f64);
        format!("[{cash:.1}{}]", weight.repeat(NUM_ORDERS))
    };
    let rows: Vec<String> = (0..8).map(|tenths| row(0.1 * f64::from(tenths))).collect();
    format!(
        "\
name: hundred
seed: 1
universe: {{symbols: [{}], timeframe: 1d, calendar: XNYS}}
data:
  source: {{synthetic: {{seed: 3}}}}
  train: 2015-09-01..2015-12-31
  validation: 2016-01-01..2016-01-31
  test: 2016-02-01..2016-04-30
features:
  - log_return: {{window: 1}}
transform: [standardize, squash]
env:
  market: {{portfolio: {{actions: {{table: [hold, {}]}}}}}}
  num_envs: 4
  episode: {{length_bars: 16}}
model: {{gru: {{encoder: 8, hidden: 8}}}}
learner:
  ppo: {{total_env_steps: 128, num_steps: 16, sequence_length: 16, minibatch_transitions: 64}}
eval: {{bootstrap: {{samples: 100}}}}
trade:
  execution: {{passive: {{wait_s: 86400}}}}
",
        symbols.join(", "),
        rows.join(", ")
    )
}

pub(crate) fn ready() -> (Sandbox, String) {
    let sandbox = Sandbox::empty();
    let bundle = train(&sandbox);
    (sandbox, bundle)
}

/// The bundle of the agent with a hundred symbols.
pub(crate) fn train(sandbox: &Sandbox) -> String {
    sandbox.write("agents/hundred.yaml", agent());
    let trained = sandbox.document("train --config agents/hundred.yaml --no-eval -q");
    trained["bundle"].as_str().unwrap().to_owned()
}

/// Waits until `what` gives something.
pub(crate) fn until<T>(what: &str, pause: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(watch.seconds() < WAIT_S, "waited {WAIT_S} s for {what}");
        sleep(pause);
    }
}

/// What a file holds from a place on; nothing while there is no file.
pub(crate) fn text_from(path: &Path, offset: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

/// A session whose orders are open.
pub(crate) struct Session {
    pub(crate) child: Child,
    pub(crate) folder: PathBuf,
    /// The length of the venue's journal with the orders and nothing after them.
    offset: u64,
}

impl Session {
    pub(crate) fn start(sandbox: &Sandbox, bundle: &str, name: &str, more: &str) -> Self {
        Self::play(sandbox, bundle, name, &format!("--speed {SPEED} {more}"))
    }

    /// Waits until all orders of the first decision are at the venue.
    pub(crate) fn play(sandbox: &Sandbox, bundle: &str, name: &str, more: &str) -> Self {
        let arguments = format!("paper --agent {bundle} --session {name} {more}");
        let mut command = sandbox.command(&arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let folder = sandbox.path(&format!("data/runs/sessions/{name}"));
        let mut session = Self { child, folder, offset: 0 };
        let journal = session.journal();
        session.offset = until("a hundred orders", Duration::from_millis(5), || {
            let text = text_from(&journal, 0);
            (text.matches("\n{\"submit\"").count() == NUM_ORDERS && text.ends_with('\n'))
                .then_some(text.len() as u64)
        });
        session
    }

    /// Also waits until the session has heard that the venue has the orders.
    pub(crate) fn with_open_orders(sandbox: &Sandbox, bundle: &str, name: &str) -> Self {
        let session = Self::start(sandbox, bundle, name, "");
        let log = session.folder.join("events.jsonl");
        until("a hundred answers", Duration::from_millis(5), || {
            let text = text_from(&log, 0);
            (text.matches("\"order_accepted\"").count() == NUM_ORDERS).then_some(())
        });
        session
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join("venue.jsonl")
    }

    fn connect(&self) -> UnixStream {
        UnixStream::connect(self.folder.join("control.sock")).unwrap()
    }

    /// Asks at the control socket.
    pub(crate) fn ask(&self, command: &str) -> Value {
        let mut stream = self.connect();
        writeln!(stream, "{{\"command\":\"{command}\"}}").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    pub(crate) fn kill_by(&self, trigger: Trigger) {
        match trigger {
            // The answer comes once it is done: nobody waits for it here.
            Trigger::Socket => writeln!(self.connect(), "{{\"command\":\"kill\"}}").unwrap(),
            Trigger::File => {
                let file = OpenOptions::new().write(true).open(self.folder.join("kill")).unwrap();
                file.write_all_at(b"1", 0).unwrap();
            }
            Trigger::Signal => {
                let pid = self.child.id().to_string();
                assert!(Command::new("kill").args(["-USR1", &pid]).status().unwrap().success());
            }
        }
    }

    /// Seconds until the journal of the venue has the last cancel, and who sent it.
    pub(crate) fn last_cancel(&self, watch: &Stopwatch) -> (f64, &'static str) {
        let journal = self.journal();
        until("the last cancel", Duration::from_millis(1), || {
            let text = text_from(&journal, self.offset);
            let took_s = watch.seconds();
            match text.matches("{\"cancel\":").count() {
                NUM_ORDERS => Some((took_s, "the loop")),
                _ if text.contains("\"cancel_all\"\n") => Some((took_s, "the watchdog")),
                _ => None,
            }
        })
    }

    /// Every order is canceled, and none has traded.
    pub(crate) fn check_orders(&self, sandbox: &Sandbox) {
        // A copy: opening a journal may cut its end.
        let copy = sandbox.path("copy.jsonl");
        std::fs::copy(self.journal(), &copy).unwrap();
        let truth = SimulatedVenue::reopen(&copy).unwrap().truth();
        assert_eq!((truth.orders.len(), truth.fills.len()), (NUM_ORDERS, 0));
        for order in &truth.orders {
            let end = order.end.as_ref().map(|(end, _)| end);
            assert_eq!(end, Some(&OrderEnd::Canceled), "order {}", order.request.id);
        }
    }

    pub(crate) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

/// The next process of the account is refused until a human resumes.
pub(crate) fn check_sticky(sandbox: &Sandbox, bundle: &str, name: &str) {
    let refused = sandbox.run(&format!("paper --agent {bundle} --session {name} -q"));
    assert_eq!(refused.status.code(), Some(5), "{}", sandbox.show(&refused));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains(&format!("releat resume {name}")), "{text}");
}

pub(crate) fn told(what: &str, trigger: Trigger, (took_s, by): (f64, &str)) {
    let ms = 1e3 * took_s;
    eprintln!(
        "{what}, kill by {trigger:?}: the last of {NUM_ORDERS} orders after {ms:.0} ms, by {by}"
    );
    assert!(took_s <= CANCEL_S_MAX, "{what}, {trigger:?}: {took_s} s");
}

#[test]
fn every_trigger_cancels_a_hundred_orders_and_holds() {
    let (sandbox, bundle) = ready();
    for trigger in TRIGGERS {
        let name = format!("by-{trigger:?}").to_lowercase();
        let mut session = Session::with_open_orders(&sandbox, &bundle, &name);
        let watch = Stopwatch::start();
        session.kill_by(trigger);
        told("all well", trigger, session.last_cancel(&watch));
        session.check_orders(&sandbox);
        until("the state", Duration::from_millis(20), || {
            (session.ask("status")["view"]["state"] == "killed").then_some(())
        });
        session.end();
        check_sticky(&sandbox, &bundle, &name);
    }
}

/// Holds the database of the place so that nobody else can write.
struct Locked {
    runtime: tokio::runtime::Runtime,
    link: SqliteConnection,
}

impl Locked {
    fn new(path: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("sqlite://{}", path.display());
        let link = runtime.block_on(async {
            let mut link = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query("BEGIN EXCLUSIVE").execute(&mut link).await.unwrap();
            link
        });
        Self { runtime, link }
    }

    fn release(mut self) {
        self.runtime.block_on(async {
            sqlx::query("ROLLBACK").execute(&mut self.link).await.unwrap();
        });
    }
}

// fault: database_locked
#[test]
fn a_locked_database_does_not_keep_orders_open() {
    let (sandbox, bundle) = ready();
    for trigger in TRIGGERS {
        let name = format!("locked-{trigger:?}").to_lowercase();
        let mut session = Session::with_open_orders(&sandbox, &bundle, &name);
        let locked = Locked::new(&sandbox.path("data/releat.db"));
        let watch = Stopwatch::start();
        session.kill_by(trigger);
        told("database locked", trigger, session.last_cancel(&watch));
        session.check_orders(&sandbox);
        locked.release();
        session.end();
        check_sticky(&sandbox, &bundle, &name);
    }
}

/// From now on no file of the process may grow, as on a full disk; false where the system has no such command.
fn fill_disk(pid: u32) -> bool {
    let pid = pid.to_string();
    let done = Command::new("prlimit").args(["--pid", &pid, "--fsize=1:1"]).status();
    done.is_ok_and(|status| status.success())
}

// fault: disk_full
#[test]
fn a_full_disk_does_not_keep_orders_open() {
    let (sandbox, bundle) = ready();
    for trigger in TRIGGERS {
        let name = format!("full-{trigger:?}").to_lowercase();
        let mut session = Session::with_open_orders(&sandbox, &bundle, &name);
        if !fill_disk(session.child.id()) {
            eprintln!("skipped: there is no `prlimit` to keep the files of a process from growing");
            return;
        }
        let watch = Stopwatch::start();
        session.kill_by(trigger);
        // The venue's journal takes no line either: the session itself is asked.
        let took_s = until("the last cancel", Duration::from_millis(2), || {
            let alerts = session.ask("status")["view"]["alerts"].to_string();
            let done = format!("the watchdog canceled {NUM_ORDERS} orders");
            alerts.contains(&done).then(|| watch.seconds())
        });
        told("disk full", trigger, (took_s, "the watchdog"));
        // The engine hears it from the venue, after a command at the latest.
        until("the end of the orders", Duration::from_millis(20), || {
            session.ask("pause");
            let view = session.ask("status")["view"].clone();
            (view["orders"].as_array().map(Vec::len) == Some(0)).then_some(())
        });
        assert!(session.child.try_wait().unwrap().is_none(), "the process has died");
        session.end();
        assert_eq!(std::fs::read(session.folder.join("kill")).unwrap(), b"1");
        check_sticky(&sandbox, &bundle, &name);
    }
}

// fault: loop_hangs
#[test]
fn a_loop_that_hangs_loses_its_orders_within_a_second_of_the_limit() {
    const LIMIT_S: f64 = 1.0;
    let (sandbox, bundle) = ready();
    let script = format!("faults: [stall: {{request: submit, ms: 4000, nth: {NUM_ORDERS}}}]\n");
    sandbox.write("faults.yaml", script);
    let more = format!("--faults faults.yaml --set trade.risk.heartbeat_s_max={LIMIT_S}");
    let session = Session::start(&sandbox, &bundle, "hangs", &more);
    // The answer to the last order does not come.
    let watch = Stopwatch::start();
    let (took_s, by) = session.last_cancel(&watch);
    eprintln!("the loop hangs: all {NUM_ORDERS} orders canceled after {took_s:.2} s, by {by}");
    assert!(took_s <= LIMIT_S + 1.0, "{took_s} s");
    assert_eq!(by, "the watchdog");
    session.check_orders(&sandbox);
    // It lives again, and has learned what it was given.
    let view = until("the halt", Duration::from_millis(20), || {
        Some(session.ask("status")["view"].clone()).filter(|view| view["state"] == "halted")
    });
    assert_eq!(view["causes"], serde_json::json!(["dead_man"]), "{view}");
    let log = text_from(&session.folder.join("events.jsonl"), 0);
    assert!(log.contains("the loop has been silent for"), "{log}");
    // No decision of a human: the next process may start.
    assert_eq!(std::fs::read(session.folder.join("kill")).unwrap(), b"0");
}
