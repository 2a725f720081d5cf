//! A disk that is really full: a session on a small disk of its own, filled to the last byte.

use std::path::Path;
use std::time::Duration;

use releat::base::Stopwatch;
use sqlx::{Connection, SqliteConnection};

use crate::paper_kill::{
    NUM_ORDERS, Session, TRIGGERS, check_sticky, text_from, told, train, until,
};
use crate::sandbox::Sandbox;

const MEBIBYTES: u32 = 32;

/// What SQLite finds wrong with a file that nobody has open. A copy is asked: the disk has another path in here.
fn integrity(path: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("releat.db");
    std::fs::copy(path, &copy).unwrap();
    let _ = std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = format!("sqlite://{}", copy.display());
    runtime.block_on(async {
        let mut link = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut link).await.unwrap()
    })
}

/// Seconds until the last order is canceled, and by whom. The journal of the venue may have room for some lines and not
/// for all.
fn last_cancel(session: &Session, watch: &Stopwatch) -> (f64, &'static str) {
    until("the last cancel", Duration::from_millis(2), || {
        let journal = text_from(&session.journal(), 0);
        if journal.matches("{\"cancel\":").count() == NUM_ORDERS {
            return Some((watch.seconds(), "the loop"));
        }
        let alerts = session.ask("status")["view"]["alerts"].to_string();
        // It cancels what the loop has left.
        alerts.contains("the watchdog canceled").then(|| (watch.seconds(), "the watchdog"))
    })
}

/// Database, ledger, log, journal and kill file lie on the disk that is full.
// fault: disk_full
#[test]
fn a_disk_without_a_byte_left_does_not_keep_orders_open() {
    let Some(sandbox) = Sandbox::with_small_disk("data", MEBIBYTES) else { return };
    let bundle = train(&sandbox);
    for trigger in TRIGGERS {
        let name = format!("disk-{trigger:?}").to_lowercase();
        let mut session = Session::with_open_orders(&sandbox, &bundle, &name);
        sandbox.disk().fill();
        let watch = Stopwatch::start();
        session.kill_by(trigger);
        told("no space left on the disk", trigger, last_cancel(&session, &watch));
        // The engine hears it from the venue, after a command at the latest.
        let view = until("the end of the orders", Duration::from_millis(20), || {
            session.ask("pause");
            let view = session.ask("status")["view"].clone();
            (view["orders"].as_array().map(Vec::len) == Some(0)).then_some(view)
        });
        assert_eq!(view["state"], "killed", "{view}");
        assert!(session.child.try_wait().unwrap().is_none(), "the process has died");
        session.end();
        assert_eq!(std::fs::read(session.folder.join("kill")).unwrap(), b"1");
        // There is room again.
        sandbox.disk().free();
        assert_eq!(integrity(&sandbox.path("data/releat.db")), "ok");
        sandbox.succeed(&format!("audit verify {name}"));
        check_sticky(&sandbox, &bundle, &name);
    }
}

/// The venue trades on, as a broker would: only the database has no room.
// fault: disk_full
#[test]
fn a_database_without_room_lets_no_new_order_out() {
    let Some(sandbox) = Sandbox::with_small_disk("small", MEBIBYTES) else { return };
    let bundle = train(&sandbox);
    // A day in two seconds.
    let more = "--speed 43200 --set store.url=sqlite://small/releat.db";
    let mut session = Session::play(&sandbox, &bundle, "entries", more);
    sandbox.disk().fill();
    let state = || session.ask("status")["view"]["state"].as_str().unwrap_or_default().to_owned();
    until("the pause", Duration::from_millis(20), || (state() == "paused").then_some(()));
    let count = |what: &str| text_from(&session.journal(), 0).matches(what).count();
    let (submitted, rows) = (count("\n{\"submit\""), count("\n{\"advance\""));
    until("three more bars", Duration::from_millis(50), || {
        (count("\n{\"advance\"") >= rows + 3).then_some(())
    });
    // A human who does not know better changes nothing.
    session.ask("resume");
    until("three more bars", Duration::from_millis(50), || {
        (count("\n{\"advance\"") >= rows + 6).then_some(())
    });
    assert_eq!(count("\n{\"submit\""), submitted, "orders went out without a ledger");
    sandbox.disk().free();
    // The agent may hold for some days.
    until("orders again", Duration::from_secs(1), || {
        session.ask("resume");
        (count("\n{\"submit\"") > submitted).then_some(())
    });
    session.end();
    assert_eq!(integrity(&sandbox.path("small/releat.db")), "ok");
    sandbox.succeed("audit verify entries --set store.url=sqlite://small/releat.db");
    sandbox.succeed("replay entries --set store.url=sqlite://small/releat.db");
}
