//! The session of `live`, and of `paper` at a broker.

use std::path::PathBuf;

use super::BrokerKind;
use super::history::{history_since, lake_rows};
use super::pace::LivePace;
use super::prepare::Prepared;
use super::takeover::{claim, take_over};
use crate::base::{Interrupt, Timestamp, now, write_atomic};
use crate::commands::trade::control::Start;
use crate::commands::trade::log::SessionLog;
use crate::commands::trade::paper::{
    Decisions, Ended, Opened, Process, Watching, arm, open, trader_failure,
};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Agent;
use crate::domain::{Calendar, MarketRow};
use crate::gym::ActionTable;
use crate::ports::{MarketStream, OpenVenue, VenueWish};
use crate::trader::Shell;
use crate::trader::live::{
    LiveFeed, LiveNotice, LivePlan, RealVenue, RowBuilder, SessionClock, trade_live,
};

/// Whose money is traded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Money {
    /// None: a paper account.
    Paper,
    /// Real money, as was confirmed.
    Real {
        /// The phrases that confirm it, one for each session.
        confirmations: Vec<String>,
        /// A file with such phrases, one a line.
        confirmation_file: Option<PathBuf>,
    },
}

/// Options of a session at a broker.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// The agent bundles; several make an ensemble.
    pub bundles: Vec<PathBuf>,
    /// Which broker.
    pub broker: BrokerKind,
    /// Whose money.
    pub money: Money,
    /// The account; the only one of the login if absent.
    pub account: Option<String>,
    /// Name of the session; made from agent and time if absent. One that was stopped goes on.
    pub session: Option<String>,
    /// Seconds of the venue in a second; other than 1 only with a simulated gateway.
    pub speed: f64,
    /// Sessions of the exchange to trade; until it is stopped if absent.
    pub sessions: Option<u32>,
    /// File for one row per decision.
    pub decisions: Option<PathBuf>,
    /// Draw the session on the terminal while it runs.
    pub view: bool,
    /// Let real money take over positions that no ledger explains, and orders that an earlier session left.
    pub adopt_positions: bool,
}

/// Trades bundles at a broker.
///
/// # Errors
/// [`FailureKind::Refused`] with every reason if it may not start, [`FailureKind::Remote`] if the venue cannot be
/// reached, [`FailureKind::Stopped`] if it was stopped and can go on.
pub fn trade_at(options: &SessionOptions, command: &LiveOptions) -> Result<(), Failure> {
    let prepared = Prepared::new(options, command)?;
    trade(&prepared, Process::alone(options)?)?.show(options)
}

/// Reaches the venue and trades until the end or a stop.
pub(super) fn trade(prepared: &Prepared, process: Process) -> Result<Ended, Failure> {
    let begins_at = begins_at(prepared, &process.interrupt)?;
    let agent = &prepared.members[0].agent;
    let plan = Plan::of(prepared, begins_at);
    let wish = prepared.wish(plan.since);
    let connectors = &prepared.place.connectors;
    let OpenVenue { mut broker, mut stream, account } =
        prepared.command.broker.connect(connectors, &wish, &process.interrupt)?;
    let account = prepared.account_label(&account);
    // Nobody else trades it until this is dropped.
    let _claim = claim(&prepared.place.store.runs_dir, &account)?;
    take_over(prepared, &account, broker.as_mut(), stream.as_mut())?;
    let opening = prepared.opening(&account);
    let opened = open(&opening, |_| Ok((Box::new(RealVenue(broker)), None)))?;
    let table: ActionTable = serde_json::from_str(prepared.members[0].bundle.actions_json())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let rows = || Decisions::new(table.names(), &agent.universe.symbols);
    let decisions = prepared.command.decisions.is_some().then(rows);
    run(prepared, Running { plan, opened, decisions, process }, &mut *stream)
}

/// The past, as far as it is known before the venue is asked.
struct Plan {
    history: Vec<MarketRow>,
    since: Timestamp,
}

impl Plan {
    fn of(prepared: &Prepared, begins_at: Timestamp) -> Self {
        let universe = &prepared.members[0].agent.universe;
        let calendar = Calendar::new(universe.calendar);
        let history = lake_rows(&prepared.options, &prepared.members, &calendar, begins_at);
        let since = history
            .last()
            .map_or_else(|| history_since(universe.timeframe, begins_at), |row| row.time);
        Self { history, since }
    }
}

/// When the session begins, by the venue's clock: ours, but in a rehearsal that of the simulated gateway, which is asked.
fn begins_at(prepared: &Prepared, interrupt: &Interrupt) -> Result<Timestamp, Failure> {
    if prepared.command.speed == 1.0 {
        return Ok(now());
    }
    let wish = VenueWish { session: "clock".to_owned(), ..prepared.wish(now()) };
    let connectors = &prepared.place.connectors;
    let mut opened = prepared.command.broker.connect(connectors, &wish, interrupt)?;
    opened.stream.venue_time().map_err(|error| Failure::new(FailureKind::Remote, error))
}

struct Running {
    plan: Plan,
    opened: Opened,
    decisions: Option<Decisions>,
    process: Process,
}

fn run(
    prepared: &Prepared,
    running: Running,
    stream: &mut dyn MarketStream,
) -> Result<Ended, Failure> {
    let Running { plan, mut opened, mut decisions, process } = running;
    let Prepared { options, command, .. } = prepared;
    let agent: &Agent = &prepared.members[0].agent;
    let venue_time = stream.venue_time().map_err(|e| Failure::new(FailureKind::Remote, e))?;
    let calendar = Calendar::new(agent.universe.calendar);
    let until = until(&calendar, venue_time, command.sessions)?;
    let clock = SessionClock::start(venue_time, command.speed);
    let interrupt = process.interrupt.clone();
    let mut watching =
        Watching::start(options, command.view, &opened, decisions.as_mut(), process)?;
    let log = watching.log();
    let is_released = opened.start == Start::Released;
    let mut pace = LivePace::new(clock.clone(), watching.inbox()?, interrupt, is_released);
    let universe = &agent.universe;
    let rows = RowBuilder::new(universe.symbols.clone(), universe.timeframe, calendar, plan.since);
    let mut feed = LiveFeed::new(stream, rows, clock.clone());
    let first = plan.history.first().map_or(plan.since, |row| row.time);
    let plan = LivePlan {
        started: if opened.seen.rows > 0 { clock.now() } else { first },
        risk: opened.risk.clone(),
        history: plan.history,
        last_row: opened.seen.last_row,
        until,
    };
    let mut shell = Shell {
        engine: &mut opened.engine,
        venue: opened.venue.as_mut(),
        journal: &mut opened.recorder,
        pace: &mut pace,
        watcher: &mut watching,
    };
    let mut tell = |notice: LiveNotice| say(options, &log, command.view, &notice);
    let progress = trade_live(&mut shell, &mut feed, plan, &mut tell).map_err(trader_failure)?;
    if is_released {
        arm(&opened)?;
    }
    let tally = watching.finish(&opened, progress, &|| None)?;
    if let (Some(path), Some(decisions)) = (&command.decisions, &decisions) {
        write_atomic(path, decisions.csv().as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    Ok(Ended::of(&opened, &tally, progress))
}

/// The close of the last session to trade, counted from the one that is open or comes next.
fn until(
    calendar: &Calendar,
    from: Timestamp,
    sessions: Option<u32>,
) -> Result<Option<Timestamp>, Failure> {
    let unknown = |error| Failure::new(FailureKind::Data, error);
    let Some(sessions) = sessions else { return Ok(None) };
    let today = from.date_in(calendar.zone());
    let mut session = match calendar.session(today).map_err(unknown)? {
        Some(session) if session.close > from => session,
        _ => calendar.next_session(today).map_err(unknown)?,
    };
    for _ in 1..sessions {
        session = calendar.next_session(session.date).map_err(unknown)?;
    }
    Ok(Some(session.close))
}

/// Tells a human what is wrong with the data.
fn say(options: &SessionOptions, log: &SessionLog, is_drawn: bool, notice: &LiveNotice) {
    let (kind, detail) = match notice {
        LiveNotice::Stale { symbol, reason } => {
            let what = symbol.as_ref().map_or("all symbols", |symbol| symbol.as_str());
            ("data_stale", format!("{what}: {reason}; no position is made larger on it"))
        }
        LiveNotice::Fresh { symbol } => {
            let what = symbol.as_ref().map_or("all symbols", |symbol| symbol.as_str());
            ("data_fresh", format!("{what}: data is good again"))
        }
        LiveNotice::Late { time } => {
            ("bar_late", format!("the row of {time} came late and only counts as history"))
        }
        LiveNotice::LateBars { num_late } => {
            let detail = format!("a bar came after its row was decided on, {num_late} in all");
            ("bars_late", detail)
        }
        LiveNotice::Silent { since } => {
            ("data_silent", format!("the row that was over at {since} does not come"))
        }
        LiveNotice::Heard { time } => ("data_heard", format!("rows come again, first {time}")),
        LiveNotice::Note { text } => ("venue_note", text.clone()),
    };
    log.say(kind, &serde_json::json!({ "detail": detail }));
    let is_news = matches!(
        notice,
        LiveNotice::Fresh { .. } | LiveNotice::Heard { .. } | LiveNotice::Note { .. }
    );
    if !is_drawn {
        let kind = if is_news { "note" } else { "warning" };
        options.console.say(&format!("{kind}: {detail}"));
    }
}
