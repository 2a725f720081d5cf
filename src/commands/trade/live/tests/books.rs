//! How an account stands by our own books: halts, widened limits, orders left open, positions that nobody explains.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use crate::base::{Timestamp, digest_bytes};
use crate::commands::trade::control::Start;
use crate::commands::trade::live::standing::{Unfit, standing};
use crate::commands::trade::live::takeover::{Adoption, Unexplained, claim, explain, unexplained};
use crate::commands::trade::paper::{Opening, foreseen};
use crate::commands::{Failure, FailureKind};
use crate::config::{Place, RiskLimits, Trade};
use crate::domain::{Fill, OrderId, OrderRequest, Side, Symbol};
use crate::ports::{BrokerAccount, BrokerSnapshot};
use crate::store::{Durability, SessionDraft, SessionFact, SessionRow, Store};
use crate::trader::{Alert, Effect, Event, Recorder, VenueKind};

const ACCOUNT: &str = "ibkr:U1";

struct Books {
    store: Arc<Store>,
    place: Place,
    folder: PathBuf,
    _kept: TempDir,
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + second)
}

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

fn snapshot(positions: &[(&str, f64)]) -> BrokerSnapshot {
    let positions = positions.iter().map(|(name, held)| (symbol(name), *held)).collect();
    BrokerSnapshot {
        time: time(0),
        account: BrokerAccount { cash: 1000.0, positions },
        open_orders: Vec::new(),
        executions: Vec::new(),
        ended_orders: Vec::new(),
    }
}

fn heard(positions: &[(&str, f64)]) -> Event {
    Event::Snapshot { time: time(1), snapshot: snapshot(positions) }
}

fn order(quantity: f64) -> OrderRequest {
    OrderRequest::market(OrderId(1), symbol("SPY"), quantity, time(1))
}

impl Books {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", kept.path().join("releat.db").display());
        let folder = kept.path().join("runs");
        let mut place = Place::default();
        place.store.runs_dir.clone_from(&folder);
        place.store.url.clone_from(&url);
        Self { store: Arc::new(Store::open(&url).unwrap()), place, folder, _kept: kept }
    }

    /// A session of the account and its rows.
    fn session(&self, name: &str, second: i64, rows: &[(Event, Vec<Effect>)]) {
        let folder = self.folder.join("sessions").join(name);
        let draft = SessionDraft {
            session: name.to_owned(),
            agent: "agent".to_owned(),
            account: ACCOUNT.to_owned(),
            venue: "ibkr".to_owned(),
            folder: folder.clone(),
            manifest: "{}".to_owned(),
            started_at: time(second),
        };
        self.store.begin_session(&draft).unwrap();
        let mut recorder = Recorder::open(Arc::clone(&self.store), name, ACCOUNT, &folder).unwrap();
        for (event, effects) in rows {
            recorder.record(event, effects).unwrap();
        }
        recorder.flush().unwrap();
    }

    /// A session that sent an order and heard no more of it.
    fn sent(&self, name: &str) {
        self.session(name, 0, &[]);
        self.row(name, 1, vec![SessionFact::Order(order(2.0))]);
    }

    /// The next row of a session: an order that fills at once.
    fn bought(&self, name: &str, row: u64, quantity: f64) {
        let fill = Fill {
            execution_id: "x".to_owned(),
            order_id: OrderId(1),
            symbol: symbol("SPY"),
            side: Side::Buy,
            quantity,
            price: 100.0,
            cost: 0.0,
            time: time(2),
        };
        self.row(name, row, vec![SessionFact::Order(order(quantity)), SessionFact::Fill(fill)]);
    }

    fn row(&self, name: &str, number: u64, facts: Vec<SessionFact>) {
        let row = SessionRow::new(number, time(1), "{}".to_owned(), digest_bytes(b"row"));
        let facts: Vec<_> = facts.into_iter().map(|fact| (number, fact)).collect();
        self.store.append_ledger(name, &[row], &facts, Durability::Full).unwrap();
    }

    fn opening(&self, session: &str, limits: RiskLimits) -> Opening<'_> {
        Opening {
            place: &self.place,
            session: session.to_owned(),
            account: ACCOUNT.to_owned(),
            venue: VenueKind::Ibkr,
            range: None,
            agent: "agent",
            members: &[],
            trade: Trade::default(),
            limits,
        }
    }

    fn against(&self, session: &str, start: Start, adoption: Adoption) -> Vec<String> {
        let opening = self.opening(session, limits());
        let against = standing(&self.store, &opening, start, adoption).unwrap();
        against.iter().map(ToString::to_string).collect()
    }

    fn keep(&self, risk: &str) {
        self.store.keep_risk(ACCOUNT, risk).unwrap();
    }

    /// What the venue holds and the ledgers explain, where they differ.
    fn unexplained(&self, held: &[(&str, f64)]) -> Vec<(String, f64, f64)> {
        let symbols = [symbol("SPY"), symbol("QQQ")];
        let found = unexplained(Some(&self.store), ACCOUNT, &symbols, &snapshot(held)).unwrap();
        found.into_iter().map(|one| (one.symbol.to_string(), one.held, one.explained)).collect()
    }
}

fn limits() -> RiskLimits {
    RiskLimits { drawdown_frac_max: Some(0.1), ..RiskLimits::default() }
}

// fault: halted_last_time
#[test]
fn live_halted_last_time_is_refused_until_a_human_resumes() {
    let books = Books::new();
    books.session("a", 0, &[]);
    assert_eq!(books.against("b", Start::Plain, Adoption::Refused), [""; 0]);
    books.keep(
        r#"{"halts":[{"cause":"drawdown","symbol":null,"since":"2026-03-02T15:00:00Z"},
            {"cause":"over_fill","symbol":"SPY","since":"2026-03-02T16:00:00Z"},
            {"cause":"daily_loss","symbol":null,"since":"2026-03-02T16:00:00Z"}]}"#,
    );
    let told = books.against("b", Start::Plain, Adoption::Refused);
    assert_eq!(told.len(), 1, "{told:?}");
    for words in ["`ibkr:U1` was halted: drawdown since 2026-03-02T15:00:00Z", "over_fill of SPY"] {
        assert!(told[0].contains(words), "{told:?}");
    }
    assert!(told[0].ends_with("releat resume a") && !told[0].contains("daily_loss"), "{told:?}");
    assert_eq!(
        books.against("b", Start::Plain, Adoption::Allowed).len(),
        1,
        "adopting is no resume"
    );
    assert_eq!(books.against("b", Start::Released, Adoption::Refused), [""; 0]);
}

// fault: restart_other_limits_of_account
#[test]
fn live_restart_with_wider_limits_is_refused_until_a_human_accepts_them() {
    let books = Books::new();
    books.session("a", 0, &[]);
    books.keep(r#"{"limits":{"drawdown_frac_max":0.05,"daily_loss_frac_max":0.02}}"#);
    let told = books.against("b", Start::Plain, Adoption::Refused);
    assert_eq!(told.len(), 1, "{told:?}");
    for words in ["drawdown_frac_max", "0.05", "`daily_loss_frac_max` is not set any more"] {
        assert!(told[0].contains(words), "`{words}` is missing: {told:?}");
    }
    assert_eq!(books.against("b", Start::Released, Adoption::Refused), [""; 0]);
    books.keep(r#"{"limits":{"drawdown_frac_max":0.2}}"#);
    assert_eq!(
        books.against("b", Start::Plain, Adoption::Refused),
        [""; 0],
        "tighter ones are fine"
    );
}

// fault: unreconciled
#[test]
fn live_unreconciled_is_refused_unless_the_account_is_taken_over() {
    let books = Books::new();
    let mismatch = |what: &str| {
        let (ours, theirs) = (1.0, 2.0);
        vec![Effect::Alert(Alert::Mismatch { what: what.to_owned(), ours, theirs })]
    };
    books.session("a", 0, &[(heard(&[("SPY", 2.0)]), mismatch("SPY"))]);
    let told = books.against("b", Start::Plain, Adoption::Refused);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("session a ended with positions other than"), "{told:?}");
    assert_eq!(books.against("b", Start::Plain, Adoption::Allowed), [""; 0]);
    assert_eq!(
        books.against("a", Start::Plain, Adoption::Refused),
        [""; 0],
        "it compares by itself"
    );
    // Cash is taken over by every session, and what was mended later does not count.
    books.session("c", 1, &[(heard(&[]), mismatch("SPY")), (heard(&[]), mismatch("cash"))]);
    assert_eq!(books.against("b", Start::Plain, Adoption::Refused), [""; 0]);
}

// fault: live_orders_left
#[test]
fn live_orders_that_a_session_left_are_refused_unless_they_are_taken_over() {
    let books = Books::new();
    books.session("a", 0, &[]);
    books.sent("left");
    let told = books.against("b", Start::Plain, Adoption::Refused);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("session left left 1 orders") && told[0].contains("--session left"),
        "{told:?}"
    );
    assert_eq!(books.against("left", Start::Plain, Adoption::Refused), [""; 0]);
    assert_eq!(books.against("b", Start::Plain, Adoption::Allowed), [""; 0]);
    books.store.end_session("left", "complete", time(9)).unwrap();
    assert_eq!(books.against("b", Start::Plain, Adoption::Refused), [""; 0]);
}

// fault: live_unexplained_position
#[test]
fn live_unexplained_position_is_what_no_ledger_tells_of() {
    let books = Books::new();
    assert_eq!(books.unexplained(&[]), []);
    assert_eq!(books.unexplained(&[("SPY", 3.0)]), [("SPY".to_owned(), 3.0, 0.0)]);
    // What a session took over and traded afterwards is explained by its ledger.
    books.session("a", 0, &[(heard(&[("SPY", 3.0)]), Vec::new())]);
    books.bought("a", 2, 2.0);
    assert_eq!(books.unexplained(&[("SPY", 5.0)]), []);
    assert_eq!(books.unexplained(&[("SPY", 3.0)]), [("SPY".to_owned(), 3.0, 5.0)]);
    assert_eq!(books.unexplained(&[("SPY", 5.0), ("GLD", 9.0)]), [], "nobody here trades GLD");
    // The last session that had to do with a symbol tells.
    books.session("b", 1, &[(heard(&[("QQQ", -1.0)]), Vec::new())]);
    assert_eq!(books.unexplained(&[("SPY", 5.0), ("QQQ", -1.0)]), []);
    books.session("c", 2, &[(heard(&[("SPY", 7.0), ("QQQ", -1.0)]), Vec::new())]);
    assert_eq!(books.unexplained(&[("SPY", 7.0), ("QQQ", -1.0)]), []);
}

// fault: live_unexplained_position
#[test]
fn live_unexplained_position_is_refused_with_symbol_and_quantity_unless_it_is_taken_over() {
    let found = || {
        let one = |name, held| Unexplained { symbol: symbol(name), held, explained: 0.0 };
        vec![one("SPY", 3.0), one("QQQ", -2.0)]
    };
    let unfit = explain(ACCOUNT, found(), Adoption::Refused).unwrap_err();
    assert_eq!(unfit.kind(), FailureKind::Refused);
    let reasons = unfit.reasons();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("`ibkr:U1` holds 3 SPY, our ledgers explain 0"), "{reasons:?}");
    assert!(reasons[1].contains("-2 QQQ") && reasons[1].contains("--adopt-positions"));
    assert_eq!(explain(ACCOUNT, found(), Adoption::Allowed).unwrap().len(), 2);
    assert_eq!(explain(ACCOUNT, Vec::new(), Adoption::Refused).unwrap(), [""; 0]);
}

// fault: second_process
#[test]
fn an_account_is_claimed_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = claim(folder.path(), ACCOUNT).unwrap();
    let second = claim(folder.path(), ACCOUNT).unwrap_err();
    assert_eq!(second.kind(), FailureKind::Remote);
    assert!(second.to_string().contains("`ibkr:U1` is traded by another session"), "{second}");
    assert!(claim(folder.path(), "ibkr:U2").is_ok());
    drop(first);
    assert!(claim(folder.path(), ACCOUNT).is_ok());
}

#[test]
fn what_is_on_the_disk_is_among_the_reasons() {
    let books = Books::new();
    books.session("a", 0, &[]);
    books.store.end_session("a", "complete", time(1)).unwrap();
    let opening = books.opening("a", limits());
    let (against, start) = foreseen(&opening, Some(ACCOUNT), Some(&books.store)).unwrap();
    assert_eq!((against.len(), start), (1, Start::Plain));
    assert!(against[0].to_string().contains("session a is over (complete)"), "{}", against[0]);
    let usage = |against: Vec<Failure>| Unfit::if_any(Vec::new(), &against).unwrap_err().kind();
    assert_eq!(usage(against), FailureKind::Usage, "alone it keeps its exit code");
    let (against, _) = foreseen(&opening, Some(ACCOUNT), Some(&books.store)).unwrap();
    let unfit = Unfit::if_any(vec!["port".to_owned()], &against).unwrap_err();
    assert_eq!(unfit.kind(), FailureKind::Refused);
    let told = Failure::from(unfit).to_string();
    assert!(told.contains("2 reasons:\n  - port\n  - session a is over"), "{told}");
}
