//! The engine of a session, from its bundles and settings alone.

use std::path::{Path, PathBuf};

use crate::base::Digest;
use crate::commands::place::load_bundle;
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, RiskLimits, Trade, from_bundle_yaml};
use crate::domain::Calendar;
use crate::evaluate::bars_per_year;
use crate::gym::EnvParams;
use crate::learners::bundle::Bundle;
use crate::risk::Market;
use crate::signals::{BundleSignal, Ensemble, SignalSource};
use crate::trader::{Engine, EngineSetup, SessionBundle, SessionManifest, TraderError};

/// A frozen agent that trades, alone or with others.
pub(in crate::commands::trade) struct Member {
    pub(in crate::commands::trade) name: String,
    pub(in crate::commands::trade) path: PathBuf,
    pub(in crate::commands::trade) bundle: Bundle,
    pub(in crate::commands::trade) agent: Agent,
}

impl Member {
    /// Reads and verifies a bundle.
    pub(in crate::commands::trade) fn load(path: &Path) -> Result<Self, Failure> {
        let bundle = load_bundle(path)?;
        let file = path.join("agent.yaml").display().to_string();
        let agent = from_bundle_yaml(bundle.agent_yaml(), &file, &[])
            .map_err(|error| Failure::new(FailureKind::Data, error.to_string()))?;
        Ok(Self { name: agent.name.clone(), path: path.to_owned(), bundle, agent })
    }

    /// How the manifest names it.
    pub(in crate::commands::trade) fn entry(&self) -> SessionBundle {
        let (name, path) = (self.name.clone(), self.path.clone());
        SessionBundle { name, path, digest: self.bundle.bundle_digest() }
    }
}

/// Reads and verifies all bundles of a session.
pub(in crate::commands::trade) fn members(bundles: &[PathBuf]) -> Result<Vec<Member>, Failure> {
    let mut members =
        bundles.iter().map(|path| Member::load(path)).collect::<Result<Vec<_>, _>>()?;
    name_apart(&mut members);
    Ok(members)
}

/// Every bundle that can be read and verified, and why the others cannot.
pub(in crate::commands::trade) fn members_one_by_one(
    bundles: &[PathBuf],
) -> (Vec<Member>, Vec<(PathBuf, Failure)>) {
    let (mut members, mut broken) = (Vec::new(), Vec::new());
    for path in bundles {
        match Member::load(path) {
            Ok(member) => members.push(member),
            Err(failure) => broken.push((path.clone(), failure)),
        }
    }
    name_apart(&mut members);
    (members, broken)
}

/// Gives members of one name a number, so that each can be told from the others.
fn name_apart(members: &mut [Member]) {
    for index in 1..members.len() {
        let (before, rest) = members.split_at_mut(index);
        let agent = &rest[0].agent.name;
        let count = before.iter().filter(|member| member.agent.name == *agent).count();
        if count > 0 {
            rest[0].name = format!("{agent}-{}", count + 1);
        }
    }
}

/// Bars in a year on the clock of an agent, and its market.
pub(in crate::commands::trade) fn market_of(agent: &Agent) -> (f64, Market) {
    let calendar = Calendar::new(agent.universe.calendar);
    let bars = bars_per_year(agent, &calendar);
    let symbols = agent.universe.symbols.clone();
    (bars, Market { symbols, timeframe: agent.universe.timeframe, calendar })
}

/// An engine before its first event.
pub(in crate::commands::trade) fn engine(
    members: &[Member],
    trade: &Trade,
    limits: &RiskLimits,
) -> Result<Engine, Failure> {
    let Some(first) = members.first() else {
        return Err(Failure::new(FailureKind::Usage, "a session needs at least one --agent"));
    };
    let (bars_per_year, market) = market_of(&first.agent);
    let params = EnvParams::new(&first.agent.env, bars_per_year);
    let signals = signals(members, trade, &params)?;
    let setup = EngineSetup { market: &market, params, bars_per_year, trade, limits, signals };
    Engine::try_new(setup).map_err(trader_failure)
}

fn signals(
    members: &[Member],
    trade: &Trade,
    params: &EnvParams,
) -> Result<Box<dyn SignalSource>, Failure> {
    let load = |member: &Member| {
        let signal = BundleSignal::load(&member.bundle)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        Ok((member.name.clone(), signal))
    };
    let agents = members.iter().map(load).collect::<Result<Vec<_>, Failure>>()?;
    let ensemble = Ensemble::try_new(agents, trade, params.cash_return_per_bar)
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    Ok(Box::new(ensemble))
}

/// The engine that a session was started with.
pub(in crate::commands::trade) fn engine_of(manifest: &SessionManifest) -> Result<Engine, Failure> {
    let mut members = Vec::with_capacity(manifest.bundles.len());
    for entry in &manifest.bundles {
        let member = Member::load(&entry.path)?;
        same_bundle(entry, member.bundle.bundle_digest())?;
        members.push(Member { name: entry.name.clone(), ..member });
    }
    engine(&members, &manifest.trade, &manifest.limits)
}

fn same_bundle(entry: &SessionBundle, found: Digest) -> Result<(), Failure> {
    if entry.digest == found {
        return Ok(());
    }
    let text = format!(
        "the session was started with bundle {}, {} is {found}",
        entry.digest,
        entry.path.display()
    );
    Err(Failure::new(FailureKind::Data, text).hint("put the bundle of the session back"))
}

pub(in crate::commands::trade) fn trader_failure(error: TraderError) -> Failure {
    let kind = match error {
        TraderError::TooFewRows { .. } => FailureKind::Data,
        TraderError::Risk { .. } => FailureKind::Usage,
        TraderError::Broker { .. } | TraderError::Feed { .. } | TraderError::Ledger { .. } => {
            FailureKind::Remote
        }
        TraderError::IllegalAction { .. } => FailureKind::Refused,
    };
    Failure::new(kind, error)
}
