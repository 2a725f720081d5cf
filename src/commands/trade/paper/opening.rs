//! A session before its first step, the first time or again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::engine::{Member, engine};
use crate::base::{DateRange, Timestamp, digest_bytes, now};
use crate::commands::place::{open_store, store_failure};
use crate::commands::trade::control::{Start, check_kills, kills};
use crate::commands::trade::ledger::ledger_failure;
use crate::commands::{Failure, FailureKind};
use crate::config::{Place, RiskLimits, Trade};
use crate::connectors::simulated::faults::FaultPlan;
use crate::risk::RiskState;
use crate::store::{SessionDraft, SessionRecord, Store};
use crate::trader::{
    self, Engine, Event, MarketVenue, Recorder, SessionManifest, Tally, VenueKind, session_folder,
};

/// What a session is made of.
pub(in crate::commands::trade) struct Opening<'a> {
    pub(in crate::commands::trade) place: &'a Place,
    /// Name of the session.
    pub(in crate::commands::trade) session: String,
    /// The account that limits and halts belong to.
    pub(in crate::commands::trade) account: String,
    /// Where orders go.
    pub(in crate::commands::trade) venue: VenueKind,
    /// Days of a recorded stream.
    pub(in crate::commands::trade) range: Option<DateRange>,
    /// Name of the agent.
    pub(in crate::commands::trade) agent: &'a str,
    pub(in crate::commands::trade) members: &'a [Member],
    pub(in crate::commands::trade) trade: Trade,
    pub(in crate::commands::trade) limits: RiskLimits,
}

/// A venue, and the faults that were scripted for it.
pub(in crate::commands::trade) type VenueAndFaults = (Box<dyn MarketVenue>, Option<FaultPlan>);

/// A session that can take its next step.
pub(in crate::commands::trade) struct Opened {
    pub(in crate::commands::trade) session: String,
    pub(in crate::commands::trade) account: String,
    pub(in crate::commands::trade) runs_dir: PathBuf,
    pub(in crate::commands::trade) manifest: SessionManifest,
    pub(in crate::commands::trade) store: Arc<Store>,
    pub(in crate::commands::trade) engine: Engine,
    pub(in crate::commands::trade) venue: Box<dyn MarketVenue>,
    pub(in crate::commands::trade) faults: Option<FaultPlan>,
    pub(in crate::commands::trade) recorder: Recorder,
    pub(in crate::commands::trade) risk: RiskState,
    /// How far the ledger is.
    pub(in crate::commands::trade) seen: Seen,
    pub(in crate::commands::trade) equity_start: f64,
    pub(in crate::commands::trade) tally: Tally,
    pub(in crate::commands::trade) start: Start,
}

/// What the ledger of a session that goes on has of the market.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::commands::trade) struct Seen {
    /// How many rows.
    pub(in crate::commands::trade) rows: usize,
    /// The time of the last one.
    pub(in crate::commands::trade) last_row: Option<Timestamp>,
}

/// Opens a session by name, or a new one. The venue is made in the session's folder.
pub(in crate::commands::trade) fn open(
    opening: &Opening<'_>,
    make_venue: impl FnOnce(&Path) -> Result<VenueAndFaults, Failure>,
) -> Result<Opened, Failure> {
    let folder = session_folder(&opening.place.store.runs_dir, &opening.session);
    let manifest = manifest(opening);
    let start = check_kills(&opening.place.store.runs_dir, &manifest.account)?;
    let store = Arc::new(open_store(opening.place)?);
    let is_new = begin(&store, &manifest, &folder)?;
    make_folder(&folder)?;
    let manifest = match is_new {
        true => manifest,
        false => same_settings(&manifest, SessionManifest::read(&folder).map_err(ledger_failure)?)?,
    };
    manifest.write(&folder).map_err(ledger_failure)?;
    let mut engine = engine(opening.members, &manifest.trade, &manifest.limits)?;
    let equity_start = engine.equity();
    let (seen, tally) = catch_up(&store, &opening.session, &folder, &mut engine)?;
    let recorder = Recorder::open(Arc::clone(&store), &opening.session, &manifest.account, &folder)
        .map_err(ledger_failure)?;
    let risk = kept_risk(&store, &manifest.account)?;
    let (venue, faults) = make_venue(&folder)?;
    Ok(Opened {
        account: manifest.account.clone(),
        runs_dir: opening.place.store.runs_dir.clone(),
        session: opening.session.clone(),
        manifest,
        store,
        engine,
        venue,
        faults,
        recorder,
        risk,
        seen,
        equity_start,
        tally,
        start,
    })
}

/// The limits that hold: those of the place, which the agent may only tighten.
pub(in crate::commands::trade) fn limits(
    trade: &Trade,
    place: &Place,
) -> Result<RiskLimits, Failure> {
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

/// A name for a new session, that no other one has.
pub(in crate::commands::trade) fn new_name(agent: &str, kind: &str, what: &str) -> String {
    let stamp = now().to_jiff().strftime("%Y%m%dT%H%M%S").to_string();
    let what = format!("{what} {stamp} {}", std::process::id());
    let digest = digest_bytes(what.as_bytes()).to_string();
    format!("{agent}-{kind}-{stamp}-{}", &digest[..8])
}

fn manifest(opening: &Opening<'_>) -> SessionManifest {
    SessionManifest {
        schema_version: SessionManifest::SCHEMA_VERSION,
        session: opening.session.clone(),
        releat: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        agent: opening.agent.to_owned(),
        bundles: opening.members.iter().map(Member::entry).collect(),
        account: opening.account.clone(),
        venue: opening.venue,
        range: opening.range,
        trade: opening.trade.clone(),
        limits: opening.limits.clone(),
        started_at: now(),
    }
}

/// What speaks against a session by what is on the disk, before any venue is reached; an account that has no name yet
/// is not looked up.
pub(in crate::commands::trade) fn foreseen(
    opening: &Opening<'_>,
    account: Option<&str>,
    store: Option<&Store>,
) -> Result<(Vec<Failure>, Start), Failure> {
    let runs_dir = &opening.place.store.runs_dir;
    let (mut against, start) = match account {
        Some(account) => kills(runs_dir, account),
        None => (Vec::new(), Start::Plain),
    };
    let known = store.map(|store| store.session(&opening.session)).transpose();
    if let Some(known) = known.map_err(store_failure)?.flatten() {
        against.extend(over(&known));
    }
    let folder = session_folder(runs_dir, &opening.session);
    let mut wanted = manifest(opening);
    let first = SessionManifest::read(&folder).map_err(ledger_failure)?;
    if let (None, Some(first)) = (account, &first) {
        wanted.account.clone_from(&first.account);
    }
    against.extend(same_settings(&wanted, first).err());
    Ok((against, start))
}

/// Notes the session in the database; tells whether it is a new one.
fn begin(store: &Store, manifest: &SessionManifest, folder: &Path) -> Result<bool, Failure> {
    let known = store.session(&manifest.session).map_err(store_failure)?;
    if let Some(failure) = known.as_ref().and_then(over) {
        return Err(failure);
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

/// Nothing is added to a session that has come to its end.
fn over(known: &SessionRecord) -> Option<Failure> {
    known.ended_at?;
    let outcome = known.outcome.as_deref().unwrap_or("ended");
    let text = format!("session {} is over ({outcome})", known.draft.session);
    Some(Failure::new(FailureKind::Usage, text).hint("choose another --session"))
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let text = format!("cannot make the folder {}: {error}", folder.display());
        Failure::new(FailureKind::Data, text)
    })
}

/// A session goes on with the settings that it was started with, and with no others.
fn same_settings(
    wanted: &SessionManifest,
    first: Option<SessionManifest>,
) -> Result<SessionManifest, Failure> {
    let Some(first) = first else { return Ok(wanted.clone()) };
    let digests = |manifest: &SessionManifest| -> Vec<_> {
        manifest.bundles.iter().map(|bundle| bundle.digest).collect()
    };
    let differs = match () {
        () if digests(&first) != digests(wanted) => Some("bundles"),
        () if first.account != wanted.account => Some("account"),
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

/// Brings a fresh engine to where the ledger ends; what of the market it has seen.
fn catch_up(
    store: &Store,
    session: &str,
    folder: &Path,
    engine: &mut Engine,
) -> Result<(Seen, Tally), Failure> {
    let (mut seen, mut tally) = (Seen::default(), Tally::default());
    let mut process = |event: Event| {
        let effects = engine.process(event.clone())?;
        if let Event::History(row) | Event::Bar(row) | Event::LastBar(row) = &event {
            seen = Seen { rows: seen.rows + 1, last_row: Some(row.time) };
        }
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
    Ok((seen, tally))
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
