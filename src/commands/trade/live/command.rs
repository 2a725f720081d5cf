//! The session of `live`, and of `paper` at a broker.

use std::path::PathBuf;

use super::BrokerKind;
use super::facts::{Facts, Given};
use super::history::{history_since, lake_rows};
use super::pace::LivePace;
use super::refusals::refusals;
use crate::base::{Interrupt, Timestamp, now, write_atomic};
use crate::commands::trade::control::Start;
use crate::commands::trade::log::SessionLog;
use crate::commands::trade::paper::{
    Decisions, Member, Opened, Opening, Watching, arm, conclude, limits, members, new_name, open,
    trade_section, trader_failure,
};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Place, Trade};
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
        /// The phrase that confirms it.
        confirmation: Option<String>,
        /// A file with the phrase.
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
}

/// Trades bundles at a broker.
///
/// # Errors
/// [`FailureKind::Refused`] with every reason if it may not start, [`FailureKind::Remote`] if the venue cannot be
/// reached, [`FailureKind::Stopped`] if it was stopped and can go on.
pub fn trade_at(options: &SessionOptions, command: &LiveOptions) -> Result<(), Failure> {
    let place = options.place()?;
    let members = members(&command.bundles)?;
    let Some(first) = members.first() else {
        return Err(Failure::new(FailureKind::Usage, "a session needs at least one --agent"));
    };
    let trade = trade_section(options, &first.agent.name, first.bundle.agent_yaml())?;
    let trade = at_broker(trade, &first.agent, command.broker);
    let limits = limits(&trade, &place)?;
    check(options, &place, command, &members, &trade, &limits)?;
    let interrupt = options.interrupt()?;
    let begins_at = begins_at(&place, command, &first.agent, &interrupt)?;
    let plan = Plan::of(options, command, &members, begins_at);
    let wish = plan.wish(&place, command, &first.agent);
    let OpenVenue { broker, mut stream, account } =
        command.broker.connect(&place.connectors, &wish, &interrupt)?;
    let opening = Opening {
        place: &place,
        session: plan.session.clone(),
        account: format!("{}:{account}", command.broker.kind().label()),
        venue: command.broker.kind(),
        range: None,
        agent: &first.agent.name,
        members: &members,
        trade,
        limits,
    };
    let opened = open(&opening, |_| Ok((Box::new(RealVenue(broker)), None)))?;
    let table: ActionTable = serde_json::from_str(first.bundle.actions_json())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let rows = || Decisions::new(table.names(), &first.agent.universe.symbols);
    let decisions = command.decisions.is_some().then(rows);
    run(
        options,
        command,
        Running { plan, opened, decisions, interrupt },
        &first.agent,
        &mut *stream,
    )
}

/// Settings that the venue asks for and that nobody gave.
fn at_broker(mut trade: Trade, agent: &Agent, broker: BrokerKind) -> Trade {
    if !broker.trades_fractions() {
        for symbol in &agent.universe.symbols {
            let rules = trade.instruments.entry(symbol.clone()).or_default();
            if rules.lot == 0.0 {
                rules.lot = 1.0;
            }
        }
    }
    trade
}

fn check(
    options: &SessionOptions,
    place: &Place,
    command: &LiveOptions,
    members: &[Member],
    trade: &Trade,
    limits: &crate::config::RiskLimits,
) -> Result<(), Failure> {
    let (is_live, confirmation, confirmation_file) = match &command.money {
        Money::Paper => (false, None, None),
        Money::Real { confirmation, confirmation_file } => {
            (true, confirmation.as_deref(), confirmation_file.as_ref())
        }
    };
    let given = Given {
        is_live,
        broker: command.broker,
        account: command.account.as_deref(),
        confirmation,
        confirmation_file,
        speed: command.speed,
    };
    let facts = Facts::of(options, place, &given, members, (trade.clone(), limits.clone()))?;
    let reasons = refusals(&facts);
    if reasons.is_empty() {
        return Ok(());
    }
    let count = reasons.len();
    let text = format!(
        "this session may not start, for {count} reason{}:\n  - {}",
        if count == 1 { "" } else { "s" },
        reasons.join("\n  - ")
    );
    Err(Failure::new(FailureKind::Refused, text).hint("docs/BROKERS.md"))
}

/// What is known before the venue is asked.
struct Plan {
    session: String,
    history: Vec<MarketRow>,
    since: Timestamp,
}

impl Plan {
    fn of(
        options: &SessionOptions,
        command: &LiveOptions,
        members: &[Member],
        begins_at: Timestamp,
    ) -> Self {
        let agent = &members[0].agent;
        let kind = match command.money {
            Money::Paper => "paper",
            Money::Real { .. } => "live",
        };
        let digests: Vec<String> =
            members.iter().map(|member| member.bundle.bundle_digest().to_string()).collect();
        let session = command
            .session
            .clone()
            .unwrap_or_else(|| new_name(&agent.name, kind, &digests.join(" ")));
        let calendar = Calendar::new(agent.universe.calendar);
        let history = lake_rows(options, members, &calendar, begins_at);
        let since = history
            .last()
            .map_or_else(|| history_since(agent.universe.timeframe, begins_at), |row| row.time);
        Self { session, history, since }
    }

    fn wish(&self, place: &Place, command: &LiveOptions, agent: &Agent) -> VenueWish {
        VenueWish { session: self.session.clone(), ..wish(place, command, agent, self.since) }
    }
}

/// When the session begins, by the venue's clock: ours, but in a rehearsal that of the simulated gateway, which is asked.
fn begins_at(
    place: &Place,
    command: &LiveOptions,
    agent: &Agent,
    interrupt: &Interrupt,
) -> Result<Timestamp, Failure> {
    if command.speed == 1.0 {
        return Ok(now());
    }
    let wish = wish(place, command, agent, now());
    let mut opened = command.broker.connect(&place.connectors, &wish, interrupt)?;
    opened.stream.venue_time().map_err(|error| Failure::new(FailureKind::Remote, error))
}

fn wish(place: &Place, command: &LiveOptions, agent: &Agent, since: Timestamp) -> VenueWish {
    VenueWish {
        session: "clock".to_owned(),
        account: command.account.clone(),
        is_live: command.money != Money::Paper,
        symbols: agent.universe.symbols.clone(),
        timeframe: agent.universe.timeframe,
        calendar: agent.universe.calendar,
        currency: agent.universe.currency.clone(),
        history_since: since,
        quotes: true,
        delayed_data: place.connectors.ibkr.delayed_data,
        memory_dir: place.store.runs_dir.join("accounts"),
    }
}

struct Running {
    plan: Plan,
    opened: Opened,
    decisions: Option<Decisions>,
    interrupt: Interrupt,
}

fn run(
    options: &SessionOptions,
    command: &LiveOptions,
    running: Running,
    agent: &Agent,
    stream: &mut dyn MarketStream,
) -> Result<(), Failure> {
    let Running { plan, mut opened, mut decisions, interrupt } = running;
    let venue_time = stream.venue_time().map_err(|e| Failure::new(FailureKind::Remote, e))?;
    let calendar = Calendar::new(agent.universe.calendar);
    let until = until(&calendar, venue_time, command.sessions)?;
    let clock = SessionClock::start(venue_time, command.speed);
    let mut watching =
        Watching::start(options, command.view, &opened, decisions.as_mut(), &interrupt)?;
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
    conclude(options, &opened, &tally, progress)
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
    if !is_drawn {
        options.console.say(&format!("warning: {detail}"));
    }
}
