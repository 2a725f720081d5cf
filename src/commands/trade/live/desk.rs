//! Several accounts in one process: a session for each, on a thread of its own.
//!
//! Sessions share the signals, the console and the database of the place, and nothing else: each has its own
//! connection, engine, ledger, limits, watchdog, control socket and kill file, so that one that fails, panics or is
//! killed leaves the others alone.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

use serde::Serialize;

use super::command::{LiveOptions, Money, trade};
use super::prepare::Prepared;
use super::standing::{Unfit, reason_of};
use super::venue::BrokerKind;
use crate::base::now;
use crate::commands::session::configuration;
use crate::commands::trade::control::SessionFolder;
use crate::commands::trade::paper::{Ended, Process, text};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{DeskSession, DeskVenue, IbkrConnector, load_desk};
use crate::trader::PaperDocument;

/// Version of [`DeskDocument`].
const SCHEMA_VERSION: u32 = 1;
/// The stack that the first thread of a process has.
const STACK_BYTES: usize = 8 << 20;
/// A setting that tells clients of one gateway apart.
const CLIENT_ID: &str = "connectors.ibkr.client_id";

/// Options of a desk.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// The desk file.
    pub file: PathBuf,
    /// Whose money, on all accounts.
    pub money: Money,
    /// What the names of the sessions end with; the time if absent. Sessions that were stopped go on.
    pub session: Option<String>,
    /// Seconds of the venues in a second; other than 1 only with simulated gateways.
    pub speed: f64,
    /// Sessions of the exchange to trade; until it is stopped if absent.
    pub sessions: Option<u32>,
}

/// How a desk ended, as scripts read it.
#[derive(Debug, Serialize)]
struct DeskDocument {
    schema_version: u32,
    sessions: Vec<DeskRow>,
}

/// How one of its sessions ended: the document that it gives alone, if it got so far.
#[derive(Debug, Serialize)]
struct DeskRow {
    name: String,
    exit_code: u8,
    error: Option<String>,
    #[serde(flatten)]
    document: Option<PaperDocument>,
}

/// Trades every account of a desk until each session has come to its end or all are stopped.
///
/// # Errors
/// [`FailureKind::Refused`] with every reason of every session if one may not start, and none does; afterwards the worst
/// of how the sessions ended.
pub fn trade_desk(options: &SessionOptions, command: &DeskOptions) -> Result<(), Failure> {
    if !options.configs.is_empty() {
        let text = "--config does not go with --desk: each session of the file has a key `config`";
        return Err(Failure::new(FailureKind::Usage, text));
    }
    let desk = load_desk(&command.file).map_err(configuration)?;
    let ending = command.session.clone().unwrap_or_else(stamp);
    let processes = Process::shared(options, desk.sessions.len())?;
    let sessions = prepare(options, command, &desk.sessions, &ending)?;
    let count = sessions.len();
    options.console.say(&format!("{count} sessions start, one for each account"));
    let ends: Vec<(String, Result<Ended, Failure>)> = thread::scope(|scope| {
        let begun: Vec<_> = sessions
            .into_iter()
            .zip(processes)
            .map(|((name, session), process)| {
                let thread = thread::Builder::new().name(name.clone()).stack_size(STACK_BYTES);
                (name, thread.spawn_scoped(scope, move || one(&session, process)))
            })
            .collect();
        let end = |(name, begun): (String, std::io::Result<thread::ScopedJoinHandle<'_, _>>)| {
            let failed = |error| Err(Failure::new(FailureKind::Remote, error));
            let joined = |thread: thread::ScopedJoinHandle<'_, Result<Ended, Failure>>| {
                thread.join().unwrap_or_else(|panic| Err(Failure::bug(panic.as_ref())))
            };
            (name, begun.map_or_else(failed, joined))
        };
        begun.into_iter().map(end).collect()
    });
    conclude(options, ends, &ending)
}

/// What the names of sessions end with that were given none.
fn stamp() -> String {
    now().to_jiff().strftime("%Y%m%dT%H%M%S").to_string()
}

/// One session, from its connection to its end. Why it failed is told at once: the others may trade on for days.
fn one(session: &Prepared, process: Process) -> Result<Ended, Failure> {
    let console = session.options.console.clone();
    let folder = SessionFolder::new(&session.place.store.runs_dir, &session.session);
    let ended = catch_unwind(AssertUnwindSafe(|| trade(session, process)))
        .unwrap_or_else(|panic| Err(Failure::bug(panic.as_ref())));
    match &ended {
        Err(failure) => {
            console.tell(&failure.to_string());
            if let Err(error) = folder.abandon() {
                console.tell(&format!("warning: {error}"));
            }
        }
        Ok(Ended { document, .. }) => console.say(&text(document)),
    }
    ended
}

/// Looks at every session; what speaks against any of them is told together, and none starts.
fn prepare(
    options: &SessionOptions,
    command: &DeskOptions,
    sessions: &[DeskSession],
    ending: &str,
) -> Result<Vec<(String, Prepared)>, Failure> {
    let (mut prepared, mut reasons) = (Vec::new(), Vec::new());
    let mut worst: Option<FailureKind> = None;
    for session in sessions {
        let (options, command) = of_session(options, command, session, ending);
        match Prepared::new(&options, &command) {
            Ok(one) => prepared.push((session.name.clone(), one)),
            Err(unfit) => {
                worst = Some(worse(worst, unfit.kind()));
                let name = &session.name;
                reasons.extend(unfit.reasons().iter().map(|text| format!("{name}: {text}")));
            }
        }
    }
    if let Some(kind) = worst {
        return Err(Unfit::Reasons(kind, reasons).of_desk());
    }
    let at_gateways = prepared.iter_mut().zip(sessions);
    let at_gateways = at_gateways.filter(|(_, session)| session.venue == DeskVenue::Ibkr);
    let clients = at_gateways.map(|((name, one), session)| Client {
        name,
        is_set: session.set.contains_key(CLIENT_ID),
        gateway: &mut one.place.connectors.ibkr,
    });
    let reasons = number(&mut clients.collect::<Vec<_>>());
    if reasons.is_empty() {
        return Ok(prepared);
    }
    Err(Unfit::Reasons(FailureKind::Usage, reasons).of_desk())
}

/// The options that the session would have alone.
fn of_session(
    options: &SessionOptions,
    command: &DeskOptions,
    session: &DeskSession,
    ending: &str,
) -> (SessionOptions, LiveOptions) {
    let mut own = options.clone();
    own.configs.clone_from(&session.config);
    own.sets.extend(session.sets());
    own.console = options.console.named(&session.name);
    let live = LiveOptions {
        bundles: session.agents.clone(),
        broker: match session.venue {
            DeskVenue::Ibkr => BrokerKind::Ibkr,
            DeskVenue::Alpaca => BrokerKind::Alpaca,
            DeskVenue::Mt5 => BrokerKind::Mt5,
        },
        money: command.money.clone(),
        account: session.account.clone(),
        session: Some(format!("{}-{ending}", session.name)),
        speed: command.speed,
        sessions: command.sessions,
        decisions: session.decisions.clone(),
        view: false,
        adopt_positions: session.adopt_positions,
    };
    (own, live)
}

/// A session at a gateway, by the number that tells it from others there.
pub(super) struct Client<'a> {
    pub(super) name: &'a str,
    pub(super) is_set: bool,
    pub(super) gateway: &'a mut IbkrConnector,
}

/// Gives every session at one gateway a client id of its own: those that were set stay, each of the others takes the
/// next number that is free, in the order of the file. Why that cannot be.
pub(super) fn number(clients: &mut [Client<'_>]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut reasons = Vec::new();
    let place = |gateway: &IbkrConnector| (gateway.host.clone(), gateway.port, gateway.client_id);
    for client in clients.iter_mut().filter(|client| client.is_set) {
        if !taken.insert(place(client.gateway)) {
            let (host, port, id) = place(client.gateway);
            reasons.push(format!(
                "{}: another session has client id {id} at {host}:{port}; set {CLIENT_ID} to a free number",
                client.name
            ));
        }
    }
    for client in clients.iter_mut().filter(|client| !client.is_set) {
        while !taken.insert(place(client.gateway)) {
            client.gateway.client_id = client.gateway.client_id.saturating_add(1);
        }
    }
    reasons
}

fn worse(worst: Option<FailureKind>, kind: FailureKind) -> FailureKind {
    worst.filter(|worst| worst.severity() >= kind.severity()).unwrap_or(kind)
}

/// Shows how every session ended; the worst end is that of the desk.
fn conclude(
    options: &SessionOptions,
    ends: Vec<(String, Result<Ended, Failure>)>,
    ending: &str,
) -> Result<(), Failure> {
    let mut worst = None;
    let mut rows = Vec::new();
    for (name, end) in ends {
        let (document, outcome) = match end {
            Ok(Ended { document, outcome }) => (Some(document), outcome),
            Err(failure) => (None, Err(failure)),
        };
        let failure = outcome.err();
        worst = failure.as_ref().map_or(worst, |failure| Some(worse(worst, failure.kind())));
        let exit_code = failure.as_ref().map_or(0, |failure| failure.kind().exit_code());
        let error = failure.map(|failure| match (failure.kind(), &document) {
            (FailureKind::Stopped(_), Some(document)) => {
                format!("session {} was stopped", document.session)
            }
            _ => reason_of(&failure),
        });
        rows.push(DeskRow { name, exit_code, error, document });
    }
    let document = DeskDocument { schema_version: SCHEMA_VERSION, sessions: rows };
    options.console.document(&document, || table(&document))?;
    let Some(kind) = worst else { return Ok(()) };
    let (stopped, failed): (Vec<&DeskRow>, Vec<&DeskRow>) = document
        .sessions
        .iter()
        .filter(|row| row.error.is_some())
        .partition(|row| row.document.is_some());
    let names =
        |rows: &[&DeskRow]| rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
    let text = match (stopped.is_empty(), failed.is_empty()) {
        (_, true) => format!("stopped: {}", names(&stopped)),
        (true, false) => format!("failed: {}", names(&failed)),
        (false, false) => format!("failed: {}; stopped: {}", names(&failed), names(&stopped)),
    };
    Err(Failure::new(kind, text)
        .hint(format!("the same command with --session {ending} goes on where each has stopped")))
}

fn table(document: &DeskDocument) -> String {
    let row = |row: &DeskRow| match (&row.document, &row.error) {
        (Some(document), _) => format!("{}: {}\n", row.name, text(document).replace('\n', "\n  ")),
        (None, error) => format!("{}: {}\n", row.name, error.as_deref().unwrap_or_default()),
    };
    document.sessions.iter().map(row).collect()
}
