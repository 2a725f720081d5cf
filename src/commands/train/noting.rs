//! The run in the database: that it is alive, how it ended, and its trial in the ledger.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::{Digest, Stopwatch, absolute};
use crate::commands::place::{open_store, store_failure};
use crate::commands::session::Session;
use crate::commands::tune::ledger_row;
use crate::commands::{Failure, FailureKind};
use crate::config::Agent;
use crate::evaluate::{AgentStrategy, Judgement, validation_returns};
use crate::learners::Policy;
use crate::models::Model;
use crate::store::{RunDraft, RunEnd, RunFolder, RunRecord, RunStatus, Store, TrialState};

/// A run that is not heard of for so long counts as lost; one update may take minutes.
const LEASE: Duration = Duration::from_secs(900);
const HEARTBEAT_SECONDS: f64 = 5.0;

/// A run in the database.
pub(super) struct RunNotes {
    store: Store,
    id: String,
    since: Stopwatch,
}

impl RunNotes {
    /// Writes down that a run begins or goes on.
    ///
    /// # Errors
    /// As the store.
    pub(super) fn begin(session: &Session, folder: &RunFolder) -> Result<Self, Failure> {
        let store = open_store(&session.place)?;
        let record = &folder.record;
        let draft = RunDraft {
            id: record.id.clone(),
            agent: record.agent.clone(),
            seed: record.seed,
            inputs: record.inputs,
            folder: absolute(&folder.path),
            agent_yaml: session.loaded.effective_yaml(),
        };
        store.begin_run(&draft, LEASE).map_err(store_failure)?;
        Ok(Self { store, id: record.id.clone(), since: Stopwatch::start() })
    }

    /// Says now and then how far the run is. Training does not end because the database is away for a while.
    pub(super) fn heartbeat(&mut self, env_steps: u64, best_score: Option<f64>) {
        if self.since.seconds() >= HEARTBEAT_SECONDS {
            let _ = self.store.heartbeat_run(&self.id, (env_steps, best_score), LEASE);
            self.since = Stopwatch::start();
        }
    }

    /// Writes down how the run ended.
    ///
    /// # Errors
    /// As the store.
    pub(super) fn end(
        &self,
        record: &RunRecord,
        status: RunStatus,
        bundle: Option<PathBuf>,
    ) -> Result<(), Failure> {
        let end =
            RunEnd { status, env_steps: record.env_steps, best_score: record.best_score, bundle };
        self.store.end_run(&self.id, &end).map_err(store_failure)
    }

    /// Counts the run in the ledger: it was one more look at the validation range.
    ///
    /// # Errors
    /// As the store, and if the policy cannot answer.
    pub(super) fn count(
        &self,
        judgement: &Judgement<'_>,
        best: Option<(&Model, f64)>,
        config: Digest,
    ) -> Result<(), Failure> {
        let agent: &Agent = judgement.agent;
        let (state, score, returns) = match best {
            Some((model, score)) => {
                let strategy = &mut AgentStrategy::new(Policy::new(model));
                let returns = validation_returns(judgement, strategy)
                    .map_err(|error| Failure::new(FailureKind::Data, error))?;
                (TrialState::Complete, Some(score), returns)
            }
            None => (TrialState::Failed, None, Vec::new()),
        };
        let row = ledger_row(agent, (&self.id, 0), (state, score), returns, config);
        self.store.note_trial(&row).map_err(store_failure)
    }
}
