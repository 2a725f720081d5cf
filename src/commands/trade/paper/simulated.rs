//! The simulated venue of a session and its scripted faults.

use std::path::Path;

use super::engine::market_of;
use super::opening::VenueAndFaults;
use crate::commands::{Failure, FailureKind};
use crate::config::Agent;
use crate::connectors::simulated::SimulatedVenue;
use crate::connectors::simulated::faults::{FaultError, FaultPlan, FaultScript, FaultyVenue};

/// The journal of the simulated venue in the folder of a session.
const VENUE_FILE: &str = "venue.jsonl";
/// Which faults of a script have struck.
const FAULTS_FILE: &str = "faults.jsonl";

/// The faults that the user scripted.
pub(super) fn script(file: Option<&Path>) -> Result<Option<FaultScript>, Failure> {
    file.map(FaultScript::load).transpose().map_err(fault_failure)
}

/// The simulated venue, a new one or the one that the session traded at before, and its faults.
pub(super) fn simulated(
    agent: &Agent,
    seed: Option<u64>,
    script: Option<&FaultScript>,
    folder: &Path,
) -> Result<VenueAndFaults, Failure> {
    let open = |script| FaultPlan::open(script, seed, &folder.join(FAULTS_FILE));
    let faults = script.map(open).transpose().map_err(fault_failure)?;
    let damaged = |error| Failure::new(FailureKind::Data, error);
    let path = folder.join(VENUE_FILE);
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
    Ok(match &faults {
        None => (Box::new(venue), None),
        Some(plan) => (Box::new(FaultyVenue::new(venue, plan.clone())), faults),
    })
}

fn fault_failure(error: FaultError) -> Failure {
    let kind = match error {
        FaultError::Memory { .. } => FailureKind::Data,
        _ => FailureKind::Usage,
    };
    Failure::new(kind, error)
}
