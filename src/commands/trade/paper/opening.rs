//! A session before its first step, the first time or again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::PaperOptions;
use super::engine::{Member, engine, market_of, name_apart};
use crate::base::{Timestamp, digest_bytes, now};
use crate::commands::judge::Candidate;
use crate::commands::place::{open_store, store_failure};
use crate::commands::trade::control::{Start, check_kills};
use crate::commands::trade::ledger::ledger_failure;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Place, RiskLimits, Trade};
use crate::connectors::simulated::SimulatedVenue;
use crate::connectors::simulated::faults::{FaultError, FaultPlan, FaultScript, FaultyVenue};
use crate::risk::RiskState;
use crate::store::{SessionDraft, SessionRecord, Store};
use crate::trader::{
    self, Engine, Event, MarketVenue, Recorder, SessionManifest, Tally, VenueKind, session_folder,
};

/// The journal of the simulated venue in the folder of a session.
const VENUE_FILE: &str = "venue.jsonl";
/// Which faults of a script have struck.
const FAULTS_FILE: &str = "faults.jsonl";

/// What a session is made of.
pub(super) struct Opening<'a> {
    pub(super) options: &'a SessionOptions,
    pub(super) command: &'a PaperOptions,
    pub(super) place: &'a Place,
    pub(super) candidate: &'a Candidate,
    pub(super) trade: Trade,
}

/// A session that can take its next step.
pub(super) struct Opened {
    pub(super) session: String,
    pub(super) account: String,
    pub(super) runs_dir: PathBuf,
    pub(super) manifest: SessionManifest,
    pub(super) store: Arc<Store>,
    pub(super) engine: Engine,
    pub(super) venue: Box<dyn MarketVenue>,
    pub(super) faults: Option<FaultPlan>,
    pub(super) recorder: Recorder,
    pub(super) risk: RiskState,
    pub(super) started_at: Timestamp,
    pub(super) rows_seen: usize,
    pub(super) equity_start: f64,
    pub(super) tally: Tally,
    pub(super) start: Start,
}

/// Opens a session by name, or a new one.
pub(super) fn open(opening: &Opening<'_>) -> Result<Opened, Failure> {
    let script = script(opening)?;
    let limits = limits(&opening.trade, opening.place)?;
    let mut members = opening
        .command
        .bundles
        .iter()
        .map(|path| Member::load(path))
        .collect::<Result<Vec<_>, _>>()?;
    name_apart(&mut members);
    let session = name(opening);
    let folder = session_folder(&opening.place.store.runs_dir, &session);
    let manifest = manifest(opening, &session, &members, &limits);
    let start = check_kills(&opening.place.store.runs_dir, &manifest.account)?;
    let store = Arc::new(open_store(opening.place)?);
    let is_new = begin(&store, &manifest, &folder)?;
    make_folder(&folder)?;
    let manifest = if is_new { manifest } else { same_settings(&manifest, &folder)? };
    manifest.write(&folder).map_err(ledger_failure)?;
    let mut engine = engine(&members, &manifest.trade, &manifest.limits)?;
    let equity_start = engine.equity();
    let (rows_seen, tally) = catch_up(&store, &session, &folder, &mut engine)?;
    let recorder = Recorder::open(Arc::clone(&store), &session, &manifest.account, &folder)
        .map_err(ledger_failure)?;
    let risk = kept_risk(&store, &manifest.account)?;
    let faults = plan(opening, script.as_ref(), &folder)?;
    let venue = venue(opening, &folder, script.as_ref(), faults.as_ref())?;
    let rows = &opening.candidate.market.panel.rows;
    let started_at = rows.get(rows_seen).or(rows.last()).map_or_else(now, |row| row.time);
    Ok(Opened {
        account: manifest.account.clone(),
        runs_dir: opening.place.store.runs_dir.clone(),
        session,

        manifest,
        store,
        engine,
        venue,
        faults,
        recorder,
        risk,
        started_at,
        rows_seen,
        equity_start,
        tally,
        start,
    })
}

/// The limits that hold: those of the place, which the agent may only tighten.
fn limits(trade: &Trade, place: &Place) -> Result<RiskLimits, Failure> {
    trade.risk.bounded_by(&place.risk).map_err(|looser| {
        let lines: Vec<String> = looser
            .iter()
            .map(|slack| {
                format!(
                    "`trade.risk.{}` must be at least as tight as the place's {}, was {}",
                    slack.key, slack.binding, slack.asked
                )
            })
            .collect();
        Failure::new(FailureKind::Usage, lines.join("; "))
            .hint("an agent may only tighten the limits of configs/")
    })
}

fn name(opening: &Opening<'_>) -> String {
    if let Some(name) = &opening.command.session {
        return name.clone();
    }
    let stamp = now().to_jiff().strftime("%Y%m%dT%H%M%S").to_string();
    let what = format!(
        "{} {} {stamp} {}",
        opening.candidate.digest,
        opening.candidate.range,
        std::process::id()
    );
    let digest = digest_bytes(what.as_bytes()).to_string();
    format!("{}-paper-{stamp}-{}", opening.candidate.agent.name, &digest[..8])
}

fn manifest(
    opening: &Opening<'_>,
    session: &str,
    members: &[Member],
    limits: &RiskLimits,
) -> SessionManifest {
    SessionManifest {
        schema_version: SessionManifest::SCHEMA_VERSION,
        session: session.to_owned(),
        releat: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        agent: opening.candidate.agent.name.clone(),
        bundles: members.iter().map(Member::entry).collect(),
        // Every rehearsal opens an account of its own at the simulated venue.
        account: format!("sim:{session}"),
        venue: VenueKind::Sim,
        range: Some(opening.candidate.range),
        trade: opening.trade.clone(),
        limits: limits.clone(),
        started_at: now(),
    }
}

/// Notes the session in the database; tells whether it is a new one.
fn begin(store: &Store, manifest: &SessionManifest, folder: &Path) -> Result<bool, Failure> {
    let known = store.session(&manifest.session).map_err(store_failure)?;
    if let Some(SessionRecord { ended_at: Some(_), outcome, .. }) = &known {
        let outcome = outcome.as_deref().unwrap_or("ended");
        let text = format!("session {} is over ({outcome})", manifest.session);
        return Err(Failure::new(FailureKind::Usage, text).hint("choose another --session"));
    }
    let draft = SessionDraft {
        session: manifest.session.clone(),
        agent: manifest.agent.clone(),
        account: manifest.account.clone(),
        venue: manifest.venue.label().to_owned(),
        folder: folder.to_owned(),
        manifest: manifest.to_json().map_err(ledger_failure)?,
        started_at: manifest.started_at,
    };
    store.begin_session(&draft).map_err(store_failure)?;
    Ok(known.is_none())
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let text = format!("cannot make the folder {}: {error}", folder.display());
        Failure::new(FailureKind::Data, text)
    })
}

/// A session goes on with the settings that it was started with, and with no others.
fn same_settings(wanted: &SessionManifest, folder: &Path) -> Result<SessionManifest, Failure> {
    let Some(first) = SessionManifest::read(folder).map_err(ledger_failure)? else {
        return Ok(wanted.clone());
    };
    let digests = |manifest: &SessionManifest| -> Vec<_> {
        manifest.bundles.iter().map(|bundle| bundle.digest).collect()
    };
    let differs = match () {
        () if digests(&first) != digests(wanted) => Some("bundles"),
        () if first.range != wanted.range => Some("range"),
        () if first.trade != wanted.trade => Some("section `trade`"),
        () if first.limits != wanted.limits => Some("limits"),
        () => None,
    };
    match differs {
        None => Ok(SessionManifest { pid: wanted.pid, ..first }),
        Some(what) => {
            let text = format!("session {} was started with another {what}", first.session);
            Err(Failure::new(FailureKind::Refused, text)
                .hint("go on with the settings of its session.json, or start another session"))
        }
    }
}

/// Brings a fresh engine to where the ledger ends; how many rows of the market it has seen.
fn catch_up(
    store: &Store,
    session: &str,
    folder: &Path,
    engine: &mut Engine,
) -> Result<(usize, Tally), Failure> {
    let (mut rows_seen, mut tally) = (0, Tally::default());
    let mut process = |event: Event| {
        let effects = engine.process(event.clone())?;
        let is_row = matches!(event, Event::History(_) | Event::Bar(_) | Event::LastBar(_));
        rows_seen += usize::from(is_row);
        tally.count(&event, &effects);
        Ok(effects)
    };
    let found = trader::replay(store, session, folder, &mut process).map_err(ledger_failure)?;
    if let Some(divergence) = &found.divergence {
        let text = format!(
            "row {} of session {session} comes out differently ({}): {} was recorded, {} is what this program does",
            divergence.row, divergence.path, divergence.recorded, divergence.replayed
        );
        return Err(
            Failure::new(FailureKind::Refused, text).hint(format!("releat replay {session}"))
        );
    }
    if found.fault.is_some() {
        let text = format!("the ledger of session {session} is not as it was written");
        return Err(
            Failure::new(FailureKind::Refused, text).hint(format!("releat audit verify {session}"))
        );
    }
    Ok((rows_seen, tally))
}

fn kept_risk(store: &Store, account: &str) -> Result<RiskState, Failure> {
    let Some(text) = store.kept_risk(account).map_err(store_failure)? else {
        return Ok(RiskState::default());
    };
    serde_json::from_str(&text).map_err(|error| {
        let text = format!("the kept limits of account `{account}` cannot be read: {error}");
        Failure::new(FailureKind::Data, text)
    })
}

fn script(opening: &Opening<'_>) -> Result<Option<FaultScript>, Failure> {
    opening.command.faults.as_deref().map(FaultScript::load).transpose().map_err(fault_failure)
}

/// The faults of a session, and which of them have struck before a restart.
fn plan(
    opening: &Opening<'_>,
    script: Option<&FaultScript>,
    folder: &Path,
) -> Result<Option<FaultPlan>, Failure> {
    let open = |script| FaultPlan::open(script, opening.options.seed, &folder.join(FAULTS_FILE));
    script.map(open).transpose().map_err(fault_failure)
}

fn fault_failure(error: FaultError) -> Failure {
    let kind = match error {
        FaultError::Memory { .. } => FailureKind::Data,
        _ => FailureKind::Usage,
    };
    Failure::new(kind, error)
}

/// The simulated venue: a new one, or the one that the session traded at before.
fn venue(
    opening: &Opening<'_>,
    folder: &Path,
    script: Option<&FaultScript>,
    faults: Option<&FaultPlan>,
) -> Result<Box<dyn MarketVenue>, Failure> {
    let damaged = |error| Failure::new(FailureKind::Data, error);
    let path = folder.join(VENUE_FILE);
    let agent = &opening.candidate.agent;
    let venue = if path.exists() {
        SimulatedVenue::reopen(&path).map_err(damaged)?
    } else {
        let (bars_per_year, market) = market_of(agent);
        let rules = script.map(|script| script.venue).unwrap_or_default();
        SimulatedVenue::new(&agent.env, bars_per_year, &market.symbols)
            .with_rules(rules, agent.universe.calendar)
            .with_journal(&path)
            .map_err(damaged)?
    };
    Ok(match faults {
        None => Box::new(venue),
        Some(plan) => Box::new(FaultyVenue::new(venue, plan.clone())),
    })
}
