//! Sessions that lose their folder, their processor or their Postgres: orders can still be canceled, and alarms are heard.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use releat::base::Stopwatch;

use crate::paper_kill::{NUM_ORDERS, Session, Trigger, check_sticky, ready, text_from, until};
use crate::server::Server;

/// Longest time to the last cancel on a machine that has better things to do.
const CANCEL_S_MAX: f64 = 10.0;

// fault: log_folder_gone
#[test]
fn log_dir_gone_hides_no_alarm_and_the_session_can_be_found_and_killed() {
    let (sandbox, bundle) = ready();
    let mut session = Session::with_open_orders(&sandbox, &bundle, "gone");
    std::fs::remove_dir_all(&session.folder).unwrap();
    until("the folder", Duration::from_millis(50), || {
        (session.folder.join("process.json").exists() && session.folder.join("kill").exists())
            .then_some(())
    });
    assert!(session.child.try_wait().unwrap().is_none(), "the process has died");
    let killed = sandbox.run("kill gone -q");
    // The socket is gone with the folder: by the file it is asked for and not answered.
    assert_eq!(killed.status.code(), Some(6), "{}", sandbox.show(&killed));
    let log = until("the last cancel", Duration::from_millis(5), || {
        let text = text_from(&session.folder.join("events.jsonl"), 0);
        let by_loop = text.matches("\"order_canceled\"").count() == NUM_ORDERS;
        (by_loop && text.contains("\"alert\"")).then_some(text)
    });
    assert!(log.contains("\"log_made_again\"") && log.contains("\"folder_gone\""), "{log}");
    session.end();
    check_sticky(&sandbox, &bundle, "gone");
}

/// Loops that want a processor each.
struct Busy(Vec<Child>);

impl Busy {
    fn new(count: usize) -> Self {
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self((0..count).map(|_| spin()).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

// fault: cpu_starved
#[test]
fn cpu_starved_a_session_still_cancels_on_every_trigger() {
    let (sandbox, bundle) = ready();
    for trigger in [Trigger::Socket, Trigger::File, Trigger::Signal] {
        let name = format!("starved-{trigger:?}").to_lowercase();
        let mut session = Session::with_open_orders(&sandbox, &bundle, &name);
        let pid = session.child.id().to_string();
        let mut renice = Command::new("renice");
        renice.args(["-n", "19", "-p", &pid]).stdout(Stdio::null());
        let is_nice = renice.status().is_ok_and(|status| status.success());
        let busy = Busy::new(4);
        std::thread::sleep(Duration::from_secs(2));
        let watch = Stopwatch::start();
        session.kill_by(trigger);
        let (took_s, by) = session.last_cancel(&watch);
        drop(busy);
        eprintln!("starved (nice 19: {is_nice}), kill by {trigger:?}: {took_s:.2} s, by {by}");
        assert!(took_s <= CANCEL_S_MAX, "{took_s} s");
        session.check_orders(&sandbox);
        session.end();
        check_sticky(&sandbox, &bundle, &name);
    }
}

// fault: database_gone
#[test]
fn pg_gone_in_the_middle_does_not_keep_orders_open_and_nothing_is_lost() {
    let Some(server) = Server::get() else { return };
    let (url, other) = (server.database(), server.database());
    let name = url.rsplit_once("@/").unwrap().1.split('?').next().unwrap().to_owned();
    let allow = |is_allowed: bool| {
        server.sql(&other, &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {is_allowed}"));
    };
    let (sandbox, bundle) = ready();
    let more = format!("--set store.url={url}");
    let mut session = Session::start(&sandbox, &bundle, "pg", &more);
    allow(false);
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ";
    server.sql(&other, &format!("{end}'{name}'"));
    let watch = Stopwatch::start();
    session.kill_by(Trigger::File);
    let (took_s, by) = session.last_cancel(&watch);
    eprintln!("Postgres gone: the last of {NUM_ORDERS} orders after {took_s:.2} s, by {by}");
    assert!(took_s <= CANCEL_S_MAX, "{took_s} s");
    session.check_orders(&sandbox);
    assert!(session.child.try_wait().unwrap().is_none(), "the process has died");
    allow(true);
    // The ledger is written as soon as it can be, and is whole.
    until("the ledger", Duration::from_millis(200), || {
        session.ask("pause");
        let audit = sandbox.run(&format!("audit verify pg {more} -q --output-format json"));
        let rows = sandbox.run(&format!("ledger export pg {more} --output rows.csv -q"));
        let has_kill = rows.status.success() && sandbox.read("rows.csv").contains("killed");
        (audit.status.success() && has_kill).then_some(())
    });
    session.end();
}
