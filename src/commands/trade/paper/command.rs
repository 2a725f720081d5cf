//! The command.

use std::path::PathBuf;

use super::attribution::{Explained, explain};
use super::decisions::Decisions;
use super::ended::Ended;
use super::engine::{engine_of, members, trader_failure};
use super::opening::{Opened, Opening, limits, new_name, open};
use super::pace::Played;
use super::process::Process;
use super::simulated::{script, simulated};
use super::watching::{Watching, arm};
use crate::base::{DateRange, now, write_atomic};
use crate::commands::judge::{Candidate, EvalOptions, load_candidate};
use crate::commands::trade::control::Start;
use crate::commands::trade::ledger;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Trade, from_bundle_yaml};
use crate::dataset::Lake;
use crate::trader::{self, Progress, Recording, SessionManifest, Shell, VenueKind};

/// Options of `paper`.
#[derive(Debug, Clone)]
pub struct PaperOptions {
    /// The agent bundles; several make an ensemble.
    pub bundles: Vec<PathBuf>,
    /// Days to trade; the first bundle's data.test if absent.
    pub range: Option<DateRange>,
    /// Allow days that an agent was trained on.
    pub in_sample: bool,
    /// File for one row per decision.
    pub decisions: Option<PathBuf>,
    /// Name of the session; made from agent and time if absent. One that was stopped goes on.
    pub session: Option<String>,
    /// How fast the stream is played.
    pub speed: PaperSpeed,
    /// Faults of the venue, a YAML file.
    pub faults: Option<PathBuf>,
    /// Draw the session on the terminal while it runs.
    pub view: bool,
}

/// How fast a recorded stream is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PaperSpeed {
    /// As fast as possible.
    Max,
    /// Seconds of the stream in a second.
    Times(f64),
}

/// Options of `replay`.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// Name of the session.
    pub session: String,
}

/// Feeds a session's events to a fresh engine and compares.
///
/// # Errors
/// As `ledger::replay`.
pub fn replay(options: &SessionOptions, command: &ReplayOptions) -> Result<(), Failure> {
    ledger::replay(options, &command.session, &|manifest: &SessionManifest| {
        let mut engine = engine_of(manifest)?;
        Ok(Box::new(move |event| engine.process(event)))
    })
}

/// Trades bundles on a recorded stream and a simulated venue.
///
/// # Errors
/// As `eval` has it for bundle and data; [`FailureKind::Refused`] after a kill; [`FailureKind::Stopped`] if it was
/// stopped and can go on.
pub fn paper(options: &SessionOptions, command: &PaperOptions) -> Result<(), Failure> {
    let place = options.place()?;
    let candidate = candidate(options, &Lake::new(place.store.lake_dir.clone()), command)?;
    for warning in &candidate.warnings {
        options.console.say(&format!("warning: {warning}"));
    }
    let trade = trade_section(options, &candidate.agent.name, candidate.bundle.agent_yaml())?;
    let limits = limits(&trade, &place)?;
    let members = members(&command.bundles)?;
    let script = script(command.faults.as_deref())?;
    let agent = &candidate.agent;
    let session = command.session.clone().unwrap_or_else(|| {
        let what = format!("{} {}", candidate.digest, candidate.range);
        new_name(&agent.name, "paper", &what)
    });
    let opening = Opening {
        place: &place,
        // Every rehearsal opens an account of its own at the simulated venue.
        account: format!("sim:{session}"),
        session,
        venue: VenueKind::Sim,
        range: Some(candidate.range),
        agent: &agent.name,
        members: &members,
        trade,
        limits,
    };
    let opened = open(&opening, |folder| simulated(agent, options.seed, script.as_ref(), folder))?;
    run(options, command, &candidate, opened)
}

fn run(
    options: &SessionOptions,
    command: &PaperOptions,
    candidate: &Candidate,
    mut opened: Opened,
) -> Result<(), Failure> {
    let process = Process::alone(options)?;
    let interrupt = process.interrupt.clone();
    let rows = || Decisions::new(candidate.table.names(), candidate.market.tape.symbols());
    let mut decisions = command.decisions.is_some().then(rows);
    let mut watching =
        Watching::start(options, command.view, &opened, decisions.as_mut(), process)?;
    let speed = match command.speed {
        PaperSpeed::Max => None,
        PaperSpeed::Times(times) => Some(times),
    };
    let inbox = watching.inbox()?;
    let is_released = opened.start == Start::Released;
    let mut pace = Played::new(speed, inbox, interrupt, opened.faults.take(), is_released);
    let market = &candidate.market;
    // Rows that only warm the features up come before the tape.
    let cut = market.panel.rows.len() - market.tape.len();
    let traded = candidate.rows.start + cut..candidate.rows.end + cut;
    let recording = Recording { panel: &market.panel, traded };
    let mut shell = Shell {
        engine: &mut opened.engine,
        venue: opened.venue.as_mut(),
        journal: &mut opened.recorder,
        pace: &mut pace,
        watcher: &mut watching,
    };
    let rows = &market.panel.rows;
    let next = rows.get(opened.seen.rows).or(rows.last());
    let begin = (next.map_or_else(now, |row| row.time), opened.risk.clone());
    let progress =
        trader::play(&mut shell, &recording, opened.seen.rows, begin).map_err(trader_failure)?;
    if is_released {
        arm(&opened)?;
    }
    let explain = || attribution(options, candidate, &opened, progress);
    let tally = watching.finish(&opened, progress, &explain)?;
    if let (Some(path), Some(decisions)) = (&command.decisions, &decisions) {
        write_atomic(path, decisions.csv().as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    Ended::of(&opened, &tally, progress).show(options)
}

/// What lies between the session and its backtest, once it has come to its end. An ensemble has no backtest.
fn attribution(
    options: &SessionOptions,
    candidate: &Candidate,
    opened: &Opened,
    progress: Progress,
) -> Option<Explained> {
    if progress != Progress::Complete || opened.manifest.bundles.len() != 1 {
        return None;
    }
    match explain(candidate, opened) {
        Ok(explained) => Some(explained),
        Err(failure) => {
            let text = failure.to_string();
            options.console.say(&format!("warning: no attribution: {text}"));
            None
        }
    }
}

fn candidate(
    options: &SessionOptions,
    lake: &Lake,
    command: &PaperOptions,
) -> Result<Candidate, Failure> {
    let mut found = None;
    for bundle in &command.bundles {
        let wanted = EvalOptions {
            range: command.range.or(found.as_ref().map(|first: &Candidate| first.range)),
            in_sample: command.in_sample,
            ..EvalOptions::of(bundle)
        };
        let next = load_candidate(options, lake, &wanted)?;
        match &mut found {
            None => found = Some(next),
            Some(first) => first.warnings.extend(next.warnings),
        }
    }
    found.ok_or_else(|| Failure::new(FailureKind::Usage, "a session needs at least one --agent"))
}

/// Settings that belong to the place and not to a bundle.
const OF_THE_PLACE: [&str; 4] = ["store.", "risk.", "connectors.", "executors."];

/// How it trades: as the named agent file has it, else as the first bundle has it with what `--set trade.…` says.
pub(in crate::commands::trade) fn trade_section(
    options: &SessionOptions,
    agent: &str,
    bundle_yaml: &str,
) -> Result<Trade, Failure> {
    if options.configs.is_empty() {
        let (sets, rest): (Vec<String>, Vec<String>) =
            options.sets.iter().cloned().partition(|set| set.starts_with("trade."));
        let is_frozen = |set: &&String| !OF_THE_PLACE.iter().any(|own| set.starts_with(own));
        if let Some(set) = rest.iter().find(is_frozen) {
            let text =
                format!("the settings of a bundle are frozen, `--set {set}` would change nothing");
            return Err(Failure::new(FailureKind::Usage, text)
                .hint("of an agent only `trade.…` can be set here; releat train --set … makes another bundle"));
        }
        return from_bundle_yaml(bundle_yaml, "agent.yaml of the bundle", &sets)
            .map(|agent| agent.trade)
            .map_err(|error| Failure::new(FailureKind::Usage, error.to_string()));
    }
    let named = options.load()?.loaded.agent;
    if named.name != agent {
        let text = format!("the bundle is of agent `{agent}`, --config is of `{}`", named.name);
        return Err(Failure::new(FailureKind::Usage, text));
    }
    Ok(named.trade)
}
