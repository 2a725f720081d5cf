//! The market that an agent learns from.

use crate::base::{DateRange, Digest, digest_bytes};
use crate::commands::session::{Session, ensure_data};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::evaluate::PreparedMarket;

/// Reads the bars of training and validation, and fits the transforms on training alone.
pub(super) fn training_market(
    options: &SessionOptions,
    session: &Session,
) -> Result<PreparedMarket, Failure> {
    let agent = session.agent();
    let until = agent.data.validation.end();
    let needed = DateRange::try_new(agent.data.train.start(), until)
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    ensure_data(options, &session.lake, agent, needed)?;
    Ok(PreparedMarket::for_training(&session.lake, agent, until)?)
}

/// What a run is made from: only a run of the same inputs may be resumed.
pub(super) fn inputs_digest(options: &SessionOptions, session: &Session, data: Digest) -> Digest {
    let inputs = [
        env!("CARGO_PKG_VERSION"),
        &options.device,
        &data.to_string(),
        &session.loaded.effective_yaml(),
    ];
    digest_bytes(inputs.join("\n").as_bytes())
}
