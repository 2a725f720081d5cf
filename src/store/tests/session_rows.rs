//! Sessions, their ledgers, and the tables that are filled from them.

use super::places::{Place, later};
use crate::base::{Timestamp, digest_bytes};
use crate::domain::{Fill, OrderId, OrderRequest, Side, Symbol};
use crate::store::database::Link;
use crate::store::{
    Durability, OrderState, SessionDraft, SessionFact, SessionRow, Store, StoreError,
};

const NAME: &str = "turtle-1";

fn time() -> Timestamp {
    "2026-03-02T14:30:00.123456Z".parse().unwrap()
}

fn draft(session: &str) -> SessionDraft {
    SessionDraft {
        session: session.to_owned(),
        agent: "turtle".to_owned(),
        account: "sim".to_owned(),
        venue: "sim".to_owned(),
        folder: "runs/sessions/turtle-1".into(),
        manifest: "{}".to_owned(),
        started_at: time(),
    }
}

fn row(number: u64) -> SessionRow {
    let json = format!("{{\"row\":{number},\"text\":\"\\u0000 é 🦀\"}}");
    let head = digest_bytes(json.as_bytes());
    SessionRow::new(number, later(time(), i64::try_from(number).unwrap()), json, head)
}

fn rows(numbers: std::ops::RangeInclusive<u64>) -> Vec<SessionRow> {
    numbers.map(row).collect()
}

fn append(store: &Store, rows: &[SessionRow]) -> Result<(), StoreError> {
    store.append_ledger(NAME, rows, &[], Durability::Full)
}

// fault: restart_other_account
#[test]
fn a_session_begins_once_and_goes_on() {
    for place in Place::all() {
        let store = place.open();
        let kept = store.begin_session(&draft(NAME)).unwrap();
        assert_eq!((kept.draft, kept.rows, kept.ended_at), (draft(NAME), 0, None));
        append(&store, &rows(1..=3)).unwrap();
        store.end_session(NAME, "finished", later(time(), 60)).unwrap();
        let ended = store.session(NAME).unwrap().unwrap();
        assert_eq!(ended.outcome.as_deref(), Some("finished"));
        assert_eq!((ended.ended_at, ended.rows), (Some(later(time(), 60)), 3));
        let again = SessionDraft { started_at: later(time(), 99), ..draft(NAME) };
        let kept = store.begin_session(&again).unwrap();
        assert_eq!((kept.draft, kept.rows, kept.outcome), (draft(NAME), 3, None));
        let error = store
            .begin_session(&SessionDraft { account: "other".to_owned(), ..draft(NAME) })
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "session `turtle-1` is kept as agent turtle, account sim, venue sim and cannot become \
             agent turtle, account other, venue sim"
        );
        store.begin_session(&draft("later")).unwrap();
        let names: Vec<String> =
            store.sessions().unwrap().into_iter().map(|kept| kept.draft.session).collect();
        assert_eq!(names, ["later", NAME], "same time, then by name");
        assert!(store.session("none").unwrap().is_none());
    }
}

#[test]
fn rows_are_kept_in_order_and_once() {
    for place in Place::all() {
        let store = place.open();
        let missing = append(&store, &rows(1..=1)).unwrap_err().to_string();
        assert!(missing.starts_with("there is no session `turtle-1` in "), "{missing}");
        store.begin_session(&draft(NAME)).unwrap();
        store.append_ledger(NAME, &rows(1..=700), &[], Durability::Relaxed).unwrap();
        append(&store, &rows(1..=700)).unwrap();
        append(&store, &rows(699..=705)).unwrap();
        assert_eq!(store.ledger_rows(NAME, 0, 9_999).unwrap(), rows(1..=705));
        assert_eq!(store.ledger_rows(NAME, 10, 3).unwrap(), rows(10..=12));
        assert_eq!(store.ledger_tail(NAME).unwrap(), Some(row(705)));
        let error = append(&store, &rows(707..=708)).unwrap_err().to_string();
        assert!(error.ends_with("is kept as row 705 and cannot become row 706"), "{error}");
        let forged = SessionRow { head: "0".repeat(64), ..row(705) };
        let error = append(&store, &[forged, row(706)]).unwrap_err();
        assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
        assert_eq!(store.session(NAME).unwrap().unwrap().rows, 705);
    }
}

#[test]
fn risk_of_an_account_outlives_its_sessions() {
    for place in Place::all() {
        let store = place.open();
        assert_eq!(store.kept_risk("sim").unwrap(), None);
        store.keep_risk("sim", "{\"state\":\"active\"}").unwrap();
        store.keep_risk("sim", "{\"state\":\"halted\"}").unwrap();
        assert_eq!(store.kept_risk("sim").unwrap().as_deref(), Some("{\"state\":\"halted\"}"));
        assert_eq!(store.kept_risk("live").unwrap(), None);
    }
}

fn order(id: u64, signed: f64) -> SessionFact {
    let symbol: Symbol = "SPY".parse().unwrap();
    SessionFact::Order(OrderRequest::market(OrderId(id), symbol, signed, time()))
}

fn fill(name: &str, id: u64, signed: f64) -> Fill {
    Fill {
        execution_id: name.to_owned(),
        order_id: OrderId(id),
        symbol: "SPY".parse().unwrap(),
        side: Side::of(signed),
        quantity: signed.abs(),
        price: 400.25,
        cost: 1.5,
        time: time(),
    }
}

fn state(id: u64, state: OrderState) -> SessionFact {
    SessionFact::State { order_id: OrderId(id), state, reason: None, time: time() }
}

/// One row per fact, and what the tables say then: state and filled of each order, quantity of each fill, position.
fn check(facts: &[SessionFact], orders: &[(&str, f64)], fills: &[(&str, f64)], position: f64) {
    for place in Place::all() {
        let store = place.open();
        store.begin_session(&draft(NAME)).unwrap();
        let rows = rows(1..=facts.len() as u64);
        let facts: Vec<_> = (1..).zip(facts.iter().cloned()).collect();
        store.append_ledger(NAME, &rows, &facts, Durability::Full).unwrap();
        store.append_ledger(NAME, &rows, &facts, Durability::Full).unwrap();
        let found: Vec<_> = store.session_orders(NAME).unwrap();
        let found: Vec<_> = found.iter().map(|order| (&*order.state, order.filled)).collect();
        assert_eq!(found, orders);
        let found: Vec<_> = store.session_fills(NAME).unwrap();
        let found: Vec<_> = found.iter().map(|f| (&*f.execution_id, f.quantity)).collect();
        assert_eq!(found, fills);
        let found = store.session_positions(NAME).unwrap();
        assert_eq!(found.first().map_or(0.0, |position| position.quantity), position);
    }
}

#[test]
fn fills_make_orders_and_positions() {
    let filled = |name: &str, id, signed| SessionFact::Fill(fill(name, id, signed));
    check(
        &[order(1, 10.0), state(1, OrderState::Accepted), filled("a", 1, 4.0)],
        &[("accepted", 4.0)],
        &[("a", 4.0)],
        4.0,
    );
    check(
        &[order(1, 10.0), filled("a", 1, 4.0), filled("a", 1, 4.0), filled("b", 1, 6.0)],
        &[("filled", 10.0)],
        &[("a", 4.0), ("b", 6.0)],
        10.0,
    );
    // Late: the order is over, the position moves all the same.
    check(
        &[order(1, -10.0), state(1, OrderState::Canceled), filled("a", 1, -10.0)],
        &[("canceled", 10.0)],
        &[("a", 10.0)],
        -10.0,
    );
    // A protective rule closes under the number of the entry.
    check(
        &[order(1, 10.0), filled("a", 1, 10.0), filled("stop", 1, -10.0)],
        &[("filled", 10.0)],
        &[("a", 10.0), ("stop", 10.0)],
        0.0,
    );
    // Somebody else's execution in a snapshot.
    check(&[order(1, 10.0), filled("x", 7, 5.0)], &[("sent", 0.0)], &[], 0.0);
}

#[test]
fn states_and_corrections_come_in_any_order() {
    let filled = |name: &str, id, signed| SessionFact::Fill(fill(name, id, signed));
    let corrected = |wrong: &str, name: &str, id, signed| SessionFact::Correction {
        execution_id: wrong.to_owned(),
        fill: fill(name, id, signed),
    };
    check(
        &[order(1, 10.0), filled("a", 1, 10.0), state(1, OrderState::Accepted)],
        &[("filled", 10.0)],
        &[("a", 10.0)],
        10.0,
    );
    check(
        &[order(1, 10.0), state(1, OrderState::Unknown), state(1, OrderState::NeverArrived)],
        &[("never_arrived", 0.0)],
        &[],
        0.0,
    );
    check(
        &[
            order(1, 10.0),
            filled("a.01", 1, 6.0),
            corrected("a.01", "a.02", 1, 5.0),
            order(2, -1.0),
        ],
        &[("sent", 5.0), ("sent", 0.0)],
        &[("a.02", 5.0)],
        5.0,
    );
    check(
        &[order(1, 10.0), filled("a", 1, 6.0), corrected("a", "a", 1, 0.0)],
        &[("sent", 0.0)],
        &[],
        0.0,
    );
}

#[test]
fn costs_reasons_and_alerts_can_be_asked_for() {
    for place in Place::all() {
        let store = place.open();
        store.begin_session(&draft(NAME)).unwrap();
        let reason = Some("no shares".to_owned());
        let rejected = SessionFact::State {
            order_id: OrderId(2),
            state: OrderState::Rejected,
            reason: reason.clone(),
            time: time(),
        };
        let alert = |kind: &str| SessionFact::Alert {
            kind: kind.to_owned(),
            detail: "{}".to_owned(),
            time: time(),
        };
        let risk = SessionFact::Risk { account: "sim".to_owned(), risk: "{}".to_owned() };
        let facts = [
            (1, order(1, 1.0)),
            (1, SessionFact::Fill(fill("a", 1, 1.0))),
            (1, SessionFact::Cost { execution_id: "a".to_owned(), cost: 0.25 }),
            (2, order(2, 2.0)),
            (2, rejected),
            (2, alert("halted")),
            (2, alert("resumed")),
            (2, risk),
        ];
        store.append_ledger(NAME, &rows(1..=2), &facts, Durability::Full).unwrap();
        let orders = store.session_orders(NAME).unwrap();
        assert_eq!((&*orders[1].kind, &orders[1].reason), ("\"market\"", &reason));
        assert_eq!((orders[1].ledger_row, orders[1].decided_at), (2, time()));
        let fills = store.session_fills(NAME).unwrap();
        assert_eq!((fills[0].cost, fills[0].price, fills[0].time), (0.25, 400.25, time()));
        let alerts = store.session_alerts(NAME).unwrap();
        let kinds: Vec<_> = alerts.iter().map(|a| (a.ledger_row, &*a.kind, a.time)).collect();
        assert_eq!(kinds, [(2, "halted", time()), (2, "resumed", time())]);
        assert_eq!(store.kept_risk("sim").unwrap().as_deref(), Some("{}"));
    }
}

#[test]
fn a_ledger_is_forced_to_the_disk_and_waits_briefly() {
    let place = Place::sqlite();
    let store = place.open();
    store.begin_session(&draft(NAME)).unwrap();
    let pragmas = |durability| {
        store.write_ledger(durability, async |link| {
            let sync = link.row("look", "PRAGMA synchronous", &[], |row| row.int(0)).await?;
            let busy = link.row("look", "PRAGMA busy_timeout", &[], |row| row.int(0)).await?;
            Ok((sync.unwrap(), busy.unwrap()))
        })
    };
    assert_eq!(pragmas(Durability::Full).unwrap(), (2, 1_000), "2 is FULL");
    assert_eq!(pragmas(Durability::Relaxed).unwrap(), (1, 1_000), "1 is NORMAL");
    assert_eq!(pragmas(Durability::Full).unwrap(), (2, 1_000));
}

/// SQLite takes a transaction back by itself where it finds no room; that must not spoil the connection.
// fault: disk_full
#[test]
fn a_ledger_goes_on_when_the_disk_has_room_again() {
    for place in Place::all() {
        let store = place.open();
        if !store.url().starts_with("sqlite") {
            continue;
        }
        store.begin_session(&draft(NAME)).unwrap();
        append(&store, &rows(1..=3)).unwrap();
        // Not one page more, for as long as this connection lives.
        let limit = async |link: &mut Link<'_>| {
            link.run("obey", "PRAGMA max_page_count = 1", &[]).await.map(drop)
        };
        store.write_ledger(Durability::Full, limit).unwrap();
        let large = SessionRow { json: "x".repeat(1 << 20), ..row(4) };
        let error = append(&store, &[large]).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("full"), "{cause}");
        append(&store, &rows(4..=5)).unwrap();
        assert_eq!(store.ledger_rows(NAME, 1, 9).unwrap(), rows(1..=5));
    }
}
