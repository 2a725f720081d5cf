//! The market that an agent learns from.

use crate::base::{DateRange, Digest, digest_bytes};
use crate::commands::session::{Session, ensure_data};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Agent;
use crate::dataset::Lake;
use crate::evaluate::PreparedMarket;

/// Reads the bars of training and validation, and fits the transforms on training alone.
pub(super) fn training_market(
    options: &SessionOptions,
    session: &Session,
) -> Result<PreparedMarket, Failure> {
    let agent = session.agent();
    training_data(options, &session.lake, agent)?;
    Ok(PreparedMarket::for_training(&session.lake, agent, agent.data.validation.end())?)
}

/// Sees to it that the lake has the bars of training and validation.
pub(in crate::commands) fn training_data(
    options: &SessionOptions,
    lake: &Lake,
    agent: &Agent,
) -> Result<(), Failure> {
    let until = agent.data.last_learning_day();
    let needed = DateRange::try_new(agent.data.train.start(), until)
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    ensure_data(options, lake, agent, needed)
}

/// What a run is made from: only a run of the same inputs may be resumed.
pub(in crate::commands) fn inputs_digest(device: &str, agent_yaml: &str, data: Digest) -> Digest {
    let inputs = [env!("CARGO_PKG_VERSION"), device, &data.to_string(), agent_yaml];
    digest_bytes(inputs.join("\n").as_bytes())
}
