//! The ledger: every trial of an agent, for ever.

use crate::base::{Digest, digest_bytes, now};
use crate::commands::Failure;
use crate::commands::place::store_failure;
use crate::commands::tune::trial::{JobEnd, assignments};
use crate::config::Agent;
use crate::dataset::source_folder;
use crate::metrics::{mean, standard_deviation};
use crate::store::{LedgerRow, Store, TrialState};
use crate::tuner::Params;

/// Notes how far a trial came, with the returns of its best policy so far on the validation range.
///
/// # Errors
/// As the store.
pub(in crate::commands::tune) fn note_in_ledger(
    store: &Store,
    agent: &Agent,
    study: &str,
    (trial, params): (usize, &Params),
    end: &JobEnd,
) -> Result<(), Failure> {
    let (state, score, returns) = match end {
        JobEnd::Scored { score, returns, .. } => {
            (TrialState::Running, Some(*score), returns.clone())
        }
        JobEnd::Failed { .. } | JobEnd::Interrupted => (TrialState::Failed, None, Vec::new()),
    };
    let config = digest_bytes(assignments(params).join("\n").as_bytes());
    let row = ledger_row(agent, (study, trial), (state, score), returns, config);
    store.note_trial(&row).map_err(store_failure)
}

/// A row of the ledger for a policy that was validated as `data.validation` of the agent has it.
pub(in crate::commands) fn ledger_row(
    agent: &Agent,
    (study, trial): (&str, usize),
    (state, score): (TrialState, Option<f64>),
    returns: Vec<f64>,
    config: Digest,
) -> LedgerRow {
    LedgerRow {
        agent: agent.name.clone(),
        study: study.to_owned(),
        trial,
        seed: agent.seed,
        state,
        score,
        sharpe_per_bar: sharpe_per_bar(&returns),
        period: period(agent),
        returns,
        config,
        noted_at: now(),
    }
}

/// Days, bars and source: returns of the same are of the same bars.
fn period(agent: &Agent) -> String {
    let source = source_folder(&agent.data.source, &agent.universe.symbols);
    let (days, timeframe) = (agent.data.validation, agent.universe.timeframe);
    format!("{days} {timeframe} {source}")
}

/// Mean over standard deviation, not annualized; none without movement.
pub(in crate::commands::tune) fn sharpe_per_bar(returns: &[f64]) -> Option<f64> {
    let deviation = standard_deviation(returns).filter(|deviation| *deviation > 0.0)?;
    Some(mean(returns)? / deviation)
}
